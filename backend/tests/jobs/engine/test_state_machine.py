"""The engine's promises hold in whatever order its programs run, pause and die, and whatever happens to their permits.

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
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from apps.accounts.models import User
from apps.jobs.engine.attempt import Attempt
from apps.jobs.engine.reconcile import reconcile
from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.models import ACTIVE_JOB, Job, Step, Turn
from apps.jobs.models import Worker as WorkerRow
from apps.jobs.pipelines import Json
from apps.jobs.services import Conflict, cancel_job, delete_job, retry_job, submit_job
from config.queues import QUEUES
from tests.jobs.conftest import PROBE, Functions
from tests.jobs.engine.promises import Promises
from tests.jobs.engine.simulation import TO_THE_END, Process, Worker, inhabited, running

QUICK = settings(
    max_examples=15,
    stateful_step_count=20,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    database=None,
    derandomize=True,
)
LONG = settings(QUICK, max_examples=40)
DEEP = settings(QUICK, max_examples=1000, stateful_step_count=60, derandomize=False, print_blob=True)

SOFT_LIMIT = max(QUEUES[stage.queue].soft_time_limit for stage in PROBE.stages)
SIGNALLED = SoftTimeLimitExceeded()
ENDINGS: dict[str, Exception | None] = {
    "returns": None,
    "asks for another try": TransientError(ErrorCode.UPSTREAM_ERROR),
    "refuses its input": JobError(ErrorCode.PROCESSING_ERROR),
    "has a bug": ZeroDivisionError("division by zero"),
    "hits the soft limit": SIGNALLED,
    "gets another step's signal": SIGNALLED,
}
CODES = {"refuses its input": "PROCESSING_ERROR", "has a bug": "INTERNAL_ERROR", "hits the soft limit": "TIMEOUT"}

which = st.integers(0, 7)  # of those there are, counted round
pauses = st.just(TO_THE_END) | st.integers(1, 16)
some_pauses = st.integers(2, 6) | st.integers(2, 14)  # leave a run in its middle
queries = st.integers(0, 40)
ending = st.just("returns") | st.sampled_from(list(ENDINGS))
parts = st.integers(1, 3) | st.integers(0, 3)  # none can't be planned
a_worker = st.integers(0, 1)

T = TypeVar("T")


class Life(RuleBasedStateMachine):
    """Interleaves the engine's programs at will, and looks at every change of theirs.

    A rule that finds nothing to act on does nothing. With preconditions, what Hypothesis draws would depend on the
    state, which is not the same in each run: of two programs that wait for one lock, either may get it first.
    """

    def __init__(self, *, owner: User, probe: Functions) -> None:
        super().__init__()
        self.owner = owner
        probe.split = self.split  # type: ignore[assignment]
        probe.draw = self.work  # type: ignore[assignment]
        self.around = ExitStack()
        self.world = self.around.enter_context(inhabited())
        self.promises, self.broker = Promises(), self.world.broker
        self.workers = [Worker("worker"), Worker("worker")]
        self.calls: Counter[tuple[int, int]] = Counter()  # of a stage's function, by step and attempt

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.let_everything_end()
        finally:
            self.around.close()
            for model in (Job, WorkerRow, Turn):
                model.objects.all().delete()

    # What the stages do

    def split(self, run: Attempt) -> Json:
        return self.work(run) | {"parts": run.options["parts"]}

    def work(self, run: Attempt) -> Json:
        process: Process = running.process
        step_id = run.fence.step_id
        self.calls[step_id, run.attempt] += 1
        run.report(80 / run.attempt, "at work")
        run.save_artifact(run.label, b"", "text/plain")
        process.reach_query()
        if error := ENDINGS[process.ending]:
            self.promises.give_reason(step_id, CODES.get(process.ending, ""))
            self.world.clock += SOFT_LIMIT if process.ending == "hits the soft limit" else 0
            raise type(error)() if error is SIGNALLED else error
        return {"attempt": run.attempt}

    # What people do

    @initialize(parts=parts)
    def submit_first(self, parts: int) -> None:
        self.submit("a", parts, TO_THE_END)

    @rule(key=st.sampled_from("abc"), parts=parts, pauses=pauses)
    def submit(self, key: str, parts: int, pauses: int) -> None:
        """The same key again is the same job, unless something else is asked for, or that one is deleted meanwhile."""
        request = partial(submit_job, owner=self.owner, kind="probe", options={"parts": parts}, idempotency_key=key)
        self.begin(request, pauses, may_raise=(Conflict,))

    @rule(which=which, wish=st.sampled_from(("cancel", "retry", "retry", "delete")), pauses=pauses)
    def press(self, which: int, wish: str, pauses: int) -> None:
        if not (jobs := Job.objects.order_by("idempotency_key")):
            return
        job = one(list(jobs), which)
        calls = {"cancel": partial(cancel_job, job.pk), "retry": partial(retry_job, job.pk)}
        self.begin(calls.get(wish, partial(delete_job, job.pk)), pauses, may_raise=(Conflict, Job.DoesNotExist))

    # What the broker and the workers do

    @rule(which=which, worker=a_worker, ending=ending)
    def deliver(self, which: int, worker: int, ending: str) -> None:
        self.go_on(self.receive(which, worker, ending))

    @rule(which=which, worker=a_worker, ending=ending, pauses=some_pauses)
    def begin_run(self, which: int, worker: int, ending: str, pauses: int) -> None:
        self.go_on(self.receive(which, worker, ending), pauses)

    @rule(which=which, ending=ending, before=some_pauses, meanwhile=some_pauses)
    def give_up_for_dead(self, which: int, ending: str, before: int, meanwhile: int) -> None:
        """A run that is given up for dead goes on nevertheless, while its successor is at work."""
        queue = self.take(which)
        run = self.world.run_step(queue, self.workers[0], ending)
        self.go_on(run, before)
        self.hold_rounds(3)
        self.go_on(self.world.run_step(queue, self.workers[1], "returns"), meanwhile)
        self.go_on(run)

    @rule(which=which, before=some_pauses, is_retried=st.booleans(), meanwhile=some_pauses)
    def cancel_what_runs(self, which: int, before: int, is_retried: bool, meanwhile: int) -> None:
        """And perhaps retry it, so that a successor is at work when the cancelled run goes on."""
        queue = self.take(which)
        run = self.world.run_step(queue, self.workers[0], "returns")
        self.go_on(run, before)
        for step in Step.objects.filter(task_id=run.task_id, status="processing"):
            for button in (cancel_job, retry_job)[: 1 + is_retried]:
                self.begin(partial(button, step.job_id), TO_THE_END, may_raise=(Conflict, Job.DoesNotExist))
            self.go_on(self.world.run_step(queue, self.workers[1], "returns"), meanwhile)
        self.go_on(run)

    @rule(which=which, is_lost=st.booleans())
    def lose_or_double(self, which: int, is_lost: bool) -> None:
        queue = self.take(which)
        if not is_lost:
            self.broker.waiting += [queue, queue]

    @rule(is_away=st.sampled_from((False, False, True)))
    def cut_broker(self, is_away: bool) -> None:
        self.broker.is_away = is_away

    @rule(worker=a_worker, pauses=pauses)
    def look(self, worker: int, pauses: int) -> None:
        self.go_on(self.world.look(self.workers[worker]), pauses)

    @rule(rounds=st.integers(1, 3))
    def hold_rounds(self, rounds: int) -> None:
        """As by somebody else: workers that don't look meanwhile are taken for dead, and go on nevertheless."""
        for _ in range(rounds):
            self.begin(reconcile, TO_THE_END)

    @rule(pauses=some_pauses)
    def begin_to_reconcile(self, pauses: int) -> None:
        self.begin(reconcile, pauses)

    @rule(worker=a_worker)
    def restart_worker(self, worker: int) -> None:
        for process in list(self.world.processes):
            if process in self.workers[worker].processes():
                self.crash(process)
        self.workers[worker] = Worker("worker")

    # What happens to programs

    @rule(which=which, pauses=pauses)
    def resume(self, which: int, pauses: int) -> None:
        if self.world.processes:
            self.go_on(one(self.world.processes, which), pauses)

    @rule(which=which, after=queries, is_reported=st.booleans())
    def die(self, which: int, after: int, is_reported: bool) -> None:
        if not self.world.processes:
            return
        process = one(self.world.processes, which)
        self.crash(process, after=after)
        if process.worker and is_reported:
            process.worker.presence.lost(process.task_id)

    @rule(which=which)
    def kill_at_the_hard_limit(self, which: int) -> None:
        if not (runs := self.runs()):
            return
        process = one(runs, which)
        self.crash(process)
        assert process.worker
        for step in Step.objects.filter(task_id=process.task_id):
            self.promises.give_reason(step.pk, "TIMEOUT")
        process.worker.presence.timed_out(process.task_id)

    # What the rules are made of

    def go_on(self, process: Process, pauses: int = TO_THE_END) -> None:
        self.world.go_on(process, pauses, observe=self.promises.observe)

    def begin(self, call: Callable[[], object], pauses: int, may_raise: tuple[type[Exception], ...] = ()) -> None:
        self.go_on(self.world.start(call, may_raise=may_raise), pauses)

    def crash(self, process: Process, *, after: int = 0) -> None:
        """Let a process die after so many more queries, unless it ends before."""
        process.will_die(after=after)
        self.go_on(process)

    def runs(self) -> list[Process]:
        return [process for process in self.world.processes if process.worker]

    def take(self, which: int) -> str:
        """Return the queue of a permit that waits. Where none does, one comes that was delivered before."""
        waiting = self.broker.waiting
        return waiting.pop(which % len(waiting)) if waiting else one(self.workers[0].queues(), which)

    def receive(self, which: int, worker: int, ending: str) -> Process:
        return self.world.run_step(self.take(which), self.workers[worker], ending)

    # What holds

    @invariant()
    def promises_are_kept(self) -> None:
        assert max(self.calls.values(), default=1) == 1, "an attempt called its function twice"
        self.promises.observe()

    def let_everything_end(self) -> None:
        """Nobody dies any more and nothing is lost: every job ends before long, and then stays as it is."""
        self.broker.is_away = False
        self.broker.waiting.clear()  # the last fault: all permits are lost
        self.world.end_all(observe=self.promises.observe)
        rounds = 0
        while Job.objects.filter(status__in=ACTIVE_JOB).exists():
            rounds += 1
            assert rounds < 30, "a job doesn't end"
            self.look_and_deliver()
        self.promises_are_kept()
        self.promises.check_end()
        before = [(job.pk, job.version) for job in Job.objects.order_by("pk")]
        self.broker.waiting += self.workers[0].queues() * 2
        self.look_and_deliver()
        assert before == [(job.pk, job.version) for job in Job.objects.order_by("pk")], "a job changed after its end"

    def look_and_deliver(self) -> None:
        for worker in self.workers:
            self.go_on(self.world.look(worker))
        while self.broker.waiting:
            self.go_on(self.receive(0, 0, "returns"))
        self.promises_are_kept()


def one(items: list[T], which: int) -> T:
    return items[which % len(items)]


def live(owner: User, probe: Functions, usual: settings) -> None:
    deep = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
    run_state_machine_as_test(lambda: Life(owner=owner, probe=probe), settings=DEEP if deep else usual)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_promises_hold_whatever_pauses_dies_or_is_lost(owner: User, probe: Functions) -> None:
    live(owner, probe, QUICK)


@pytest.mark.integration
def test_promises_hold_inside_of_transactions_too(on_postgres: None, probe: Functions) -> None:
    live(User.objects.create_user("ada"), probe, LONG)
