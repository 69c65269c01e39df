"""What tests of interrupted and overlapping sweeps share."""

import pytest

from reconciler.use_cases import sweep_cluster


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few tasks make many calls."""
    monkeypatch.setattr(sweep_cluster, "CHUNK", 2)
