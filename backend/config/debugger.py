"""Waits for a debugger where DEBUGGER_LISTEN names an address. `DEBUG_SERVICE=worker-ai scripts/up` sets it."""

import importlib
import logging

from config import env

ADDRESS = env.text("DEBUGGER_LISTEN")

log = logging.getLogger(__name__)


def listen() -> None:
    """Let a debugger be attached to this process, if it is to; nothing waits until one is."""
    if not ADDRESS:
        return
    host, _, port = ADDRESS.rpartition(":")
    importlib.import_module("debugpy").listen((host, int(port)))  # a tool of development: production has none
    log.warning("A debugger can be attached at %s", ADDRESS)
