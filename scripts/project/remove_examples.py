"""`scripts/remove-examples [NAME …]`: the example pipelines go, with everything that is there for them.

Their folders go as a whole. In the files that they share with the project, marks tell their lines: a line that ends in
`example: NAME` goes, and so does a block from a line that is nothing but this mark to `end of example: NAME`. What the
examples share, and what is marked with `examples`, goes together with the last of them, and so does this script.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

from native.environment import BACKEND, ROOT
from project.edits import Edits, Refused, carry_out

EXAMPLES = ("profile", "clean", "master", "transactions", "answer", "notify")
FOLDERS = ("backend/pipelines", "backend/tests/pipelines", "frontend/src/features", "frontend/e2e")
SHARED = ("backend/chat", "backend/tables", "backend/tests/chat", "backend/tests/tables")
MARKED = (
    ".github/docs/examples.md",
    ".env.example",
    "README.md",
    "backend/.dockerignore",
    "backend/Dockerfile",
    "backend/config/env.py",
    "backend/config/reload.py",
    "backend/config/schedule.py",
    "backend/config/settings.py",
    "backend/pyproject.toml",
    "backend/tests/config/test_imports.py",
    "backend/tests/settings.py",
    "docker-compose.prod.yml",
    "docker-compose.yml",
    "scripts/native/environment.py",
)
THIS = (
    ".github/docs/examples.md",
    "backend/tests/compose/test_remove_examples.py",
    "backend/tests/test_remove_examples.py",
    "scripts/project/remove_examples.py",
    "scripts/remove-examples",
    "scripts/remove-examples.ps1",
)


def present() -> list[str]:
    return [name for name in EXAMPLES if (ROOT / "backend/pipelines" / name).exists()]


def remove(names: list[str]) -> list[str]:
    """Remove these examples from a checkout, and return what was written. Raises Refused."""
    if unknown := set(names) - set(present()):
        raise Refused(f"There is no example {min(unknown)!r}. The examples are: {', '.join(present()) or 'none'}.")
    is_last = set(names) == set(present())
    marks = [f"example: {name}" for name in names] + (["examples"] if is_last else [])
    edits = Edits()
    for file in MARKED:
        if without(edits.read(file), marks) != edits.read(file):
            edits.change(file, lambda text: without(text, marks))
    written = edits.save()
    for name in names:
        for folder in FOLDERS:
            shutil.rmtree(ROOT / folder / name, ignore_errors=True)
        (ROOT / ".github" / f"{name}.png").unlink(missing_ok=True)
    for folder in SHARED if is_last else ():
        shutil.rmtree(ROOT / folder)
    for file in THIS if is_last else ():
        (ROOT / file).unlink()
    locked = subprocess.run([os.environ["UV"], "lock", "--quiet", "--project", str(BACKEND)])
    return [*written, "backend/uv.lock" if locked.returncode == 0 else "(run uv lock in backend/ when it can)"]


def without(text: str, marks: list[str]) -> str:
    """Return a text without the lines and blocks that have one of these marks."""
    any_mark = "|".join(map(re.escape, marks))
    begin, end = rf"(?:#|<!--) ?(?:{any_mark})(?: -->)?", rf"(?:#|<!--) ?end of (?:{any_mark})(?: -->)?"
    text = re.sub(rf"^ *{begin}\n.*?^ *{end}\n\n?", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(rf"^.*{begin}(?: \|)?\n", "", text, flags=re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/remove-examples", description="Removes the example pipelines.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(EXAMPLES)}; default: all")
    names = parser.parse_args().names or present()
    return carry_out(
        lambda: remove(names),
        afterwards=f"Gone: {', '.join(names)}. Its jobs stay in the list until they are deleted.",
    )


if __name__ == "__main__":
    sys.exit(main())
