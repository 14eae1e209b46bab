"""README and handbook lead somewhere, and every block of code in them is one that a test knows how to try."""

from pathlib import Path

import pytest

from tests.handbook import HANDBOOK, PAGES, blocks, links

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))


@by_name
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


@by_name
def test_every_block_is_shell_or_a_file_or_a_picture(page: Path) -> None:
    for block in blocks(page):
        assert block.language in ("sh", "python", "tsx", "mermaid", "")
        assert block.language not in ("python", "tsx") or block.file
        assert block.language or "backend/config/" in block.text  # the tree of folders


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {link.rpartition("/")[2] for link in links(PAGES[0])}
    assert {page.name for page in HANDBOOK.glob("*.md")} <= linked
