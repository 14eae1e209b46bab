"""The stack as a program sees it from outside, wherever it runs."""

import ssl
from functools import cache

import httpx


@cache  # reading the certificates takes longer than a request
def tls(*, verify: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=verify)


class Site:
    """A stack that is up, for the demo user or whose `token` is given. `verify` False accepts any certificate."""

    def __init__(
        self, url: str, *, username: str = "demo", password: str = "demo", token: str = "", verify: bool = True
    ) -> None:
        self.url = url
        self.verify = verify
        self._credentials = {"username": username, "password": password}
        self._token = token

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    @property
    def token(self) -> str:
        if not self._token:
            url = f"{self.url}/api/token/"
            answer = httpx.post(url, json=self._credentials, timeout=30, verify=tls(verify=self.verify))
            self._token = answer.raise_for_status().json()["token"]
        return self._token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}

    def client(self) -> httpx.Client:
        """Return an HTTP client that is signed in."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=30, verify=tls(verify=self.verify))
