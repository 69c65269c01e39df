"""A system of its own for each test."""

import pytest

from tests.support.system import System, new_system


@pytest.fixture
def system() -> System:
    return new_system()
