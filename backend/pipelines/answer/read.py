"""Stage `read`: reads one page that the search found. A page that can't be read is left out, and fails nothing."""

from email.message import Message

from bs4 import BeautifulSoup, UnicodeDammit

from apps.jobs.failures import JobError
from apps.jobs.pipelines import Json, Run

MAX_BYTES = 1_000_000
MAX_TEXT = 6_000  # characters that the model is shown of a page
NOT_TEXT = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg")


def read(run: Run) -> Json:
    """Return {"title", "url", "text", "problem"}: `text` is empty where a `problem` says why."""
    if not run.input:
        return {"title": "", "url": "", "text": "", "problem": "nothing was searched for, or found"}
    run.report(10, f"Reading {run.input['url']}")
    with run.working_folder() as folder:
        try:
            content_type = run.fetch(run.input["url"], folder / "page", max_bytes=MAX_BYTES)
            text = text_of((folder / "page").read_bytes(), content_type)
        except JobError as error:
            return {**run.input, "text": "", "problem": error.message}
    return {**run.input, "text": text, "problem": "" if text else "This is no page of text."}


def text_of(content: bytes, content_type: str) -> str:
    """Return what a person would read of a page, one line for each of its blocks."""
    header = Message()
    header["Content-Type"] = content_type
    kind, charset = header.get_content_type(), header.get_content_charset()
    if kind not in ("text/plain", "text/html", "application/xhtml+xml"):
        return ""
    text = UnicodeDammit(content, known_definite_encodings=[charset] if charset else []).unicode_markup or ""
    text = text.replace("\0", "")  # which no database takes
    if kind == "text/plain":
        return text.strip()[:MAX_TEXT]
    page = BeautifulSoup(text, "html.parser")
    for element in page(NOT_TEXT):
        element.decompose()
    lines = (" ".join(line.split()) for line in page.get_text("\n").splitlines())
    return "\n".join(filter(None, lines))[:MAX_TEXT]
