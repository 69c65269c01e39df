"""Containers that log to CloudWatch Logs."""

from collections.abc import Iterator

import pytest

from tests.support import container_logs
from tests.support.container_logs import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with container_logs.desk() as found:
        yield found
