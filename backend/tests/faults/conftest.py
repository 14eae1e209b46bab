"""One stack in Docker for all the tests that hurt it."""

from collections.abc import Iterator

import pytest

from tests.faults.standing import Standing, standing


@pytest.fixture(scope="session")
def compose_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("checkout")) as stack:
        yield stack
