"""What the stacks under test run beside the product's pipelines, so that tests of the engine outlive each of those."""

import shutil
from pathlib import Path


def put_into(checkout: Path) -> None:
    """Make it one of the pipelines of a copy of the project."""
    shutil.copytree(Path(__file__).with_name("rehearsal"), checkout / "backend" / "pipelines" / "rehearsal")
