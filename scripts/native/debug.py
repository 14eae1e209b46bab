"""`DEBUG_SERVICE=worker-ai scripts/up`: the stack in Docker, with one service that a debugger can be attached to."""

import subprocess
import sys

from native import overlay
from native.environment import ROOT, given_environment
from native.services import queue_names, worker_name


def main() -> int:
    given = given_environment()
    service = given["DEBUG_SERVICE"]
    known = ["web", *(worker_name(queue) for queue in queue_names())]
    if service not in known:
        print(f"DEBUG_SERVICE is {service!r}. Expected one of {', '.join(known)}.", file=sys.stderr)
        return 1
    data = ROOT / given.get("DATA_DIR", ".data")
    command = [*overlay.compose_command(overlay.debugger(service), "debug", data=data), "up", "--build", *sys.argv[1:]]
    try:
        return subprocess.call(command, cwd=ROOT)
    except KeyboardInterrupt:  # Compose got it, too, and has stopped everything
        return 130


if __name__ == "__main__":
    sys.exit(main())
