"""A function becomes a pipeline: what may be asked of it, and what it gets and returns in a step."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from celery import current_app, shared_task
from django.test import Client
from pydantic import Field

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.pipelines import BadSignature, Run, find_pipeline, pipeline, registry
from apps.jobs.services import InvalidRequest, submit_job
from config.queues import UnknownQueue
from tests.jobs.conftest import Broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget afterwards what a test registers."""
    monkeypatch.setattr(registry, "_pipelines", dict(registry._pipelines))


def run(owner: User, broker: Broker, kind: str, **options: Any) -> Job:
    job, _ = submit_job(owner=owner, kind=kind, options=options)
    broker.catch_up()
    job.refresh_from_db()
    return job


def test_options_come_from_the_signature() -> None:
    @pipeline(queue="ai")
    def send_letters(
        run: Run, count: Annotated[int, Field(ge=1, title="How many")], kind: Literal["a", "b"] = "a"
    ) -> None:
        """Sends letters.

        And waits for no answer.
        """

    found = find_pipeline("send_letters")
    assert found
    assert (found.title, found.description) == ("Send letters", "Sends letters.")
    assert [(stage.name, stage.queue) for stage in found.stages] == [("send_letters", "ai")]
    schema = found.options.model_json_schema()
    assert schema["required"] == ["count"]
    assert schema["properties"]["count"] == {"minimum": 1, "title": "How many", "type": "integer"}
    assert schema["properties"]["kind"]["enum"] == ["a", "b"]


def test_function_gets_the_run_and_typed_options_and_its_value_is_the_result(owner: User, broker: Broker) -> None:
    @pipeline(queue="default", title="Greet")
    def greet(run: Run, day: date, names: list[str] = ["world"]) -> Any:  # noqa: B006 - pydantic copies it
        run.report(50, "Looking for words")
        names.append(run.label)
        return {"day": day, "week": day.isocalendar().week, "names": names}

    for _ in range(2):
        job = run(owner, broker, "greet", day="2026-11-27")
        assert (job.status, job.message) == ("completed", "")
        assert job.result == {"day": "2026-11-27", "week": 48, "names": ["world", "greet"]}


@pytest.mark.parametrize("value", [None, 0, "", "words", 12345678901234567, [1, "two"], False, 2.0])
def test_any_json_may_be_the_result(owner: User, broker: Broker, value: Any) -> None:
    @pipeline(queue="default")
    def give() -> Any:
        return value

    job = run(owner, broker, "give")
    assert (job.status, job.result) == ("completed", value)
    assert type(job.result) is type(value)


@pytest.mark.parametrize("value", [object(), float("nan"), {"deep": [float("inf")]}])
def test_result_that_is_no_json_fails_its_job_with_a_sentence(owner: User, broker: Broker, value: Any) -> None:
    @pipeline(queue="default")
    def give() -> Any:
        return value

    job = run(owner, broker, "give")
    assert (job.status, job.error_code) == ("failed", "PROCESSING_ERROR")
    assert "can't be stored as JSON" in job.error_message


def test_option_of_another_type_or_name_is_refused(owner: User) -> None:
    @pipeline(queue="default")
    def double(number: int) -> int:
        return 2 * number

    for options in ({"number": "many"}, {}, {"number": 1, "other": 2}):
        with pytest.raises(InvalidRequest):
            submit_job(owner=owner, kind="double", options=options)
    assert double(3) == 6


def test_celery_task_becomes_a_job_and_stays_a_task(owner: User, broker: Broker) -> None:
    @pipeline(title="Add up")
    @shared_task(bind=True, name="test.add_up", queue="ai", autoretry_for=(ConnectionError,))
    def add_up(task: Any, first: int, second: int = 2) -> int:
        task.update_state(state="PROGRESS", meta={"current": 1, "total": 4, "message": "A quarter"})
        if first < 0:
            raise ConnectionError("unplugged")
        return first + second

    found = find_pipeline("add_up")
    assert found
    assert found.stages[0].queue == "ai"
    assert run(owner, broker, "add_up", first=1).result == 3
    assert current_app.tasks["test.add_up"] == add_up
    failing, _ = submit_job(owner=owner, kind="add_up", options={"first": -1})
    broker.catch_up()
    step = failing.steps.get()
    assert (step.status, step.retries, step.error_code) == ("queued", 1, "UPSTREAM_ERROR")
    assert "unplugged" in step.error_message


def test_progress_of_a_celery_task_is_the_jobs(owner: User, broker: Broker) -> None:
    seen: list[tuple[float, str]] = []

    @pipeline()
    @shared_task(bind=True, name="test.look", queue="ai")
    def look(task: Any) -> None:
        task.update_state(state="PROGRESS", meta={"current": 1, "total": 4, "message": "A quarter"})
        job = Job.objects.get(kind="look")
        seen.append((job.steps.get().progress, job.message))

    assert run(owner, broker, "look").status == "completed"
    assert seen == [(25.0, "A quarter")]


def test_bad_signature_is_named() -> None:
    def no_type(run: Run, name) -> None: ...  # type: ignore[no-untyped-def]

    def nameless(*names: str) -> None: ...

    def strange(thing: Client) -> None: ...

    for function, words in (
        (no_type, "'name' needs a type"),
        (nameless, "'\\*names: str'"),
        (strange, "can't be options"),
    ):
        with pytest.raises(BadSignature, match=words):
            pipeline(queue="default")(function)
        assert find_pipeline(function.__name__) is None
    with pytest.raises(BadSignature, match="needs a queue"):
        pipeline()(lambda: None)
    with pytest.raises(UnknownQueue):
        pipeline(queue="charts")(lambda: None)
