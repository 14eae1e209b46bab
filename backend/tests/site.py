"""The stack as a program sees it from outside, wherever it runs."""

import httpx


class Site:
    """A stack that is up. `verify` False accepts any certificate."""

    def __init__(self, url: str, *, username: str = "demo", password: str = "demo", verify: bool = True) -> None:
        self.url = url
        self.verify = verify
        self._credentials = {"username": username, "password": password}
        self._token = ""

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    @property
    def token(self) -> str:
        if not self._token:
            url = f"{self.url}/api/token/"
            answer = httpx.post(url, json=self._credentials, timeout=30, verify=self.verify)
            self._token = answer.raise_for_status().json()["token"]
        return self._token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}

    def client(self) -> httpx.Client:
        """Return an HTTP client that is signed in."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=30, verify=self.verify)
