"""The addresses of signing in, below /api/."""

from django.urls import path

from apps.accounts.api import SessionView, TokenView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("token/", TokenView.as_view(), name="token"),
]
