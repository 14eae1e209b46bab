"""The engine's promises hold in whatever order its programs run, pause and die, and whatever happens to permits.

HYPOTHESIS_PROFILE=deep looks for much longer, and elsewhere each time; --hypothesis-seed=… repeats a run.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TypeVar

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import User
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from kombu.exceptions import OperationalError

from apps.jobs.engine.attempt import Attempt
from apps.jobs.engine.losses import time_out
from apps.jobs.engine.reconcile import LATE, MAX_MISSED, reconcile
from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.models import ACTIVE_JOB, Job, Step, StepStatus, Worker
from apps.jobs.pipelines import Json
from apps.jobs.services import Conflict, cancel_job, delete_job, retry_job, submit_job
from config.queues import QUEUES
from tests.jobs.conftest import PROBE, Functions
from tests.jobs.engine.life import TO_THE_END, Process, WorkerInWorld, inhabited
from tests.jobs.engine.promises import Promises, recording

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = settings(
    max_examples=30,
    stateful_step_count=25,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    database=None,
    derandomize=True,
)
DEEP = settings(QUICK, max_examples=1000, stateful_step_count=60, derandomize=False, print_blob=True)

SOFT_LIMIT = max(QUEUES[stage.queue].soft_time_limit for stage in PROBE.stages)
ENDINGS: dict[str, Exception | None] = {
    "returns": None,
    "asks for another try": TransientError(ErrorCode.UPSTREAM_ERROR),
    "refuses its input": JobError(ErrorCode.PROCESSING_ERROR),
    "has a bug": ZeroDivisionError("division by zero"),
    "hits the soft limit": SoftTimeLimitExceeded(),
}
CODES = {"refuses its input": "PROCESSING_ERROR", "has a bug": "INTERNAL_ERROR", "hits the soft limit": "TIMEOUT"}

which = st.integers(0, 7)  # of those there are, counted round
pauses = st.just(TO_THE_END) | st.integers(1, 12)
some_pauses = st.integers(3, 8)  # leave a run in its middle
queries = st.integers(0, 40)
ending = st.just("returns") | st.sampled_from(list(ENDINGS))
parts = st.integers(1, 3) | st.integers(0, 3)  # none can't be planned
worker = st.integers(0, 1)

T = TypeVar("T")


class Life(RuleBasedStateMachine):
    """Interleaves the engine's programs at will, and looks at every write of theirs."""

    def __init__(self, *, owner: User, probe: Functions) -> None:
        super().__init__()
        self.owner = owner
        probe.split = self.split  # type: ignore[assignment]
        probe.draw = self.work  # type: ignore[assignment]
        self.around = ExitStack()
        self.world = self.around.enter_context(inhabited())
        self.trace = self.around.enter_context(recording())
        self.promises, self.broker = Promises(), self.world.broker
        self.workers = [WorkerInWorld(self.world, "worker") for _ in range(2)]  # of equal names
        self.endings: dict[Process, str] = {}
        self.calls: Counter[tuple[int, int]] = Counter()  # of a stage's function, by step and attempt

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.let_everything_end()
        finally:
            self.around.close()
            Job.objects.all().delete()
            Worker.objects.all().delete()

    # What the stages do

    def split(self, run: Attempt) -> Json:
        return self.work(run) | {"parts": run.options["parts"]}

    def work(self, run: Attempt) -> Json:
        process = self.world.current
        assert process
        self.calls[run.fence.step_id, run.attempt] += 1
        run.report(80 / run.attempt, "at work")
        run.save_artifact(run.label, b"", "text/plain")
        self.world.pause()
        ending = self.endings[process]
        if error := ENDINGS[ending]:
            self.promises.give_reason(run.fence.step_id, CODES.get(ending, ""))
            self.world.pass_time(SOFT_LIMIT if isinstance(error, SoftTimeLimitExceeded) else 0)
            raise error
        return {"attempt": run.attempt}

    # What people do

    @initialize(parts=parts)
    def submit_first(self, parts: int) -> None:
        self.submit("a", parts, TO_THE_END)

    @rule(key=st.sampled_from("abc"), parts=parts, pauses=pauses)
    def submit(self, key: str, parts: int, pauses: int) -> None:
        """The same key again is the same job, unless that one is deleted while this request waits for it."""
        request = partial(submit_job, owner=self.owner, kind="probe", options={"parts": parts}, idempotency_key=key)
        self.begin(request, pauses, may_raise=(Conflict,))

    @precondition(lambda self: self.promises.made)
    @rule(which=which, wish=st.sampled_from(("cancel", "retry", "retry", "delete")), pauses=pauses)
    def press(self, which: int, wish: str, pauses: int) -> None:
        jobs = list(Job.objects.order_by("idempotency_key"))
        for job in [one(jobs, which)] if jobs else []:
            call = {"cancel": partial(cancel_job, job.pk), "retry": partial(retry_job, job.pk)}
            self.begin(call.get(wish, partial(delete_job, job)), pauses, may_raise=(Conflict, Job.DoesNotExist))

    # What the broker and its workers do

    @precondition(lambda self: self.broker.permits)
    @rule(which=which, worker=worker, ending=ending)
    def deliver(self, which: int, worker: int, ending: str) -> None:
        self.world.go_on(self.receive(self.take(which), worker, ending=ending))

    @precondition(lambda self: self.broker.permits)
    @rule(which=which, worker=worker, ending=ending, pauses=some_pauses)
    def begin_run(self, which: int, worker: int, ending: str, pauses: int) -> None:
        self.world.go_on(self.receive(self.take(which), worker, ending=ending), pauses)

    @precondition(lambda self: self.broker.permits)
    @rule(which=which, is_lost=st.booleans())
    def lose_or_double(self, which: int, is_lost: bool) -> None:
        queue = self.take(which)
        if not is_lost:
            self.broker.permits += [queue, queue]

    @precondition(lambda self: self.broker.permits)
    @rule(which=which, worker=worker, after=queries)
    def kill_process(self, which: int, worker: int, after: int) -> None:
        """In the middle of its work; its worker finds out by comparing."""
        self.world.crash(self.receive(self.take(which), worker), after=after)

    @rule(worker=worker)
    def compare(self, worker: int) -> None:
        """Look twice, as a presence does: what is lost is queued again, what was given up is ended."""
        self.look(self.workers[worker])

    @precondition(lambda self: self.broker.permits)
    @rule(which=which, ending=ending, before=some_pauses, meanwhile=pauses)
    def give_up_for_dead(self, which: int, ending: str, before: int, meanwhile: int) -> None:
        """A worker is frozen until it is taken for dead; its run goes on nevertheless, while another is at work."""
        queue, (frozen, other) = self.take(which), self.workers
        run = self.receive(queue, 0, ending=ending)
        self.world.go_on(run, before)
        self.silence(frozen, other)
        self.world.go_on(self.receive(queue, 1), meanwhile)
        self.world.go_on(run)
        frozen.presence.show_life()

    @rule(which=worker, pauses=pauses)
    def replace_worker(self, which: int, pauses: int) -> None:
        """Kill a worker whole; another starts under its name, and the dead one's row grows old."""
        dead = self.workers[which]
        for process in [process for process in dead.tasks.values() if not process.has_ended]:
            self.world.crash(process)
        self.workers[which] = WorkerInWorld(self.world, "worker")
        self.silence(dead, *self.workers)

    @rule(worker=worker)
    def miss_permits(self, worker: int) -> None:
        for _ in range(2):
            self.begin(self.workers[worker].presence.send_missing_permits, TO_THE_END)

    # What happens to programs

    @precondition(lambda self: self.world.processes)
    @rule(which=which)
    def finish(self, which: int) -> None:
        self.world.go_on(one(self.world.processes, which))

    @precondition(lambda self: self.world.processes)
    @rule(which=which, pauses=some_pauses)
    def go_on(self, which: int, pauses: int) -> None:
        self.world.go_on(one(self.world.processes, which), pauses)

    @precondition(lambda self: self.world.processes)
    @rule(which=which, after=queries)
    def crash(self, which: int, after: int) -> None:
        self.world.crash(one(self.world.processes, which), after=after)

    @precondition(lambda self: self.runs())
    @rule(which=which)
    def kill_at_the_hard_limit(self, which: int) -> None:
        task_id, process = one(self.runs(), which)
        self.world.crash(process)
        for step in Step.objects.filter(task_id=task_id, status=StepStatus.PROCESSING).select_related("job", "stage"):
            self.promises.give_reason(step.pk, "TIMEOUT")
            self.begin(partial(time_out, step), TO_THE_END)

    @rule(pauses=pauses)
    def reconcile(self, pauses: int) -> None:
        self.begin(reconcile, pauses, may_raise=(OperationalError,))

    @rule(seconds=st.sampled_from((10, 70, 160, 700)), broker_is_away=st.sampled_from((False, False, False, True)))
    def pass_time(self, seconds: int, broker_is_away: bool) -> None:
        self.broker.is_away = broker_is_away
        self.world.pass_time(seconds)

    # What the rules are made of

    def begin(self, call: Callable[[], object], pauses: int, may_raise: tuple[type[Exception], ...] = ()) -> None:
        self.world.go_on(self.world.start(call, may_raise=may_raise), pauses)

    def runs(self) -> list[tuple[str, Process]]:
        tasks = [task for worker in self.workers for task in worker.tasks.items()]
        return [(task_id, process) for task_id, process in tasks if not process.has_ended]

    def take(self, which: int) -> str:
        queue = one(self.broker.permits, which)
        self.broker.permits.remove(queue)
        return queue

    def receive(self, queue: str, worker: int, *, ending: str = "returns") -> Process:
        """Return a process of a worker that has got a permit."""
        process = self.workers[worker].run(queue)
        self.endings[process] = ending
        return process

    def look(self, worker: WorkerInWorld) -> None:
        worker.presence.show_life()
        for _ in range(2):
            self.begin(worker.presence.compare, TO_THE_END)
        while worker.to_stop:
            process = worker.tasks[worker.to_stop.pop()]
            if not process.has_ended:
                self.world.crash(process)

    def silence(self, silent: WorkerInWorld, *others: WorkerInWorld) -> None:
        """Let a worker say nothing until it is taken for dead."""
        self.world.pass_time(LATE.total_seconds() + 1)
        for other in others:
            other.presence.show_life()
        for _ in range(MAX_MISSED):
            self.begin(reconcile, TO_THE_END)

    # What holds

    @invariant()
    def promises_are_kept(self) -> None:
        assert max(self.calls.values(), default=1) == 1, "an attempt called its function twice"
        writes = self.trace.new_writes()
        for write in writes:
            self.promises.check_write(write)
        for job in Job.objects.prefetch_related("steps__stage", "stages", "artifacts") if writes else []:
            self.promises.check_state(job)

    def let_everything_end(self) -> None:
        """Nobody dies any more and nothing is lost: every job ends before long, and then stays as it is."""
        self.broker.is_away = False
        for process in list(self.world.processes):
            self.world.go_on(process)
        rounds = 0
        while Job.objects.filter(status__in=ACTIVE_JOB).exists():
            rounds += 1
            assert rounds < 20, "a job doesn't end"
            self.work_on()
            self.world.pass_time(700)
        self.promises_are_kept()
        for job in Job.objects.prefetch_related("steps", "stages"):
            self.promises.check_end(job)
        self.broker.permits += QUEUES
        self.work_on()
        assert not self.trace.new_writes(), "a job changed after its end"

    def work_on(self) -> None:
        for worker in self.workers:
            self.look(worker)
        self.begin(reconcile, TO_THE_END)
        self.miss_permits(0)
        while self.broker.permits:
            self.world.go_on(self.receive(self.take(0), 0))
        self.promises_are_kept()


def one(items: list[T], which: int) -> T:
    return items[which % len(items)]


def test_promises_hold_whatever_pauses_dies_or_is_lost(owner: User, probe: Functions) -> None:
    deep = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
    run_state_machine_as_test(lambda: Life(owner=owner, probe=probe), settings=DEEP if deep else QUICK)  # type: ignore[arg-type]
