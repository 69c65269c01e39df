"""A room of its own for each test."""

import pytest

from tests.support.room import Room, new_room


@pytest.fixture
def room() -> Room:
    return new_room()
