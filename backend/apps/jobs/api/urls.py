"""The addresses of the jobs, below /api/."""

from django.urls import path

from apps.jobs.api.downloads import ArchiveView, ArtifactView
from apps.jobs.api.lists import CancelManyView, DeleteManyView, DurationsView, JobCountsView, RetryManyView
from apps.jobs.api.operators import FailuresView, RetryFailuresView
from apps.jobs.api.steps import (
    AttemptsView,
    RunStepAgainView,
    StepInputView,
    StepLogView,
    StepResultView,
    StepsView,
    StepView,
)
from apps.jobs.api.uploads import StartView, UploadView
from apps.jobs.api.views import (
    AgainView,
    ArtifactsView,
    CancelView,
    JobsView,
    JobView,
    PipelinesView,
    ResultView,
    RetryView,
    WaitingView,
)

urlpatterns = [
    path("pipelines/", PipelinesView.as_view(), name="pipelines"),
    path("failures/", FailuresView.as_view(), name="failures"),
    path("failures/retry/", RetryFailuresView.as_view(), name="failures-retry"),
    path("jobs/", JobsView.as_view(), name="jobs"),
    path("jobs/counts/", JobCountsView.as_view(), name="jobs-counts"),
    path("jobs/durations/", DurationsView.as_view(), name="jobs-durations"),
    path("jobs/many/cancel/", CancelManyView.as_view(), name="jobs-cancel"),
    path("jobs/many/retry/", RetryManyView.as_view(), name="jobs-retry"),
    path("jobs/many/delete/", DeleteManyView.as_view(), name="jobs-delete"),
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/upload/", UploadView.as_view(), name="job-upload"),
    path("jobs/<uuid:job_id>/start/", StartView.as_view(), name="job-start"),
    path("jobs/<uuid:job_id>/cancel/", CancelView.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", RetryView.as_view(), name="job-retry"),
    path("jobs/<uuid:job_id>/again/", AgainView.as_view(), name="job-again"),
    path("jobs/<uuid:job_id>/waiting/", WaitingView.as_view(), name="job-waiting"),
    path("jobs/<uuid:job_id>/result/", ResultView.as_view(), name="job-result"),
    path("jobs/<uuid:job_id>/steps/", StepsView.as_view(), name="job-steps"),
    path("jobs/<uuid:job_id>/steps/<int:step_id>/log/", StepLogView.as_view(), name="job-step-log"),
    path("jobs/<uuid:job_id>/steps/<int:step_id>/", StepView.as_view(), name="job-step"),
    path("jobs/<uuid:job_id>/steps/<int:step_id>/input/", StepInputView.as_view(), name="job-step-input"),
    path("jobs/<uuid:job_id>/steps/<int:step_id>/result/", StepResultView.as_view(), name="job-step-result"),
    path("jobs/<uuid:job_id>/steps/<int:step_id>/again/", RunStepAgainView.as_view(), name="job-step-again"),
    path("jobs/<uuid:job_id>/attempts/", AttemptsView.as_view(), name="job-attempts"),
    path("jobs/<uuid:job_id>/artifacts/", ArtifactsView.as_view(), name="job-artifacts"),
    path("jobs/<uuid:job_id>/artifacts.zip", ArchiveView.as_view(), name="job-archive"),
    path("jobs/<uuid:job_id>/artifacts/<int:artifact_id>/", ArtifactView.as_view(), name="job-artifact"),
]
