"""What a claim costs on PostgreSQL, in rows: its plan must not depend on how many steps wait."""

import pytest
from django.db import connection, transaction

from apps.accounts.models import User
from apps.jobs.engine.statements import claim
from apps.jobs.models import Step
from apps.jobs.services import submit_job
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.integration

WAITING = 20_000  # steps; PostgreSQL reads and sorts all of them where its statistics are older than they


def rows_read() -> int:
    """Return how many rows of steps this transaction has read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'jobs_step'")
        return int(cursor.fetchone()[0])


def test_claim_reads_as_many_rows_behind_many_waiting_steps(
    on_postgres: None, probe: Functions, broker: Broker
) -> None:
    owner = User.objects.create_user("ada")
    submit_job(owner=owner, kind="probe", options={"parts": WAITING // 10})
    broker.run("ingestion_io")
    Step.objects.update(status="completed")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE jobs_step")  # from now on it expects that none is due
    submit_job(owner=owner, kind="probe", options={"parts": WAITING})
    broker.run("ingestion_io")
    with transaction.atomic():
        before = rows_read()
        step = claim(queue="charts_cpu", worker_id=broker.holder.id, worker_name=broker.holder.name, task_id="one")
        read = rows_read() - before
    assert step
    assert step.label == "part 0"
    assert 0 < read <= 5
