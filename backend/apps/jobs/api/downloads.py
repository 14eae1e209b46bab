"""The files of a job over HTTP: one, or all of them."""

from io import BytesIO
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.jobs.models import Artifact, Job

# An image that can carry no script: anything else is only ever downloaded.
SHOWN_INLINE = ("image/png", "image/jpeg", "image/webp")


class ArtifactView(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    def get(self, request: Request, job_id: UUID, artifact_id: int) -> HttpResponse:
        """A file that a job made."""
        artifact = get_object_or_404(_artifacts(request, job_id), pk=artifact_id)
        try:
            with default_storage.open(artifact.path) as file:
                response = HttpResponse(file.read(), content_type=artifact.content_type)
        except FileNotFoundError:  # deleted in between
            raise Http404 from None
        shown = artifact.content_type in SHOWN_INLINE
        response["Content-Disposition"] = content_disposition_header(not shown, artifact.name) or "inline"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, max-age=31536000, immutable"  # a new file gets a new id
        return response


class ArtifactsView(APIView):
    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: Request, job_id: UUID) -> HttpResponse:
        """All files that a job has made so far, as a zip archive."""
        job = get_object_or_404(Job.objects.filter(owner=request.user.pk), pk=job_id)
        archive = BytesIO()
        with ZipFile(archive, "w", ZIP_STORED) as entries:  # charts are compressed already
            for artifact in _artifacts(request, job_id):
                try:
                    with default_storage.open(artifact.path) as file:
                        entries.writestr(_entry_name(artifact.name), file.read())
                except FileNotFoundError:  # replaced or deleted in between
                    continue
        response = HttpResponse(archive.getvalue(), content_type="application/zip")
        response["Content-Disposition"] = content_disposition_header(True, f"{job.kind}-{str(job.pk)[:8]}.zip")
        return response


def _artifacts(request: Request, job_id: UUID) -> QuerySet[Artifact]:
    return Artifact.objects.filter(job=job_id, job__owner=request.user.pk, internal=False)


def _entry_name(name: str) -> str:
    """Return a name that stays in the folder into which the archive is unpacked."""
    return name.replace("/", "_").replace("\\", "_").lstrip(".") or "file"
