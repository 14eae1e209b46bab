"""The engine's promises hold in whatever order its programs run, pause and die, and whatever happens to their messages.

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

from apps.jobs.engine.reconcile import reconcile, release_steps_of
from apps.jobs.engine.run import Attempt
from apps.jobs.engine.work import run_step, time_out
from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.models import ACTIVE_JOB, Job
from apps.jobs.pipelines import Json
from apps.jobs.services import Conflict, cancel_job, delete_job, retry_job, submit_job
from config.queues import QUEUES
from tests.jobs.conftest import PROBE, Functions
from tests.jobs.life import TO_THE_END, Message, Process, inhabited
from tests.jobs.promises import Promises, recording

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

TIME_OUT = "jobs.time_out"
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
worker = st.sampled_from(("ada's worker", "bob's worker"))

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
        self.trace = self.around.enter_context(recording(self.world.held_job))
        self.promises, self.broker = Promises(), self.world.broker
        self.received: dict[Process, Message] = {}
        self.endings: dict[Process, str] = {}
        self.workers: dict[Process, str] = {}
        self.calls: Counter[tuple[int, int]] = Counter()  # of a stage's function, by step and attempt

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.let_everything_end()
        finally:
            self.around.close()
            Job.objects.all().delete()

    # What the stages do

    def split(self, run: Attempt) -> Json:
        return self.work(run) | {"parts": run.options["parts"]}

    def work(self, run: Attempt) -> Json:
        process = self.world.current
        assert process
        self.calls[run.step_id, run.attempt] += 1
        run.report(80 / run.attempt, "at work")
        run.save_artifact(run.label, b"", "text/plain")
        self.world.pause()
        ending = self.endings[process]
        if error := ENDINGS[ending]:
            self.promises.give_reason(run.step_id, CODES.get(ending, ""))
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

    @precondition(lambda self: self.broker.waiting)
    @rule(which=which, worker=worker, ending=ending)
    def deliver(self, which: int, worker: str, ending: str) -> None:
        """In any order, and even before its time: clocks differ."""
        self.world.go_on(self.receive(self.take(which), worker, ending=ending))

    @precondition(lambda self: self.broker.waiting)
    @rule(which=which, worker=worker, ending=ending, pauses=some_pauses)
    def begin_run(self, which: int, worker: str, ending: str, pauses: int) -> None:
        self.world.go_on(self.receive(self.take(which), worker, ending=ending), pauses)

    @precondition(lambda self: self.broker.waiting)
    @rule(which=which, is_lost=st.booleans())
    def lose_or_double(self, which: int, is_lost: bool) -> None:
        message = self.take(which)
        if not is_lost:
            self.broker.waiting += [message, message]

    @precondition(lambda self: self.broker.taken)
    @rule(which=which, worker=worker, ending=ending, pauses=pauses)
    def redeliver(self, which: int, worker: str, ending: str, pauses: int) -> None:
        """Celery says that the run before is dead, and may be wrong: a connection was lost, and no worker."""
        message = one(self.broker.taken, which)
        self.world.go_on(self.receive(message, worker, ending=ending, predecessor_is_dead=True), pauses)

    @precondition(lambda self: self.broker.waiting)
    @rule(which=which, ending=ending, before=some_pauses, meanwhile=some_pauses)
    def give_up_for_dead(self, which: int, ending: str, before: int, meanwhile: int) -> None:
        """A run that is given up for dead goes on nevertheless, while its successor is at work."""
        message = self.take(which)
        run = self.receive(message, "ada's worker", ending=ending)
        self.world.go_on(run, before)
        self.world.go_on(self.receive(message, "bob's worker", predecessor_is_dead=True), meanwhile)
        self.world.go_on(run)

    @precondition(lambda self: self.broker.waiting)
    @rule(which=which, times=st.integers(1, 5), worker=worker, after=queries)
    def kill_each_worker(self, which: int, times: int, worker: str, after: int) -> None:
        message = self.take(which)
        for time in range(times):
            self.world.crash(self.receive(message, worker, predecessor_is_dead=time > 0), after=after)

    @rule(name=worker, pauses=pauses)
    def restart_worker(self, name: str, pauses: int) -> None:
        for process in [process for process in self.world.processes if self.workers.get(process) == name]:
            self.world.crash(process)
        self.begin(partial(release_steps_of, name, started_before=self.world.now), pauses)

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
        process = one(self.runs(), which)
        self.world.crash(process)
        message = self.received[process]
        self.broker.waiting.append(Message(TIME_OUT, message.step_id, message.task_id, self.world.now))

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

    def runs(self) -> list[Process]:
        return [process for process in self.world.processes if process in self.received]

    def take(self, which: int) -> Message:
        message = one(self.broker.waiting, which)
        self.broker.take(message)
        return message

    def receive(
        self, message: Message, worker: str, *, ending: str = "returns", predecessor_is_dead: bool = False
    ) -> Process:
        """Return a process of a worker that has got a message."""
        if message.task == TIME_OUT:
            self.promises.give_reason(message.step_id, "TIMEOUT")
            return self.world.start(partial(time_out, message.step_id, task_id=message.task_id))
        run = partial(run_step, message.step_id, worker=worker, task_id=message.task_id)
        process = self.world.start(partial(run, predecessor_is_dead=predecessor_is_dead))
        self.received[process], self.workers[process], self.endings[process] = message, worker, ending
        return process

    # What holds

    @invariant()
    def promises_are_kept(self) -> None:
        assert max(self.calls.values(), default=1) == 1, "an attempt called its function twice"
        writes = self.trace.new_writes()
        for write in writes:
            self.promises.check_write(write)
        for job in Job.objects.prefetch_related("steps", "artifacts") if writes else []:
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
            self.reconcile_and_deliver()
            self.world.pass_time(700)
        self.promises_are_kept()
        for job in Job.objects.prefetch_related("steps"):
            self.promises.check_end(job)
        self.broker.waiting += dict.fromkeys(self.broker.taken)
        self.reconcile_and_deliver()
        assert not self.trace.new_writes(), "a job changed after its end"

    def reconcile_and_deliver(self) -> None:
        self.begin(reconcile, TO_THE_END)
        for message in [message for message in self.broker.waiting if message.due_at <= self.world.now]:
            self.broker.take(message)
            self.world.go_on(self.receive(message, "ada's worker"))
        self.promises_are_kept()


def one(items: list[T], which: int) -> T:
    return items[which % len(items)]


def test_promises_hold_whatever_pauses_dies_or_is_lost(owner: User, probe: Functions) -> None:
    deep = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
    run_state_machine_as_test(lambda: Life(owner=owner, probe=probe), settings=DEEP if deep else QUICK)  # type: ignore[arg-type]
