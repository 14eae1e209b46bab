"""A crowd of thousands, counted by hundreds: asking for each job and file alone would take longer than the soak."""

import json
from itertools import islice

import httpx

from tests.faults.crowd import Crowd, Json, Losses, Start

TOGETHER = 500  # jobs

# Run in the web process's environment: what every file of these jobs holds, by its address.
CONTENTS = """
import json
from django.core.files.storage import default_storage as storage
from apps.jobs.models import Artifact
found = {{}}
for artifact in Artifact.objects.filter(job__in={ids!r}):
    if storage.exists(artifact.path):
        with storage.open(artifact.path) as file:
            found[f"/api/jobs/{{artifact.job_id}}/artifacts/{{artifact.pk}}/"] = file.read().decode()
print(json.dumps(found))
"""


class FromMemory(httpx.BaseTransport):
    """Answers with what was read before."""

    def __init__(self, bodies: dict[str, str]) -> None:
        self.bodies = bodies

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = self.bodies.get(request.url.path)
        return httpx.Response(404) if body is None else httpx.Response(200, text=body)


class LargeCrowd(Crowd):
    def read_all(self) -> list[Json]:
        """Return every job that the stack knows, of whatever status."""
        return [self.read(job["id"]) for job in self.listed()]

    def count(self) -> Losses:
        total, jobs, starts = Losses(), {job["id"]: job for job in self.read_all()}, self.starts()
        ids = iter(self.submitted)
        while some := set(islice(ids, TOGETHER)):
            part = _Part(self, some, jobs=jobs, starts=[start for start in starts if start.job in some])
            for name, sentences in vars(part.count()).items():
                getattr(total, name).extend(sentences)
        return total


class _Part(Crowd):
    def __init__(self, whole: LargeCrowd, ids: set[str], *, jobs: dict[str, Json], starts: list[Start]) -> None:
        super().__init__(whole.site, shell=whole.shell)
        self.submitted = {job_id: whole.submitted[job_id] for job_id in ids}
        self._starts = starts
        bodies = {f"/api/jobs/{job_id}/": json.dumps(jobs[job_id]) for job_id in ids if job_id in jobs}
        if whole.shell:
            bodies |= json.loads(whole.shell(CONTENTS.format(ids=list(ids))).splitlines()[-1])
        self.client = httpx.Client(base_url=whole.site.url, transport=FromMemory(bodies))

    def starts(self) -> list[Start]:
        return self._starts
