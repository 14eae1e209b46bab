"""Signing in: a session for browsers, a token for programs."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

SIGNED_OUT = "signed_out"  # in the session: the demo user was signed out on purpose


class SignedInUser(BaseModel):
    username: str


class Session(BaseModel):
    user: SignedInUser | None
    csrf_token: str
    demo: bool


class IssuedToken(BaseModel):
    token: str


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)

    def user(self) -> User:
        """Return the user whom the credentials name. Raises ValidationError."""
        self.is_valid(raise_exception=True)
        user = authenticate(self.context["request"], **self.validated_data)
        if not isinstance(user, User):
            raise ValidationError({"password": ["This user name and password don't belong together."]})
        return user


class SessionView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=Session)
    def get(self, request: Request) -> Response:
        """Who I am. In development a browser is signed in as the user `demo`, unless it signed out."""
        if settings.DEMO_USER and not request.user.is_authenticated and not request.session.get(SIGNED_OUT):
            demo = User.objects.filter(username="demo", is_active=True).first()
            if demo:
                login(request._request, demo, backend="django.contrib.auth.backends.ModelBackend")
                request.user = demo
        return _session(request)

    @extend_schema(request=Credentials, responses=Session)
    def post(self, request: Request) -> Response:
        """Sign in."""
        SessionAuthentication().enforce_csrf(request)  # else a page could sign somebody in as somebody else
        user = Credentials(data=request.data, context={"request": request}).user()
        login(request._request, user)
        request.user = user
        return _session(request)

    @extend_schema(responses={200: Session})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        logout(request._request)
        if settings.DEMO_USER:
            request.session[SIGNED_OUT] = True
        request.user = request._request.user
        return _session(request)


class TokenView(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=Credentials, responses=IssuedToken)
    def post(self, request: Request) -> Response:
        """Get the token of a user, for programs: `Authorization: Token …`."""
        user = Credentials(data=request.data, context={"request": request}).user()
        token, _ = Token.objects.get_or_create(user=user)
        return Response(IssuedToken(token=token.key).model_dump())


def _session(request: Request) -> Response:
    user = SignedInUser(username=request.user.get_username()) if request.user.is_authenticated else None
    session = Session(user=user, csrf_token=get_token(request._request), demo=settings.DEMO_USER)
    return Response(session.model_dump())
