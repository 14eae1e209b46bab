import celery
import pytest
from celery.exceptions import QueueNotFound

from config.celery import LimitTooLong, QueueTask, app
from config.queues import VISIBILITY_TIMEOUT, UnknownQueue


def make_task(**options: object) -> celery.Task:
    def probe() -> None: ...

    own = celery.Celery("own", task_cls=QueueTask, set_as_current=False)
    task = own.task(shared=False, **options)(probe)
    own.finalize()
    return task


def test_misspelt_queue_is_refused_when_a_task_is_defined() -> None:
    with pytest.raises(UnknownQueue, match="chart_cpu"):
        make_task(queue="chart_cpu")


def test_misspelt_queue_is_refused_when_a_task_is_sent() -> None:
    with pytest.raises(QueueNotFound, match="chart_cpu"):
        app.tasks["debug"].apply_async(queue="chart_cpu")


def test_task_takes_limits_and_acknowledgement_from_its_queue() -> None:
    task = make_task(queue="charts_cpu")
    assert (task.acks_late, task.time_limit, task.soft_time_limit) == (True, 120, 110)


def test_task_of_an_early_acknowledging_queue_acknowledges_early() -> None:
    assert app.tasks["jobs.run_step.ingestion_io"].acks_late is False


def test_task_keeps_a_limit_of_its_own() -> None:
    task = make_task(queue="charts_cpu", time_limit=30, soft_time_limit=20)
    assert (task.time_limit, task.soft_time_limit) == (30, 20)


def test_task_that_outlasts_the_brokers_patience_is_refused_when_it_is_defined() -> None:
    with pytest.raises(LimitTooLong, match="charts_cpu"):
        make_task(queue="charts_cpu", time_limit=VISIBILITY_TIMEOUT)


@pytest.mark.parametrize(
    ("name", "queue"), [("debug", "default"), ("jobs.run_step.ai", "ai"), ("operations.check_health", "default")]
)
def test_message_goes_to_the_queue_that_the_task_names(name: str, queue: str) -> None:
    task = app.tasks[name]
    route = app.amqp.router.route(task._get_exec_options(), name, task_type=task)
    assert route["queue"].name == queue


def test_conf_is_json_only_in_utc_with_results_for_a_day() -> None:
    conf = app.conf
    assert (conf.accept_content, conf.task_serializer, conf.result_serializer) == (["json"], "json", "json")
    assert (conf.timezone, conf.result_expires, conf.result_extended) == ("UTC", 86_400, True)
    assert conf.task_track_started
    assert conf.task_send_sent_event
    assert conf.worker_send_task_events
    assert app.tasks["debug"].default_retry_delay == 60


def test_steps_leave_no_result_and_other_tasks_do() -> None:
    assert app.tasks["jobs.run_step.ai"].ignore_result
    assert not app.tasks["debug"].ignore_result
