"""One request to any OpenAI-compatible server: what it answers, what that takes, and what went wrong in plain words.

No tools are offered to the model, so that nothing it reads can make it do more than write.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import openai
from django.conf import settings

from apps.jobs.failures import ErrorCode, JobError, TransientError, parse_retry_after

SERVER = "The language model's server"
TIMEOUT = 40.0  # seconds, between two parts of a streamed answer too; below the soft limit of the queue `ai`
REFUSED = "The model refuses to answer this. Ask in another way."
TOO_LONG = "This is longer than the model can read at once. Shorten it, or begin a new conversation."
LETTERS_OF_A_TOKEN = 4  # about, where a server doesn't tell how many there were
Message = dict[str, str]  # "role": system, user or assistant; "content"
Show = Callable[[str], None]


@dataclass(frozen=True)
class Reply:
    """What a model answered. `tokens_*` are the server's own count, or an estimate where it doesn't tell."""

    text: str
    tokens_in: int
    tokens_out: int


def complete(messages: Sequence[Message], *, show: Show | None = None) -> Reply:
    """Send a conversation, and return the answer. Raises JobError, as `chat.ask` says."""
    model = settings.AI_MODEL
    try:
        with openai.OpenAI(
            base_url=settings.AI_BASE_URL, api_key=settings.AI_API_KEY or "none", timeout=TIMEOUT, max_retries=0
        ) as client:
            asked: dict[str, Any] = {"model": model, "messages": list(messages)}
            if show:
                asked |= {"stream": True, "stream_options": {"include_usage": True}}
            answer = client.chat.completions.create(**asked)
            text, usage = _streamed(answer, show) if show else _whole(answer)
    except openai.APITimeoutError as error:
        raise TransientError(
            ErrorCode.TIMEOUT, f"The model {model} did not answer within {TIMEOUT:g} s. Try again, or use a faster one."
        ) from error
    except openai.APIStatusError as error:
        raise _refusal(error) from error
    except openai.APIConnectionError as error:
        message = f"{SERVER} could not be reached. Check AI_BASE_URL, and that the server runs."
        raise TransientError(ErrorCode.UPSTREAM_ERROR, message) from error
    except openai.APIError as error:  # an error in the middle of a stream
        raise TransientError(ErrorCode.UPSTREAM_ERROR, f"{SERVER} broke off its answer. Try again.") from error
    except (openai.OpenAIError, ValueError, AttributeError, TypeError) as error:
        message = f"{SERVER} did not answer in the form of the chat completions API. Check AI_BASE_URL."
        raise JobError(ErrorCode.UPSTREAM_ERROR, message) from error
    text = without_thoughts(text).replace("\0", "").strip()  # which no database takes
    if not text:
        message = f"{SERVER} answered with an empty text. Try again, or set AI_MODEL to another model."
        raise JobError(ErrorCode.UPSTREAM_ERROR, message)
    if usage:
        return Reply(text, usage.prompt_tokens, usage.completion_tokens)
    sent = sum(len(message["content"]) for message in messages)
    return Reply(text, sent // LETTERS_OF_A_TOKEN, len(text) // LETTERS_OF_A_TOKEN)


def without_thoughts(text: str) -> str:
    """Return a text without what a reasoning model thinks before it answers, also while it thinks."""
    return re.sub(r"<think>.*?(</think>|$)", "", text, flags=re.DOTALL)


def _whole(completion: Any) -> tuple[str, Any]:
    choices = getattr(completion, "choices", None)  # a server that isn't compatible may answer with any JSON
    if not choices:
        return "", None
    _check(choices[0].finish_reason, choices[0].message)
    return choices[0].message.content or "", completion.usage


def _streamed(chunks: Iterable[Any], show: Show) -> tuple[str, Any]:
    text, usage, ended = "", None, False
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices[:1]:
            text += choice.delta.content or ""
            _check(choice.finish_reason, choice.delta)
            ended = ended or choice.finish_reason is not None
        show(without_thoughts(text))
    if text and not ended:  # the connection was closed without an error
        raise TransientError(ErrorCode.UPSTREAM_ERROR, f"{SERVER} broke off its answer. Try again.")
    return text, usage


def _check(finish_reason: str | None, message: Any) -> None:
    if finish_reason == "content_filter" or getattr(message, "refusal", None):
        raise JobError(ErrorCode.INVALID_INPUT, REFUSED)


def _refusal(error: openai.APIStatusError) -> JobError:
    status = error.status_code
    if error.code == "context_length_exceeded":
        return JobError(ErrorCode.INVALID_INPUT, TOO_LONG)
    if error.code == "content_filter":
        return JobError(ErrorCode.INVALID_INPUT, REFUSED)
    message = f"{SERVER} answered with HTTP status {status}. {_advice(status)}"
    if status == 429 or status >= 500:
        wait = parse_retry_after(error.response.headers.get("retry-after"))
        return TransientError(ErrorCode.UPSTREAM_ERROR, message, retry_after=wait)
    return JobError(ErrorCode.UPSTREAM_ERROR, message)


def _advice(status: int) -> str:
    if status in (401, 403):
        return "Check AI_API_KEY."
    if status == 404:
        return "Check AI_BASE_URL and AI_MODEL."
    return "Try again later." if status == 429 or status >= 500 else "Check AI_MODEL."
