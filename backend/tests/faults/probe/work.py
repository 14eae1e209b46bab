import hashlib
import os
import signal
import time
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from apps.jobs.models import Job, Stage, Step
from apps.jobs.pipelines import Json, Run


def misbehave(run: Run) -> Json:
    run.report(10, "begun")
    return {"did": globals()[run.options["do"]](run)}


def nothing(run: Run) -> str:
    return "nothing"


def die(run: Run) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(run: Run) -> str:
    if run.attempt == 1:
        die(run)
    return "lived"


def wait(run: Run) -> None:
    time.sleep(600)


def wait_once(run: Run) -> str:
    if run.attempt == 1:
        wait(run)
    return "waited"


def freeze_once_in_a_transaction(run: Run) -> str:
    """Lock all that belongs to the job, and freeze with the whole worker."""
    if run.attempt > 1:
        return "lived"
    with transaction.atomic():
        for rows in (Job.objects.filter(pk=run.job_id), Stage.objects.filter(job=run.job_id)):
            list(rows.select_for_update())
        list(Step.objects.filter(job=run.job_id).select_for_update())
        os.kill(os.getppid(), signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
    return "was never frozen"


def outlast_a_minute(run: Run) -> str:
    time.sleep(90)
    return "outlasted"


def take_a_moment(run: Run) -> str:
    time.sleep(0.3)
    return "a moment"


def be_busy_for_a_minute(run: Run) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pass
    return "counted"


def save_and_wait(run: Run) -> None:
    run.save_artifact("first.txt", b"kept", "text/plain")
    wait(run)


def ignore_the_soft_limit(run: Run) -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until:
        with suppress(SoftTimeLimitExceeded):
            time.sleep(1)


def wait_in_the_database(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(600)")


def stay_in_c(run: Run) -> None:
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000_000)
