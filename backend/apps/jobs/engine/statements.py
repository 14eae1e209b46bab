"""The engine's hot writes as SQL: each touches a fixed number of rows and, on PostgreSQL, is one round trip.

Django's ORM knows neither UPDATE … RETURNING nor several statements at once. What stands here runs on PostgreSQL and on
SQLite alike. Whoever writes a job's steps writes the job first, so that no two transactions ever wait for each other;
a claim locks its step alone.
"""

import json
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from apps.jobs.models import Step

Row = tuple[Any, ...]

# Whether an attempt holds its step still. Once its job is locked that stays so: what takes a step away locks the job.
HELD = "EXISTS (SELECT 1 FROM jobs_step WHERE id = %s AND attempt = %s AND status = 'processing')"


class Statement(NamedTuple):
    sql: str
    values: tuple[Any, ...]


class Fence(NamedTuple):
    """Names an attempt. Every write of it is conditional on the step being processed still, and in this attempt."""

    step_id: int
    attempt: int
    job_id: UUID
    stage_id: int
    owner_id: int

    @classmethod
    def of(cls, step: Step) -> "Fence":
        return cls(step.pk, step.attempt, step.job_id, step.stage_id, step.owner_id)


class ClaimedStep(NamedTuple):
    fence: Fence
    position: int
    label: str
    input: Any
    checkpoint: Any
    retries: int


class Begun(NamedTuple):
    """What may have changed since an earlier step of the stage began."""

    owner_is_active: bool
    steps: int  # of the stage


def claim(*, queue: str, worker_id: UUID, worker_name: str, task_id: str) -> ClaimedStep | None:
    """Take the most urgent due step of a queue, or return None when none is due."""
    skip_locked = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    # With old statistics PostgreSQL expects a single due step, and would read and sort all of them.
    in_order = [Statement("SET LOCAL enable_sort = off", ())] if connection.vendor == "postgresql" else []
    # Nothing but the id stands in the outer WHERE: by an index of the status it would look at every step that waits.
    row = execute_together(
        *in_order,
        Statement(
            f"""
            UPDATE jobs_step SET status = 'processing', attempt = attempt + 1, held_by = %s, worker = %s, task_id = %s,
                progress = 0, draft = '', error_code = '', error_message = '', started_at = %s
            WHERE id = (
                SELECT id FROM jobs_step WHERE queue = %s AND status = 'queued' AND retry_at IS NULL
                ORDER BY urgency, rank, id LIMIT 1 {skip_locked}
            )
            RETURNING id, attempt, job_id, stage_id, owner_id, position, label, input, checkpoint,
                retries
            """,  # noqa: S608 - a constant
            (_uuid(worker_id), worker_name, task_id, _now(), queue),
        ),
        on_disk=True,  # or the number of the attempt, which fences it, would be given out again after a crash
    )
    if row is None:
        return None
    step_id, attempt, job_id, stage_id, owner_id, position, label, input_, checkpoint, retries = row
    job_id = job_id if isinstance(job_id, UUID) else UUID(job_id)
    fence = Fence(step_id, attempt, job_id, stage_id, owner_id)
    saved = None if checkpoint is None else json.loads(checkpoint)
    return ClaimedStep(fence, position, label, json.loads(input_), saved, retries)


def begin(fence: Fence) -> Begun | None:
    """Show that an attempt has begun. Return None when it doesn't hold its step any more."""
    job_id = _uuid(fence.job_id)
    raised = Statement(
        """
        UPDATE jobs_job SET version = version + 1, status = 'processing', started_at = COALESCE(started_at, %s),
            message = CASE WHEN stalled THEN '' ELSE message END, stalled = %s
        WHERE id = %s AND status IN ('queued', 'processing')
        """,
        (_now(), False, job_id),
    )
    users = get_user_model()._meta.db_table
    found = f"(SELECT is_active FROM {users} WHERE id = owner_id), (SELECT total FROM jobs_stage WHERE id = stage_id)"  # noqa: S608 - a table
    row = execute_together(raised, _write(fence, version="progress_version", returning=found))
    return Begun(*row) if row else None


def report(fence: Fence, *, message: str = "", **columns: Any) -> bool:
    """Save `progress`, 0-100, or a `draft`, and a message unless it is empty. Return False like `begin`."""
    write = _write(fence, version="progress_version", **columns)
    return execute_together(_raise_version(fence, message), write) is not None


def save_checkpoint(fence: Fence, checkpoint: str | None) -> bool:
    """Save where the next attempt goes on from. Nobody sees it, so no version grows. Return False like `begin`."""
    saved = Statement(
        "UPDATE jobs_step SET checkpoint = %s WHERE id = %s AND attempt = %s AND status = 'processing' RETURNING id",
        (checkpoint, fence.step_id, fence.attempt),
    )
    return execute_together(saved) is not None


def end(fence: Fence, *, outcome: str, **columns: Any) -> Row | None:
    """End a step as `completed` or `failed`, and count it in its stage.

    Return (total, ended) of the stage, or None when this attempt doesn't hold the step any more.
    """
    counted = Statement(
        f"UPDATE jobs_stage SET {outcome} = {outcome} + 1 WHERE id = %s AND {HELD}",  # noqa: S608 - one of two words
        (fence.stage_id, fence.step_id, fence.attempt),
    )
    sizes = "(SELECT total FROM jobs_stage WHERE id = stage_id), "
    sizes += "(SELECT completed + failed + cancelled FROM jobs_stage WHERE id = stage_id)"
    columns |= {"status": outcome, "held_by": None, "finished_at": _now(), "draft": ""}
    columns |= {"checkpoint": None} if outcome == "completed" else {}
    return execute_together(_raise_version(fence), counted, _write(fence, returning=sizes, **columns))


def try_later(fence: Fence, *, retry_at: Any, is_retry: bool, error_code: str, error_message: str) -> bool:
    """Queue a step once more, for later; `is_retry` counts it. Return False like `begin`."""
    retry_at = connection.ops.adapt_datetimefield_value(retry_at)
    columns = {"retry_at": retry_at, "error_code": error_code, "error_message": error_message, "queued_at": _now()}
    counted = ["retries = retries + 1"] if is_retry else []
    write = _write(fence, *counted, status="queued", held_by=None, progress=0, **columns)
    return execute_together(_raise_version(fence), write) is not None


def _raise_version(fence: Fence, message: str = "") -> Statement:
    """Lock the job and raise its version, unless it was cancelled: HELD is as of before a wait for the lock."""
    said, values = (", message = %s", (message,)) if message else ("", ())
    return Statement(
        f"UPDATE jobs_job SET version = version + 1{said} WHERE id = %s AND status IN ('queued', 'processing') "  # noqa: S608 - a constant
        f"AND {HELD}",
        (*values, _uuid(fence.job_id), fence.step_id, fence.attempt),
    )


def _write(
    fence: Fence, *assignments: str, version: str = "version", returning: str = "id", **columns: Any
) -> Statement:
    """Write columns of a step, and as its `version` or `progress_version` the one that its job has just got."""
    sets = [f"{version} = (SELECT version FROM jobs_job WHERE id = %s)", *assignments]  # noqa: S608 - names of columns
    sets += [f"{name} = %s" for name in columns]
    return Statement(
        f"UPDATE jobs_step SET {', '.join(sets)} WHERE id = %s AND attempt = %s AND status = 'processing' "  # noqa: S608 - as above
        f"RETURNING {returning}",
        (_uuid(fence.job_id), *columns.values(), fence.step_id, fence.attempt),
    )


def execute_together(*statements: Statement, on_disk: bool = False) -> Row | None:
    """Run the statements in one transaction, and return the first row of the last.

    PostgreSQL takes them in one message. Without `on_disk` it may answer before they are on disk, and forget them in a
    crash: what ends a stage or a job, or accepts one, is written elsewhere, and takes all that came before along.
    They are run once more on a new connection if the old one turns out to be dead: a step may have run for longer than
    PostgreSQL. Because of the fence, what had been done in spite of it isn't done twice.
    """
    try:
        return _execute(statements, on_disk=on_disk)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _execute(statements, on_disk=on_disk)


def _execute(statements: tuple[Statement, ...], *, on_disk: bool) -> Row | None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            with transaction.atomic():
                for statement in statements:
                    cursor.execute(*statement)
                    row: Row | None = cursor.fetchone()
            return row
        commit = "SET LOCAL synchronous_commit = " + ("on" if on_disk else "off")
        sql = ";".join((commit, *(statement.sql for statement in statements)))
        cursor.execute(sql, [value for statement in statements for value in statement.values])
        while cursor.nextset():
            pass
        last: Row | None = cursor.fetchone()
        return last


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _uuid(value: UUID) -> Any:
    return Step._meta.get_field("held_by").get_db_prep_value(value, connection)
