"""The addresses of operating the stack."""

from django.urls import path

from apps.operations.api import QueuesView, healthz, metrics, readyz

urlpatterns = [
    path("api/queues/", QueuesView.as_view()),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
