"""The repairs of Celery whose fault a test can't bring about at will on real processes."""

from types import SimpleNamespace

import pytest
from celery.concurrency.asynpool import AsynPool
from kombu.asynchronous import Hub

from config.repairs import skip_ended_processes


def test_process_that_has_ended_is_not_watched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, ended = SimpleNamespace(_event_process_exit=None), SimpleNamespace(_sentinel_poll=None)
    with pytest.raises(ValueError, match="file descriptor"):  # once this fails, the repair can go
        AsynPool._track_child_process(pool, ended, Hub())
    monkeypatch.setattr(AsynPool, "_track_child_process", AsynPool._track_child_process)  # put back at the end
    skip_ended_processes()
    AsynPool._track_child_process(pool, ended, Hub())
