"""Who restarts at once, and who waits for those."""

from pathlib import Path

import pytest

from config.loaded import Report
from config.reload import LATER, seconds_to_wait


@pytest.mark.parametrize(
    ("changed", "new", "wait"),
    [
        ({"mine.py"}, set(), 0),
        ({"theirs.py"}, set(), LATER),
        ({"nobodys.py"}, set(), None),
        ({"mine.py", "theirs.py"}, set(), 0),
        ({"new_mine.py"}, {"new_mine.py"}, 0),
        ({"new_theirs.py"}, {"new_theirs.py"}, LATER),
        ({"new_theirs.py", "mine.py"}, {"new_theirs.py"}, 0),
        ({"broken/new_theirs.py"}, {"broken/new_theirs.py"}, 0),
        ({"gone_again.py"}, {"gone_again.py"}, LATER),
    ],
)
def test_command_waits_for_those_that_run_what_changed(
    tmp_path: Path, changed: set[str], new: set[str], wait: float | None
) -> None:
    (tmp_path / "new_mine.py").write_text('@pipeline(queue="mine")')
    (tmp_path / "new_theirs.py").write_text('@pipeline(queue="theirs")')

    def places(names: set[str]) -> set[str]:
        return {str(tmp_path / name) for name in names}

    report: Report = {
        "loaded": sorted(places({"mine.py", "theirs.py", "broken"})),  # of a broken folder any file counts
        "waiting": sorted(places({"theirs.py"})),
        "names": ["mine"],
    }
    assert seconds_to_wait(places(changed), places(new), report) == wait


def test_new_file_restarts_at_once_who_looks_for_no_names(tmp_path: Path) -> None:
    new = {str(tmp_path / "new.py")}
    assert seconds_to_wait(new, new, {"loaded": [], "waiting": [], "names": None}) == 0
