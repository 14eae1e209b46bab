"""The files of a job over HTTP: to their owner alone, and nothing in them runs in the browser."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from apps.jobs.pipelines import Json, Run
from tests.jobs.conftest import Broker, Functions, make_artifact

pytestmark = pytest.mark.django_db(transaction=True)


def submit(client: Client) -> Any:
    return client.post("/api/jobs/", {"kind": "probe"}).json()


@pytest.mark.parametrize(
    ("name", "content_type", "disposition"),
    [("chart.png", "image/png", "inline"), ("page.html", "text/html", "attachment"), ("d.svg", "image/svg+xml", "att")],
)
def test_artifact_is_served_to_its_owner_and_only_safe_images_inline(
    ada: Client, eve: Client, broker: Broker, probe: Functions, name: str, content_type: str, disposition: str
) -> None:
    job = submit(ada)
    make_artifact(broker, probe, name, content_type)
    [artifact] = ada.get(f"/api/jobs/{job['id']}/").json()["artifacts"]
    response = ada.get(artifact["url"])
    assert b"".join(response) == b"content"
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith(disposition)
    assert eve.get(artifact["url"]).status_code == 404


def test_all_artifacts_are_served_as_one_archive_without_internal_files(
    ada: Client, eve: Client, broker: Broker, probe: Functions
) -> None:
    def split(run: Run) -> Json:
        run.save_artifact("a.png", b"first", "image/png")
        run.save_artifact("../../b.txt", b"second", "text/plain")
        run.save_file("rows", b"internal")
        return {"parts": 1}

    probe.split = split
    job = submit(ada)
    broker.deliver()
    response = ada.get(f"/api/jobs/{job['id']}/artifacts/")
    assert response["Content-Disposition"].startswith("attachment")
    with ZipFile(BytesIO(response.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a.png": b"first", "_.._b.txt": b"second"}
    assert eve.get(f"/api/jobs/{job['id']}/artifacts/").status_code == 404
