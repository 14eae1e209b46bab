"""One file for every environment; environments differ by variables only (see .env.example)."""

import sys
from pathlib import Path

import dj_database_url
import dj_email_url

from config import celery as celery  # so that wherever Django is, tasks are of this Celery application
from config import env
from config.logs import logging_config
from config.pools import database_is_pooled

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR.parent / ".data")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.flag("DJANGO_DEBUG", False)
SECRET_KEY = (
    env.text("DJANGO_SECRET_KEY", "for development only, known to everybody")
    if DEBUG
    else env.required("DJANGO_SECRET_KEY", "Production needs a long random one.")
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]", "web") if DEBUG else ())
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
DEMO_USER = env.flag("DEMO_USER", False)

SECURE_PROXY = env.flag("SECURE_PROXY", False)
if SECURE_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_PROXY

PIPELINES = env.words("PIPELINES", ("pipelines",))  # packages; each module in them registers its pipelines
INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # its runserver speaks WebSocket; a worker needs no Twisted
    "django.contrib.admin.apps.SimpleAdminConfig",  # config.urls discovers the admins: a worker needs none
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.accounts",
    "apps.jobs",
    "apps.operations",
    "chat",  # examples
    "pipelines.answer",  # example: answer
    "pipelines.notify",  # example: notify
    "pipelines.transactions",  # example: transactions
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    *([] if DEBUG else ["whitenoise.middleware.WhiteNoiseMiddleware"]),
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SIGN_UP = env.flag("SIGN_UP", DEBUG)

EMAIL_URL = env.text("EMAIL_URL", "console:" if DEBUG else "")
globals().update(dj_email_url.parse(EMAIL_URL or "dummy:"))  # EMAIL_BACKEND, EMAIL_HOST, …
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "jobs@localhost")
EMAIL_TIMEOUT = 10  # seconds
CSRF_FAILURE_VIEW = "apps.jobs.api.errors.csrf_failure"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

POSTGRES_PASSWORD = env.text("POSTGRES_PASSWORD")
DATABASE_URL = env.url_with_password(env.text("DATABASE_URL", f"sqlite:///{DATA_DIR}/db.sqlite3"), POSTGRES_PASSWORD)
DATABASES = {
    "default": dj_database_url.parse(
        DATABASE_URL, conn_max_age=0 if database_is_pooled() else None, conn_health_checks=True
    )
}
MAX_POOLED_CONNECTIONS = 10  # of a process whose threads or greenlets share them
DATABASE_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE_OPTIONS |= {
        "timeout": 20,  # seconds
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASE_OPTIONS |= {
        # No lock without an end: a process that is frozen inside a transaction costs the others seconds.
        "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=10s",
        "connect_timeout": 5,  # seconds
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
    }
    if database_is_pooled():
        DATABASE_OPTIONS["pool"] = {"min_size": 2, "max_size": MAX_POOLED_CONNECTIONS, "timeout": 10}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": "jobs",
            "hosts": [
                {"address": env.redis_url("REDIS_URL", 1), "socket_timeout": 15, "socket_connect_timeout": 2},
            ],
        },
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",  # first: it answers 401, not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PARSER_CLASSES": [
        "apps.jobs.api.parsers.LimitedJsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "apps.jobs.api.errors.api_error",
    "NON_FIELD_ERRORS_KEY": "request",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jobs",
    "DESCRIPTION": "Submit jobs to pipelines and follow their progress. Live updates: WebSockets at /ws/jobs/ and "
    "/ws/jobs/{id}/, whose messages are the schemas JobSnapshot, JobsSnapshot, JobUpdated, JobDeleted, Heartbeat and "
    "Refusal.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.jobs.api.schema.add_messages_and_errors",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL")
S3_PUBLIC_URL = env.text("S3_PUBLIC_URL")
S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": env.text("S3_BUCKET"),
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": env.text("S3_REGION", "us-east-1"),
        "access_key": env.text("S3_ACCESS_KEY_ID") or None,  # None: as boto3 finds one, such as a machine's role
        "secret_key": env.text("S3_SECRET_ACCESS_KEY") or None,
        "signature_version": "s3v4",
        "addressing_style": "path" if S3_ENDPOINT_URL else "auto",
        "max_memory_size": 8_000_000,  # bytes of a file that is read; the rest is on disk
    },
}
LOCAL = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": DATA_DIR / "storage", "allow_overwrite": True},
}
STORAGES = {
    "default": S3 if env.text("S3_BUCKET") else LOCAL,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

JOBS_MAX_FILE_BYTES = env.integer("JOBS_MAX_FILE_BYTES", 100_000_000, at_least=1)
JOBS_MAX_UPLOAD_BYTES = env.integer("JOBS_MAX_UPLOAD_BYTES", 5_000_000_000, at_least=1)
JOBS_MAX_ACTIVE_PER_USER = env.integer("JOBS_MAX_ACTIVE_PER_USER", 1000, at_least=1)
JOBS_MAX_BYTES_PER_USER = env.integer("JOBS_MAX_BYTES_PER_USER", 0)  # 0: no limit
JOBS_SHARED = env.flag("JOBS_SHARED", False)
JOBS_KEEP_DAYS = env.integer("JOBS_KEEP_DAYS", 30, at_least=1)
JOBS_NO_WORKER_AFTER = env.integer("JOBS_NO_WORKER_AFTER", 120, at_least=1)  # seconds
JOBS_WHEN_BROKER_DOWN = env.choice("JOBS_WHEN_BROKER_DOWN", "wait", ("wait", "run"))
FETCH_PRIVATE_HOSTS = env.words("FETCH_PRIVATE_HOSTS")
# examples
AI_BASE_URL = env.text("AI_BASE_URL")
AI_API_KEY = env.text("AI_API_KEY")
AI_MODEL = env.text("AI_MODEL")
AI_PRICE_IN = env.decimal("AI_PRICE_IN")  # of a million tokens
AI_PRICE_OUT = env.decimal("AI_PRICE_OUT")
AI_DAILY_TOKENS = env.integer("AI_DAILY_TOKENS", 1_000_000)  # of one user; 0: no limit
AI_REQUESTS_PER_MINUTE = env.integer("AI_REQUESTS_PER_MINUTE", 60)  # of all workers together; 0: no limit
AI_RATE_STORAGE = env.redis_url("REDIS_URL", 1)
# end of examples
SEARCH_URL = env.text("SEARCH_URL")  # example: answer

USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = logging_config()
