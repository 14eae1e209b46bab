"""One stack in Docker for all the tests that hurt it."""

from collections.abc import Iterator

import pytest

from tests.faults.fault_stack import FaultStack, fault_stack


@pytest.fixture(scope="session")
def compose_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultStack]:
    with fault_stack(tmp_path_factory.mktemp("checkout")) as stack:
        yield stack
