"""What the frontend needs on this machine: Node, and its packages as the lock file has them."""

import hashlib
import re
import shutil
import subprocess

from native.environment import FRONTEND

NODE_ADVICE = "Get it from https://nodejs.org/ or your package manager."


def npm() -> str:
    """Return the path of npm; on Windows that is npm.cmd, which needs its whole name."""
    return shutil.which("npm") or "npm"


def missing_node() -> str | None:
    """Return what is missing and how to get it, or None when Node is there and new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return f"Node 20.19 or newer (with npm) is needed for the frontend and was not found. {NODE_ADVICE}"
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    match = re.match(r"v(\d+)\.(\d+)", version)
    if not match or (int(match[1]), int(match[2])) < (20, 19):
        return (
            f"Node 20.19 or newer is needed for the frontend; found {version or 'one that does not run'}. {NODE_ADVICE}"
        )
    return None


def install_packages() -> str | None:
    """Bring node_modules in line with the lock file. Return what went wrong, or None."""
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".lock-sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    print("Installing the frontend's packages (npm ci)", flush=True)
    command = [npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=FRONTEND, stdin=subprocess.DEVNULL).returncode:
        return "The frontend's packages could not be installed; npm's message is above."
    stamp.write_text(wanted)
    return None
