"""The addresses of operating the stack."""

from django.urls import path

from apps.operations.api import HealthView, MetricsView, QueuesView, ReadinessView

urlpatterns = [
    path("api/queues/", QueuesView.as_view(), name="queues"),
    path("healthz", HealthView.as_view(), name="health"),
    path("readyz", ReadinessView.as_view(), name="readiness"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]
