"""Stage `search`: asks a SearXNG-compatible endpoint for pages, if the job wants it.

https://docs.searxng.org/dev/search_api.html
"""

import httpx
from django.conf import settings

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run

PAGES = 4  # that are read
MAX_QUERY = 400  # characters
TIMEOUT = 20.0  # seconds


def search(run: Run) -> Json:
    """Return {"found": [{"title", "url"}]}, the most relevant first, each address once."""
    if not run.options["web_search"]:
        return {"found": []}
    run.report(10, "Searching the web")
    found = {str(result["url"]): str(result.get("title") or "")[:200] for result in _results(run.options["message"])}
    pages = [{"title": title.replace("\0", ""), "url": url} for url, title in found.items() if url.isprintable()]
    return {"found": pages[:PAGES]}


def _results(message: str) -> list[Json]:
    asked = {"q": " ".join(message.split())[:MAX_QUERY], "format": "json"}
    answer = httpx.get(settings.SEARCH_URL, params=asked, timeout=TIMEOUT)
    if answer.status_code == 403:
        raise _failure("refuses to answer in JSON. SearXNG does where its settings list json under search.formats.")
    if answer.status_code == 429 or answer.status_code >= 500:
        answer.raise_for_status()  # the engine tries again
    if not answer.is_success:
        raise _failure(f"answered with HTTP status {answer.status_code}. Check SEARCH_URL.")
    try:
        return [result for result in answer.json()["results"] if str(result["url"]).startswith("http")]
    except (ValueError, KeyError, TypeError) as error:
        raise _failure("did not answer as SearXNG does. Check SEARCH_URL.") from error


def _failure(what: str) -> JobError:
    return JobError(ErrorCode.UPSTREAM_ERROR, f"The search endpoint {what}")
