"""Free and taken ports on this machine."""

import os
import socket
from collections.abc import Iterable

from native.environment import Port


def is_answered(port: int, *, host: str = "127.0.0.1") -> bool:
    """Tell whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def is_free(port: int) -> bool:
    """Tell whether a server can listen on the port, and a browser that asks `localhost` will reach it and no other."""
    if is_answered(port) or is_answered(port, host="::1"):
        return False
    with socket.socket() as probe:
        if os.name != "nt":  # as servers do, or an old connection would count; on Windows it would allow two servers
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def complaints(ports: Iterable[Port]) -> list[str]:
    """Return one sentence, with its remedy, for each port that can't be had."""
    found = []
    for port in ports:
        if not is_free(port.number):
            other = next(number for number in range(port.number + 1, 65536) if is_free(number))
            found.append(
                f"Port {port.number} ({port.service}) is in use. Stop what listens there, or choose another: "
                f"{port.variable}={other} scripts/up --native"
            )
    return found
