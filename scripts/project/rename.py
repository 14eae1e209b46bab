"""`scripts/rename "My product"`: the name that people see, and the name of the stack in production."""

import argparse
import html
import json
import re
import sys

from project.edits import Edits, Refused, carry_out

BRAND, PAGE, PRODUCTION = "frontend/src/shared/brand.ts", "frontend/index.html", "docker-compose.prod.yml"


def rename(name: str) -> list[str]:
    """Write the name into a checkout, and return the files. Raises Refused."""
    name = " ".join(name.split())
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug or len(name) > 60 or not name.isprintable():
        raise Refused("A name has at most 60 characters, and among them a letter from a to z or a digit.")
    edits = Edits()
    quoted = json.dumps(name, ensure_ascii=False)[1:-1].replace("'", "\\'").replace('\\"', '"')
    edits.change(BRAND, lambda text: re.sub(r"'.*'", lambda _: f"'{quoted}'", text))
    title = f"<title>{html.escape(name, quote=False)}</title>"
    edits.change(PAGE, lambda text: re.sub("<title>.*</title>", lambda _: title, text))
    edits.change(PRODUCTION, lambda text: re.sub(r"^name: .*$", f"name: {slug}", text, flags=re.MULTILINE))
    edits.change("README.md", lambda text: re.sub(r"\A# .*", lambda _: f"# {name}", text))
    return edits.save()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/rename", description="Gives the project another name.")
    parser.add_argument("name", help='what people see: "My product"')
    name = parser.parse_args().name
    return carry_out(
        lambda: rename(name),
        afterwards="In production the stack, and with it its volumes, has another name from now on.",
    )


if __name__ == "__main__":
    sys.exit(main())
