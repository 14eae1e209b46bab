"""One request to a language model behind a real HTTP server, with every fault that the protocol knows."""

import json
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from apps.jobs.failures import ErrorCode, JobError, TransientError
from chat import client
from chat.client import Message, Reply, complete
from tests.chat.model_server import ModelServer, model_server

HELLO: list[Message] = [{"role": "user", "content": "Hello, you."}]


@pytest.fixture
def server(settings: Settings) -> Iterator[ModelServer]:
    with model_server() as server:
        settings.AI_BASE_URL, settings.AI_API_KEY, settings.AI_MODEL = server.url, "key", "small"
        yield server


@pytest.fixture(params=["whole", "streamed"])
def ask(request: pytest.FixtureRequest) -> Callable[[], Reply]:
    """Ask in one of the two ways."""
    show = {"whole": None, "streamed": lambda text: None}[request.param]
    return lambda: complete(HELLO, show=show)


def refused(ask: Callable[[], Reply]) -> JobError:
    with pytest.raises(JobError) as caught:
        ask()
    return caught.value


def test_reply_comes_with_the_servers_own_count(ask: Callable[[], Reply], server: ModelServer) -> None:
    assert ask() == Reply("A fine table.", 100, 20)
    (asked,) = server.asked
    assert (asked["path"], asked["key"], asked["model"]) == ("/v1/chat/completions", "Bearer key", "small")
    assert asked["messages"] == HELLO
    assert not {"tools", "functions", "tool_choice"} & set(asked)


def test_what_no_database_takes_is_left_out(ask: Callable[[], Reply], server: ModelServer) -> None:
    server.reply = "A \0fine table."
    assert ask().text == "A fine table."


def test_tokens_are_estimated_where_the_server_does_not_tell(ask: Callable[[], Reply], server: ModelServer) -> None:
    server.usage = None
    assert ask() == Reply("A fine table.", 11 // 4, 13 // 4)


def test_whole_text_so_far_is_shown_word_by_word_without_thoughts(server: ModelServer) -> None:
    server.reply = "<think>hm, hm</think> One two 三"
    shown: list[str] = []
    assert complete(HELLO, show=shown.append).text == "One two 三"
    assert [text.strip() for text in dict.fromkeys(shown)] == ["", "One", "One two", "One two 三"]


def test_call_of_a_tool_that_was_not_offered_does_nothing(ask: Callable[[], Reply], server: ModelServer) -> None:
    server.message = {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "rm"}}]}
    assert ask().text == "A fine table."
    server.reply = None
    assert "empty" in refused(ask).message


@pytest.mark.parametrize("reply", ["", "  \n", None, "<think>only</think>", "<think>without an end"])
def test_empty_reply_is_an_upstream_error(ask: Callable[[], Reply], server: ModelServer, reply: str | None) -> None:
    server.reply = reply
    error = refused(ask)
    assert (error.code, type(error)) == (ErrorCode.UPSTREAM_ERROR, JobError)
    assert "answered with an empty text" in error.message


@pytest.mark.parametrize(
    ("status", "advice", "may_pass"),
    [(401, "AI_API_KEY", False), (404, "AI_BASE_URL", False), (429, "later", True), (500, "later", True)],
)
def test_status_is_named_and_tried_again_where_it_may_pass(
    ask: Callable[[], Reply], server: ModelServer, status: int, advice: str, may_pass: bool
) -> None:
    server.status, server.body = status, b'{"error": {"message": "no"}}'
    error = refused(ask)
    assert (error.code, isinstance(error, TransientError)) == (ErrorCode.UPSTREAM_ERROR, may_pass)
    assert f"HTTP status {status}." in error.message
    assert advice in error.message
    assert len(server.asked) == 1  # the engine tries again, and not the library


def test_wait_that_the_server_asks_for_is_respected(ask: Callable[[], Reply], server: ModelServer) -> None:
    server.status, server.body, server.headers = 429, b"{}", {"Retry-After": "42"}
    error = refused(ask)
    assert isinstance(error, TransientError)
    assert error.retry_after == 42


@pytest.mark.parametrize(
    ("code", "said"), [("context_length_exceeded", "longer than the model can read"), ("content_filter", "refuses")]
)
def test_refusal_of_the_server_is_told_in_plain_words(
    ask: Callable[[], Reply], server: ModelServer, code: str, said: str
) -> None:
    server.status, server.body = 400, json.dumps({"error": {"message": "x", "code": code}}).encode()
    error = refused(ask)
    assert error.code == ErrorCode.INVALID_INPUT
    assert said in error.message


@pytest.mark.parametrize("how", [{"finish_reason": "content_filter"}, {"message": {"refusal": "I won't."}}])
def test_refusal_of_the_model_is_told_in_plain_words(
    ask: Callable[[], Reply], server: ModelServer, how: dict[str, object]
) -> None:
    for name, value in how.items():
        setattr(server, name, value)
    error = refused(ask)
    assert (error.code, type(error)) == (ErrorCode.INVALID_INPUT, JobError)
    assert "refuses" in error.message


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{}]}', b'{"choices": 3}'])
def test_answer_that_is_no_completion_is_an_upstream_error(
    ask: Callable[[], Reply], server: ModelServer, body: bytes
) -> None:
    server.body = body
    assert refused(ask).code == ErrorCode.UPSTREAM_ERROR


def test_stream_that_breaks_off_may_be_asked_for_again(server: ModelServer) -> None:
    server.words = 2
    error = refused(lambda: complete(HELLO, show=lambda text: None))
    assert isinstance(error, TransientError)
    assert "broke off" in error.message


def test_error_in_the_middle_of_a_stream_may_pass(server: ModelServer) -> None:
    server.body = b'data: {"error": {"message": "overloaded"}}\n\n'
    error = refused(lambda: complete(HELLO, show=lambda text: None))
    assert isinstance(error, TransientError)


def test_server_that_hangs_is_a_timeout(
    ask: Callable[[], Reply], server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    server.delay = 0.6
    error = refused(ask)
    assert (error.code, isinstance(error, TransientError)) == (ErrorCode.TIMEOUT, True)
    assert "within 0.2 s" in error.message


def test_server_that_is_not_there_may_come_back(ask: Callable[[], Reply], server: ModelServer) -> None:
    server.close()
    error = refused(ask)
    assert isinstance(error, TransientError)
    assert "could not be reached" in error.message
