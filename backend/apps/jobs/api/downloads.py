"""The files of a job over HTTP: one, or all of them. Sent bit by bit, whatever their size."""

from collections.abc import AsyncIterator, Iterable, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.db import close_old_connections
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView
from zipstream import ZipStream

from apps.jobs.api.access import shown_artifacts, visible_job
from apps.jobs.api.negotiation import AnyAccept
from apps.jobs.models import Artifact
from apps.jobs.storage import bucket

# An image that can carry no script: anything else is only ever downloaded.
SHOWN_INLINE = ("image/png", "image/jpeg", "image/webp")
FORBIDDEN_IN_NAMES = '/\\:*?"<>|'  # by one system or another


class Download(FileResponse):
    block_size = 64 * 1024  # bytes; each block is a trip into a thread


class ArtifactView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="jobs_artifact_retrieve",
        parameters=[OpenApiParameter("download", bool, description="Given: a picture, too, is saved, not shown.")],
        responses={(200, "application/octet-stream"): bytes},
    )
    def get(self, request: Request, job_id: UUID, artifact_id: int) -> HttpResponseBase:
        """A file that a job made."""
        artifact = get_object_or_404(shown_artifacts(visible_job(request, job_id)), pk=artifact_id)
        shown = artifact.content_type in SHOWN_INLINE and "download" not in request.query_params
        if bucket.is_used():
            return _to_bucket(artifact, shown=shown)
        try:
            file = default_storage.open(artifact.path)
        except FileNotFoundError:  # deleted in between
            raise Http404 from None
        response = Download(file, as_attachment=not shown, filename=safe_name(artifact.name))
        response["Content-Type"] = artifact.content_type
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, max-age=31536000, immutable"  # a new file gets a new id
        return read_in_thread(response)


def _to_bucket(artifact: Artifact, *, shown: bool) -> HttpResponse:
    """Send whoever asks to the bucket, with an address that is good for this one file and an hour."""
    name, content_type = safe_name(artifact.name), artifact.content_type
    url = bucket.signed_download(artifact.path, name=name, content_type=content_type, as_attachment=not shown)
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = f"private, max-age={bucket.VALID_FOR // 2}"
    return response


class ArchiveView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(operation_id="jobs_archive_retrieve", responses={(200, "application/zip"): bytes})
    def get(self, request: Request, job_id: UUID) -> StreamingHttpResponse:
        """All files that a job has made so far, as a zip archive."""
        job = visible_job(request, job_id)
        artifacts = list(shown_artifacts(job).order_by("step_id", "id"))
        response = StreamingHttpResponse(_zip(artifacts), content_type="application/zip")
        response["Content-Disposition"] = content_disposition_header(True, f"{job.kind}-{str(job.pk)[:8]}.zip")
        return read_in_thread(response)


def _zip(artifacts: Iterable[Artifact]) -> Iterator[bytes]:
    archive = ZipStream()  # stored as they are: charts are compressed already
    taken: set[str] = set()
    for artifact in artifacts:
        try:
            file = default_storage.open(artifact.path)
        except FileNotFoundError:  # replaced or deleted in between
            continue
        with file:
            archive.add(file.chunks(), _unique(safe_name(artifact.name), taken))
            yield from archive.file()
    yield from archive.finalize()


def safe_name(name: str) -> str:
    """Return a name that is one on every system, stays in the folder that it is unpacked into, and fits a header."""
    characters = ("_" if sign in FORBIDDEN_IN_NAMES or not sign.isprintable() else sign for sign in name)
    return "".join(characters).lstrip(".").rstrip(". ") or "file"


def _unique(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number, unique = 1, name
    while unique.casefold() in taken:
        number += 1
        unique = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
    taken.add(unique.casefold())
    return unique


def read_in_thread(response: StreamingHttpResponse) -> StreamingHttpResponse:
    """Have the content read block by block in a thread: Django would read it to its end first, as it isn't async."""
    close_old_connections()  # a slow reader keeps no connection to the database from others
    blocks = iter(response.streaming_content)  # type: ignore[arg-type]  # not async yet

    async def content() -> AsyncIterator[bytes]:
        while block := await sync_to_async(lambda: next(blocks, b""))():
            yield block

    response.streaming_content = content()
    return response
