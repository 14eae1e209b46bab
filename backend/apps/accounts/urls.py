"""The addresses of signing in, below /api/."""

from django.urls import path

from apps.accounts.api import SessionView, TokenView, UsersView
from apps.accounts.passwords import PasswordResetConfirmView, PasswordResetView, PasswordView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("users/", UsersView.as_view(), name="users"),
    path("password/", PasswordView.as_view(), name="password"),
    path("password/reset/", PasswordResetView.as_view(), name="password-reset"),
    path("password/reset/confirm/", PasswordResetConfirmView.as_view(), name="password-reset-confirm"),
    path("token/", TokenView.as_view(), name="token"),
]
