"""Signing in: a session for browsers, a token for programs."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.passwords import check_password
from apps.jobs.storage import bucket

# A cookie: somebody signed out here on purpose. Not kept in the session, which a late answer to the old one removes.
SIGNED_OUT = "signed_out"


class SignedInUser(BaseModel):
    username: str
    is_staff: bool  # an operator, who sees the jobs of all users


class Session(BaseModel):
    user: SignedInUser | None
    csrf_token: str
    demo: bool
    sign_up: bool  # whether anybody may make an account
    files_in_bucket: bool  # whether files of any size are sent in chunks, past this server
    password_reset: bool  # whether a forgotten password can be replaced by mail


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


class NewUser(serializers.ModelSerializer[User]):
    password = serializers.CharField(trim_whitespace=False, max_length=4096, write_only=True)

    class Meta:
        model = User
        fields = ("username", "email", "password")
        extra_kwargs = {"email": {"required": True, "allow_blank": False}}  # noqa: RUF012 - Django's Meta

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_password(attrs["password"], User(username=attrs["username"], email=attrs["email"]), field="password")
        return attrs


class UsersView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(request=NewUser, responses={201: Session})
    def post(self, request: Request) -> Response:
        """Sign up, and be signed in. 403 where SIGN_UP is false: an operator then makes the accounts."""
        if not settings.SIGN_UP:
            raise PermissionDenied("Nobody can sign up here. An operator makes the accounts.")
        SessionAuthentication().enforce_csrf(request)
        wanted = NewUser(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = User.objects.create_user(**wanted.validated_data)
        login(request._request, user, backend="django.contrib.auth.backends.ModelBackend")
        request.user = user
        return _session(request, status=201)


class SessionView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=Session)
    def get(self, request: Request) -> Response:
        """Who I am. In development a browser is signed in as the user `demo`, unless it signed out."""
        if settings.DEMO_USER and not request.user.is_authenticated and SIGNED_OUT not in request.COOKIES:
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
        request.user = request._request.user
        response = _session(request)
        if settings.DEMO_USER:
            response.set_cookie(SIGNED_OUT, "1", httponly=True, samesite="Lax")
        return response


class TokenView(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=Credentials, responses=IssuedToken)
    def post(self, request: Request) -> Response:
        """Get the token of a user, for programs: `Authorization: Token …`."""
        user = Credentials(data=request.data, context={"request": request}).user()
        token, _ = Token.objects.get_or_create(user=user)
        return Response(IssuedToken(token=token.key).model_dump())


def _session(request: Request, *, status: int = 200) -> Response:
    user = request.user
    session = Session(
        user=SignedInUser(username=user.username, is_staff=user.is_staff) if isinstance(user, User) else None,
        csrf_token=get_token(request._request),
        demo=settings.DEMO_USER,
        sign_up=settings.SIGN_UP,
        files_in_bucket=bucket.is_used(),
        password_reset=bool(settings.EMAIL_URL),
    )
    return Response(session.model_dump(), status=status)
