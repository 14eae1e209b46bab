"""The Celery application. A task says `queue="ai"`; everything else about its queue comes from config.queues."""

import logging.config
import os
import sys
from typing import Any

import celery
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun, worker_ready
from kombu import Queue as BrokerQueue

from config import broker, env, repairs
from config.debugger import listen
from config.heartbeat import BEAT_SCHEDULER, WorkerHeartbeat
from config.loaded import let_new_files_wait, let_wait, report_loaded_files
from config.logs import add_facts, facts, log_what_is_printed
from config.pools import database_is_pooled
from config.queues import DEFAULT_QUEUE, QUEUES, VISIBILITY_TIMEOUT, choose_pool, get_queue, max_stay
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class LimitTooLong(ValueError):
    """A task may run for so long that Redis would hand its message out a second time."""


class QueueTask(celery.Task):  # type: ignore[misc]  # celery has no types
    """A task of one queue: its limits and acknowledgement come from the row, unless it names its own.

    A misspelt queue raises UnknownQueue, a limit that outlasts the broker's patience LimitTooLong.
    """

    abstract = True
    queue_name = DEFAULT_QUEUE
    default_retry_delay = 60  # seconds

    @classmethod
    def bind(cls, app: celery.Celery) -> celery.Celery:
        if "queue" in cls.__dict__:  # taken away: Celery 5.7 warns of the attribute, and 6.0 will ignore it
            cls.queue_name = cls.__dict__["queue"]
            del cls.queue
        queue = get_queue(cls.queue_name)
        for attribute in ("acks_late", "time_limit", "soft_time_limit"):
            if getattr(cls, attribute) is None:
                setattr(cls, attribute, getattr(queue, attribute))
        if (stay := max_stay(queue, cls.time_limit)) > VISIBILITY_TIMEOUT:
            raise LimitTooLong(
                f"The task {cls.name} may run for {cls.time_limit} s, so its message may stay {stay} s in a worker of "
                f"{queue.name!r}; but Redis hands it out again after {VISIBILITY_TIMEOUT} s. "
                "Lower the task's limit, or raise that of a queue in config/queues.py."
            )
        return super().bind(app)

    def update_state(self, task_id: str | None = None, state: str | None = None, meta: Any = None, **_: Any) -> None:
        """Report progress: to the job that runs this task as a pipeline, else to Celery's result backend."""
        from apps.jobs.pipelines import current_run

        run = current_run.get()
        if run is None:
            super().update_state(task_id, state, meta, **_)
        elif isinstance(meta, dict) and meta.get("total"):
            run.report(100 * meta.get("current", 0) / meta["total"], str(meta.get("message", "")))

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send the task without its limits: those of the worker hold, which alone knows its queue's numbers."""
        return super().apply_async(*args, **{"time_limit": None, "soft_time_limit": None} | options)


def route(
    name: str, args: object, kwargs: object, options: dict[str, Any], task: Any = None, **_: Any
) -> dict[str, str] | None:
    """Send a task to its queue; a queue given with the call wins, and has to exist."""
    if "queue" in options or task is None:
        return None
    return {"queue": task.queue_name}


def complete_url(name: str) -> str:
    """Return the URL with its password, and put it back: Celery prefers these variables to its configuration."""
    os.environ[name] = url = env.redis_url(name, 0)
    os.environ.pop(f"{name}_FILE", None)
    return url


repairs.keep_connection_info()

app = celery.Celery("config", task_cls=QueueTask, broker=complete_url("CELERY_BROKER_URL"))
app.steps["worker"].add(WorkerHeartbeat)
app.conf.update(
    result_backend=complete_url("CELERY_RESULT_BACKEND"),
    result_expires=24 * 3600,  # seconds
    result_extended=True,
    redis_socket_timeout=5,  # seconds, of the result backend
    redis_socket_connect_timeout=2,
    accept_content=["json"],
    timezone="UTC",
    task_always_eager=env.flag("CELERY_TASK_ALWAYS_EAGER", False),
    task_queues=[BrokerQueue(name) for name in QUEUES],
    task_create_missing_queues=False,
    task_default_queue=DEFAULT_QUEUE,
    task_routes=(route,),
    task_track_started=True,
    task_send_sent_event=True,
    worker_send_task_events=True,
    task_publish_retry_policy={"max_retries": 0},
    task_retry_on_worker_lost=True,
    broker_transport_options=broker.SENDER_OPTIONS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_proc_alive_timeout=60,  # seconds; Celery's 4 kill good processes on a busy machine
    worker_cancel_long_running_tasks_on_connection_loss=True,  # their messages come again; see PermitRequest.cancel
    worker_pool=choose_pool("auto"),
    beat_schedule=SCHEDULE,
    beat_scheduler=BEAT_SCHEDULER,
)
if not database_is_pooled():
    app.conf.CELERY_DB_REUSE_MAX = 10_000  # tasks; else Celery connects to the database anew for every task
app.autodiscover_tasks()


@celeryd_init.connect
def wait_for_the_broker(conf: Any, **_: Any) -> None:
    conf.broker_transport_options = broker.WORKER_OPTIONS


@task_prerun.connect
def renew_old_connections(**_: Any) -> None:
    from django.db import close_old_connections

    close_old_connections()  # one that a restart of the database has broken is replaced


@celeryd_init.connect
def let_a_debugger_in(**_: Any) -> None:
    listen()


@celeryd_init.connect
def repair_pool(**_: Any) -> None:
    if sys.platform != "win32":  # where there is no prefork
        repairs.skip_ended_processes()


@setup_logging.connect
def use_djangos_logging(**_: Any) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    log_what_is_printed()


@task_prerun.connect
def begin_log_lines(task_id: str, task: Any, **_: Any) -> None:
    task.request.facts_before = facts.get()  # one task may call another inside of itself
    add_facts(task=task_id)


@task_postrun.connect
def end_log_lines(task: Any, **_: Any) -> None:
    facts.set(getattr(task.request, "facts_before", facts.get()))


@worker_ready.connect
def tell_the_reloader(**_: Any) -> None:
    report_loaded_files()


@beat_init.connect
def tell_the_reloader_of_beat(**_: Any) -> None:
    from django.conf import settings

    for package in settings.PIPELINES:
        let_wait(settings.BASE_DIR.joinpath(*package.split(".")))  # it runs none
    let_new_files_wait(unless_named=())
    report_loaded_files()
