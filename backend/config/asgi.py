"""The ASGI application: HTTP by Django, WebSockets by Channels. Runs on Daphne, or any other ASGI server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_POOL", "true")  # many threads in one process share its database connections

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # before the imports below: they need the apps

from channels.routing import ProtocolTypeRouter, URLRouter

import config.urls  # noqa: F401 - now, and not at the first request: an error shows at the start
from apps.accounts.sockets import authenticated
from apps.jobs.engine.workers import get_presence
from apps.jobs.live.backpressure import with_backpressure
from apps.jobs.live.routing import websocket_urlpatterns
from config.debugger import listen
from config.loaded import report_loaded_files

sockets = with_backpressure(authenticated(URLRouter(websocket_urlpatterns)))
application = ProtocolTypeRouter({"http": http, "websocket": sockets})
listen()
get_presence()  # takes its turn at reconciling: what waits for a worker is told also where there is none
report_loaded_files()
