"""The file of a job that was created without: in chunks, one behind the other, and from where it broke off."""

import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.jobs import services
from apps.jobs.api.access import my_job
from apps.jobs.api.answers import answer, read_or_404
from apps.jobs.api.serializers import UploadQuery, validated
from apps.jobs.live.messages import JobState
from apps.jobs.models import Job, Upload
from apps.jobs.storage.bucket import Signed

RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)
DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):")
PIECE = 1024 * 1024  # bytes in memory at a time


class SignedAddress(BaseModel):
    """Where to `PUT` a chunk, with these headers and no other of ours."""

    url: str
    headers: dict[str, str]


class UploadState(BaseModel):
    """How far an upload is. The next chunk begins at byte `received`, and has at most `chunk_bytes`.

    With `signed` the files are in a bucket: the chunk goes there, all but the last have just `chunk_bytes`, and asking
    again tells what has arrived. It may also be sent here.
    """

    received: int
    size: int
    chunk_bytes: int
    expires_at: datetime  # if no chunk comes
    signed: SignedAddress | None


class UploadView(APIView):
    @extend_schema(operation_id="jobs_upload_retrieve", parameters=[UploadQuery], responses=UploadState)
    def get(self, request: Request, job_id: UUID) -> Response:
        """How far the upload of a job is. 409 when it awaits no file."""
        job = my_job(request, job_id)
        digest = validated(UploadQuery, request.query_params).get("sha256", "")
        return answer(_state(job, *services.look_at_upload(job.pk, digest)))

    @extend_schema(
        operation_id="jobs_upload_update",
        request={"application/octet-stream": bytes},
        parameters=[
            OpenApiParameter(
                "Content-Range", location=OpenApiParameter.HEADER, required=True, description="bytes FIRST-LAST/SIZE"
            ),
            OpenApiParameter(
                "Content-Digest", location=OpenApiParameter.HEADER, description="sha-256=:BASE64:, of the chunk"
            ),
        ],
        responses=UploadState,
    )
    def put(self, request: Request, job_id: UUID) -> Response:
        """The next chunk of a file. 409 when another is the next: see `received`."""
        job = my_job(request, job_id)
        first, last, total = _range(request)
        content = _pieces(request._request, last + 1 - first)
        chunk = services.Chunk(first, last + 1, total, content, _sha256(request))
        services.receive_chunk(job.pk, chunk)
        return answer(_state(job, *services.look_at_upload(job.pk)))


class StartView(APIView):
    @extend_schema(request=None, responses=JobState)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Put a job in line whose file has been sent. 409 while something of it is missing."""
        job = my_job(request, job_id)
        services.start_uploaded(job.pk)
        return Response(read_or_404(job.pk))


def _state(job: Job, upload: Upload, signed: Signed | None) -> UploadState:
    return UploadState(
        received=upload.received,
        size=job.source_size or 0,
        chunk_bytes=services.chunk_bytes(job),
        expires_at=upload.touched_at + services.PATIENCE,
        signed=SignedAddress(url=signed.url, headers=signed.headers) if signed else None,
    )


def _pieces(body: HttpRequest, length: int) -> Iterator[bytes]:
    """Yield a body that is to have this length, and of a longer one a byte too many."""
    left = length + 1
    while left and (piece := body.read(min(left, PIECE))):
        left -= len(piece)
        yield piece


def _range(request: Request) -> tuple[int, int, int]:
    """Return the first and the last byte of a chunk, and the size of its file."""
    match = RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if not match:
        raise services.InvalidRequest({"Content-Range": ["Say which bytes these are: bytes FIRST-LAST/SIZE."]})
    first, last, total = map(int, match.groups())
    return first, last, total


def _sha256(request: Request) -> bytes | None:
    """Return the digest that came with a chunk: https://www.rfc-editor.org/rfc/rfc9530#name-the-content-digest-field."""
    header = request.headers.get("Content-Digest", "")
    if not header:
        return None
    match = DIGEST.search(header)
    try:
        if match:
            return b64decode(match[1], validate=True)
    except BadBase64:
        pass
    raise services.InvalidRequest({"Content-Digest": ["Send a digest as sha-256=:BASE64:, or none."]})
