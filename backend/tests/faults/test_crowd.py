"""The count finds what it is there to find: a job as it should be, and then with one thing wrong."""

from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from tests.faults.crowd import Crowd, Losses
from tests.site import Site

STEPS = [("ingest", "ingest"), ("part", "part 0"), ("part", "part 1"), ("sum", "sum"), ("close", "close")]
FILES = {"part-0.txt": "0\n", "part-1.txt": "1\n", "sum.txt": "1 of attempt 1\n"}
JOB: dict[str, Any] = {
    "id": "a",
    "status": "completed",
    "error": None,
    "result": {"sum": 1},
    "steps": [{"stage": stage, "label": label, "status": "completed", "attempt": 1} for stage, label in STEPS],
    "artifacts": [{"name": name, "url": f"/{name}"} for name in FILES],
}
BEGUN = [f"a\t{label}\t1\tbegun\t7" for _, label in STEPS]


def count(tmp_path: Path, *, job: Any = JOB, files: dict[str, str] = FILES, trace: list[str] = BEGUN) -> Losses:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/api/jobs/"):
            return httpx.Response(200, json=job) if job else httpx.Response(404)
        name = request.url.path.lstrip("/")
        return httpx.Response(200, text=files[name]) if name in files else httpx.Response(404)

    written = tmp_path / "trace"
    written.write_text("\n".join(trace))
    client = httpx.Client(base_url="http://stack", transport=httpx.MockTransport(answer))
    with patch.object(Site, "client", return_value=client):
        crowd = Crowd(Site("http://stack"), trace=written)
    crowd.submitted = {"a": {"parts": 2}}
    return crowd.count()


def changed(**columns: Any) -> dict[str, Any]:
    return deepcopy(JOB) | columns


def test_job_as_it_should_be_is_nothing_to_count(tmp_path: Path) -> None:
    assert count(tmp_path) == Losses()


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"job": None}, "lost"),
        ({"job": changed(status="failed", error={"code": "TIMEOUT"})}, "lost"),
        ({"job": changed(status="processing")}, "stuck"),
        ({"job": changed(steps=[JOB["steps"][0] | {"status": "queued"}, *JOB["steps"][1:]])}, "stuck"),
        ({"job": changed(steps=JOB["steps"][1:]), "trace": []}, "missing"),
        ({"job": changed(steps=[*JOB["steps"], JOB["steps"][3]])}, "doubled"),
        ({"job": changed(artifacts=JOB["artifacts"][1:])}, "missing"),
        ({"job": changed(artifacts=[*JOB["artifacts"], JOB["artifacts"][0]])}, "doubled"),
        ({"job": changed(result={"sum": 2})}, "missing"),
        ({"files": FILES | {"part-1.txt": "0\n"}}, "missing"),
        ({"files": {"sum.txt": "1 of attempt 1\n", "part-0.txt": "0\n"}}, "missing"),
        ({"trace": [*BEGUN, BEGUN[1]]}, "doubled"),
        ({"trace": [*BEGUN, "a\tsum\t2\tbegun\t8"]}, "doubled"),
    ],
)
def test_what_is_wrong_is_counted_once_and_as_what_it_is(tmp_path: Path, wrong: dict[str, Any], kind: str) -> None:
    losses = count(tmp_path, **wrong)
    assert {name for name, found in vars(losses).items() if found} == {kind}
    assert len(getattr(losses, kind)) == 1
