import hashlib
import os
import signal
import time
from contextlib import suppress

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

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
    time.sleep(60)


def save_and_wait(run: Run) -> None:
    run.save_artifact("first.txt", b"kept", "text/plain")
    wait(run)


def ignore_the_soft_limit(run: Run) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(SoftTimeLimitExceeded):
            time.sleep(1)


def wait_in_the_database(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


def stay_in_c(run: Run) -> None:
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000_000)
