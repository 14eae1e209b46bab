"""The scripts for Windows are PowerShell: read by its grammar, as there may be no PowerShell here to run them.

What they do beyond finding Python is in Python, and tested with the platform injected.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from native.environment import ROOT

PARSER = Parser(Language(tree_sitter_powershell.language()))
SCRIPTS = sorted((ROOT / "scripts").rglob("*.ps1"))


def mistakes(node: Node) -> Iterator[str]:
    if node.type == "ERROR" or node.is_missing:
        yield f"line {node.start_point.row + 1}: {(node.text or b'').decode()}"
    for child in node.children:
        yield from mistakes(child)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.name))
def test_script_is_powershell(script: Path) -> None:
    assert list(mistakes(PARSER.parse(script.read_bytes()).root_node)) == []


def test_mistakes_are_found() -> None:
    assert list(mistakes(PARSER.parse(b"if ($x { 1 }").root_node))


def test_every_script_that_windows_needs_is_there() -> None:
    """What is for those who develop the template or run production is for Linux."""
    shell = {path.name for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix}
    only_here = {"bench", "format", "secrets", "soak"}
    assert shell - only_here == {path.stem for path in (ROOT / "scripts").glob("*.ps1")}
