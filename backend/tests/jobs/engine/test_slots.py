"""What a Celery worker's main process knows of its slots."""

from types import SimpleNamespace

from celery.worker import state

from apps.jobs.engine.tasks import WorkerSlots


def worker(*running: str) -> SimpleNamespace:
    cache = {number: SimpleNamespace(correlation_id=task_id) for number, task_id in enumerate(running)}
    return SimpleNamespace(pool=SimpleNamespace(_pool=SimpleNamespace(_cache=cache)))


def test_task_that_celery_forgot_with_its_connection_is_known_while_the_pool_runs_it() -> None:
    state.requests["received"] = object()
    try:
        assert sorted(WorkerSlots(worker("running", "received")).known()) == ["received", "received", "running"]
    finally:
        state.requests.pop("received")
    assert WorkerSlots(worker()).known() == []


def test_pool_without_processes_has_nothing_to_add() -> None:
    assert WorkerSlots(SimpleNamespace(pool=SimpleNamespace())).known() == []
