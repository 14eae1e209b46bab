"""`scripts/new-pipeline NAME [--queue QUEUE]`: a pipeline of one function, with a test."""

import argparse
import sys

from native.services import queue_names
from project.edits import Edits, Refused, carry_out, checked_name

PIPELINE = '''\
"""{title}: say in a sentence what it is for."""

import logging

from apps.jobs.pipelines import Run, pipeline

log = logging.getLogger(__name__)


@pipeline(queue="{queue}", title="{title}")
def {name}(run: Run, name: str = "world", times: int = 3) -> str:
    """Greets somebody. This line is what people read before they start it."""
    for number in range(times):
        log.info("Greeting %s for the %s. time", name, number + 1)
        run.report(100 * number / times, f"Greeting {{number + 1}} of {{times}}")
    run.save_artifact("greeting.txt", f"Hello, {{name}}!\\n".encode() * times, "text/plain")
    return f"Hello, {{name}}!"
'''

TEST = '''\
"""{title}: what it returns and what it saves."""

from pathlib import Path

from tests.pipelines.memory_run import MemoryRun


def test_{name}_greets_by_name_as_often_as_asked(tmp_path: Path) -> None:
    run = MemoryRun("{name}", tmp_path, name="Ada", times=2)
    assert run.complete() == "Hello, Ada!"
    assert run.artifacts["greeting.txt"] == b"Hello, Ada!\\nHello, Ada!\\n"
'''


def make(name: str, queue: str) -> list[str]:
    """Write the pipeline and its test into a checkout, and return the files. Raises Refused."""
    checked_name(name)
    queues = queue_names()
    if queue not in queues:
        raise Refused(f"There is no queue {queue!r}. The queues are {', '.join(queues)}.")
    edits = Edits()
    if edits.exists(f"backend/pipelines/{name}"):
        raise Refused(f"backend/pipelines/{name} exists already. Choose another name, or delete it first.")
    words = {"name": name, "queue": queue, "title": name.replace("_", " ").capitalize()}
    edits.create(f"backend/pipelines/{name}.py", PIPELINE.format(**words))
    edits.create(f"backend/tests/pipelines/test_{name}.py", TEST.format(**words))
    return edits.save()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/new-pipeline", description="Makes a pipeline of one function.")
    parser.add_argument("name", help="small letters, digits and _, such as send_mail")
    parser.add_argument("--queue", default="default", help="whose workers run it; default: default")
    given = parser.parse_args()
    return carry_out(
        lambda: make(given.name, given.queue),
        afterwards="A stack that runs offers it within seconds. Its test: scripts/test unit",
    )


if __name__ == "__main__":
    sys.exit(main())
