"""The addresses of the jobs, below /api/."""

from django.urls import path

from apps.jobs.api.downloads import ArtifactsView, ArtifactView
from apps.jobs.api.views import AgainView, CancelView, JobsView, JobView, PipelinesView, RetryView, WaitingView

urlpatterns = [
    path("pipelines/", PipelinesView.as_view()),
    path("jobs/", JobsView.as_view()),
    path("jobs/<uuid:job_id>/", JobView.as_view()),
    path("jobs/<uuid:job_id>/cancel/", CancelView.as_view()),
    path("jobs/<uuid:job_id>/retry/", RetryView.as_view()),
    path("jobs/<uuid:job_id>/again/", AgainView.as_view()),
    path("jobs/<uuid:job_id>/waiting/", WaitingView.as_view()),
    path("jobs/<uuid:job_id>/artifacts/", ArtifactsView.as_view()),
    path("jobs/<uuid:job_id>/artifacts/<int:artifact_id>/", ArtifactView.as_view()),
]
