"""Passwords: a new one for whoever knows the old one, or reads the mail of the account."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError as InvalidPassword
from django.utils.http import urlsafe_base64_decode
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User


def check_password(password: str, user: User, *, field: str) -> None:
    """Raise ValidationError at that field when Django's validators find the password too weak for that user."""
    try:
        validate_password(password, user)
    except InvalidPassword as error:
        raise serializers.ValidationError({field: error.messages}) from None


def set_password(user: User, password: str) -> None:
    """Set a new password: whoever is signed in by the old one, or has a token from its time, is so no more."""
    check_password(password, user, field="new_password")
    user.set_password(password)
    user.save(update_fields=["password"])
    Token.objects.filter(user=user).delete()


class NewPassword(serializers.Serializer[Any]):
    old_password = serializers.CharField(trim_whitespace=False)
    new_password = serializers.CharField(trim_whitespace=False, max_length=4096)

    def validate_old_password(self, value: str) -> str:
        if not self.context["user"].check_password(value):
            raise serializers.ValidationError("This is not your password.")
        return value


class ResetRequest(serializers.Serializer[Any]):
    email = serializers.EmailField()


class Reset(serializers.Serializer[Any]):
    """`user` and `token` come from the link in the mail."""

    user = serializers.CharField()
    token = serializers.CharField()
    new_password = serializers.CharField(trim_whitespace=False, max_length=4096)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = _user_of_link(attrs["user"])
        if user is None or not default_token_generator.check_token(user, attrs["token"]):
            raise serializers.ValidationError("This link has been used, or is too old. Ask for a new one.")
        return attrs | {"user": user}


def _user_of_link(encoded: str) -> User | None:
    try:
        return User.objects.filter(id=int(urlsafe_base64_decode(encoded)), is_active=True).first()
    except ValueError:  # no number
        return None


class PasswordView(APIView):
    @extend_schema(request=NewPassword, responses={204: None})
    def put(self, request: Request) -> Response:
        """Change my password. Other browsers are signed out, and my token is deleted."""
        wanted = NewPassword(data=request.data, context={"user": request.user})
        wanted.is_valid(raise_exception=True)
        user = cast(User, request.user)  # the permission class let nobody else in
        set_password(user, wanted.validated_data["new_password"])
        update_session_auth_hash(request._request, user)
        return Response(status=204)


class PasswordResetView(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=ResetRequest, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mail a link to whoever has an account with that address. The answer doesn't tell whether somebody has."""
        if not settings.EMAIL_URL:
            raise serializers.ValidationError({"email": ["This site sends no mail. Ask its operator."]})
        wanted = ResetRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        form = PasswordResetForm(data=wanted.validated_data)
        if form.is_valid():
            form.save(
                request=request._request,
                use_https=request.is_secure(),
                subject_template_name="accounts/reset_subject.txt",
                email_template_name="accounts/reset_mail.txt",
            )
        return Response(status=204)


class PasswordResetConfirmView(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=Reset, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password by the link in the mail."""
        wanted = Reset(data=request.data)
        wanted.is_valid(raise_exception=True)
        set_password(wanted.validated_data["user"], wanted.validated_data["new_password"])
        return Response(status=204)
