"""README and handbook as tests read them: their links, their commands, and their files."""

import re
from dataclasses import dataclass
from pathlib import Path

from native.environment import ROOT

HANDBOOK = ROOT / ".github" / "docs"
PAGES = (ROOT / "README.md", *sorted(HANDBOOK.glob("*.md")))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"(?:#|//) ((?:backend|frontend)/\S+\.(?:py|tsx))\n")


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its text, and the file that its first line names, if it does."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        named = FILE.match(self.text)
        return named[1] if named and self.language in ("python", "tsx") else None

    @property
    def content(self) -> str:
        """Return what belongs into the file."""
        return FILE.sub("", self.text, count=1)

    def commands(self) -> list[str]:
        """Return the commands of a block of shell, without comments."""
        lines = re.sub(r"\\\n\s*", "", self.text).splitlines()
        return [command for line in lines if (command := re.sub(r"(^|\s+)#.*", "", line).strip())]


def blocks(page: Path) -> list[Block]:
    return [Block(language, text) for language, text in BLOCK.findall(page.read_text(encoding="utf-8"))]


def links(page: Path) -> list[str]:
    """Return where a page links to within the project, pictures too."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link.partition("#")[0] for link in found if not re.match(r"https?:|#", link)]
