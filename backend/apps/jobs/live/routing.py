"""The addresses of the WebSockets."""

from django.urls import path, re_path

from apps.jobs.live.consumers import JobConsumer, JobsConsumer, NoSuchSocket

websocket_urlpatterns = [
    path("ws/jobs/", JobsConsumer.as_asgi()),
    path("ws/jobs/<uuid:job_id>/", JobConsumer.as_asgi()),
    re_path("", NoSuchSocket.as_asgi()),
]
