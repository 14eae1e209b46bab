"""`scripts/doctor [--json]`: what is wrong with this checkout, this machine and the stack that runs, and what to do."""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from native.environment import BACKEND, ROOT, environment_beside, given_environment, ports_of, read_dotenv, running_file
from native.ports import complaints
from native.services import backend_module

findings = backend_module("apps.operations.doctor.findings")

WITHIN = 120.0  # seconds for what looks from inside
ENOUGH_MEMORY = 4_000_000_000  # bytes
ANSWERING = ("web", "beat", "worker-default")  # services that can look from inside: the first that runs does
Finding = Any  # apps.operations.doctor.findings.Finding


def check_scripts() -> Iterator[Finding]:
    """Look for line ends of Windows, with which no script starts in a container."""
    files = [path for path in (ROOT / "scripts").iterdir() if path.is_file() and path.suffix != ".ps1"]
    broken = sorted(path.name for path in files if b"\r\n" in path.read_bytes())
    if broken:
        yield findings.error(
            "line ends",
            f"{', '.join(broken)} end lines as Windows does (CRLF)",
            "Stash your changes, then: git config core.autocrlf input, git rm -r --cached ., git reset --hard",
        )
    else:
        yield findings.ok("line ends", "as Linux has them")


def check_dotenv() -> Iterator[Finding]:
    """Look for variables in .env that nobody reads."""
    file = ROOT / ".env"
    if not file.exists():
        yield findings.ok(".env", "there is none, and none is needed")
        return
    known = known_variables()
    unknown = [name for name in read_dotenv(file.read_text()) if name.removesuffix("_FILE") not in known]
    for name in unknown:
        near = difflib.get_close_matches(name, known, n=1)
        yield findings.warning(".env", f"nobody reads {name}", f"Did you mean {near[0]}?" if near else "Delete it.")
    if not unknown:
        yield findings.ok(".env", "every variable is known")


def known_variables() -> set[str]:
    """Return what .env.example explains, and the variables of every queue."""
    explained = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    table = backend_module("config.queues").TABLE
    columns = vars(table[0]).keys() - {"name", "purpose"}
    return explained | {f"{row.name}_{column}".upper() for row in table for column in columns}


def check_python() -> Iterator[Finding]:
    """Look whether the backend can be imported here, as a worker on this machine does."""
    command = [sys.executable, "-c", "import config.celery"]
    done = subprocess.run(command, cwd=BACKEND, env=environment_beside(), capture_output=True, text=True)
    if done.returncode == 0:
        yield findings.ok("Python", f"{sys.version.split()[0]}, and the backend can be imported")
        return
    last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    remedy = "Read the whole error: backend/.venv's Python -c 'import config.celery', in backend/."
    if "No module named 'config" in last:
        remedy = "Start Celery in backend/, or by scripts/worker: elsewhere Python doesn't find config."
    yield findings.error("Python", last, remedy)


def check_docker() -> Iterator[Finding]:
    memory = docker("info", "--format", "{{.MemTotal}}")
    if not memory.isdecimal():
        yield findings.ok("Docker", "no engine answers: the stack runs natively")
    elif int(memory) < ENOUGH_MEMORY:
        text = f"it has {int(memory) / 1e9:.1f} GB of memory, and the stack takes two"
        yield findings.warning("Docker", text, "Docker Desktop: Settings, Resources, Memory: 4 GB or more.")
    else:
        yield findings.ok("Docker", f"{int(memory) / 1e9:.1f} GB of memory")


def check_ports(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look for what is in the way of the next start. Not while a stack runs, which has its ports."""
    taken = complaints(ports_of(environment))
    for complaint in taken:
        sentence, _, remedy = complaint.partition(". ")
        yield findings.error("ports", sentence, remedy)
    if not taken:
        yield findings.ok("ports", "free")


def docker(*words: str) -> str:
    """Return what the command of Docker's wrote, or "" when it failed."""
    if not shutil.which("docker"):
        return ""
    done = subprocess.run(["docker", *words], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def command_inside() -> tuple[list[str], Path] | None:
    """Return how to look from inside the stack that runs, and where: here, or in a container. None: none runs."""
    look = ["manage.py", "doctor", "--json"]
    if running_file(given_environment()).exists():
        return [sys.executable, *look], BACKEND
    running = docker("compose", "ps", "--services", "--status", "running").splitlines()
    service = next((name for name in ANSWERING if name in running), None)
    return (["docker", "compose", "exec", "-T", service, "python", *look], ROOT) if service else None


def look_inside(command: list[str], folder: Path) -> Iterator[Finding]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        yield findings.error("stack", last, "Read its log: scripts/logs")
        return
    yield from (findings.Finding(**finding) for finding in found)


def examine() -> Iterator[Finding]:
    checks = {"line ends": check_scripts, ".env": check_dotenv, "Python": check_python, "Docker": check_docker}
    yield from findings.run(checks)
    if inside := command_inside():
        yield from findings.run({"stack": lambda: look_inside(*inside)})
    else:
        yield from findings.run({"ports": lambda: check_ports(environment_beside())})
        yield findings.warning("stack", "none runs here, so nothing was looked at from inside", "Start it: scripts/up")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    as_json = parser.parse_args().json
    found = list(examine())
    text = findings.as_json(found) if as_json else findings.as_text(found)
    if not as_json and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        text = coloured(text)
    print(text)
    return 1 if any(finding.level == "error" for finding in found) else 0


def coloured(text: str) -> str:
    colours = {"ok": 32, "warning": 33, "error": 31}  # ANSI
    levels = re.compile(r"^(ok|warning|error)\b", re.MULTILINE)
    return levels.sub(lambda level: f"\x1b[{colours[level[1]]}m{level[1]}\x1b[0m", text)


if __name__ == "__main__":
    sys.exit(main())
