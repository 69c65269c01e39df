"""The public JSON of extreme values."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskledger.output.payload import MOST_MISSING, missing_versions
from tests.support.running import lines, replay, taskledger, write
from tests.support.values import envelope


@pytest.mark.parametrize(
    ("seen", "missing"),
    [
        ([], []),
        ([0], []),
        ([1], []),
        ([1, 2, 3], []),
        ([3], [1, 2]),
        ([1, 3, 6], [2, 4, 5]),
        ([6, 1, 3], [2, 4, 5]),
        ([1, 1, 2], []),
        ([0, 2], [1]),
        ([2**62], list(range(1, MOST_MISSING + 1))),
        ([2, 2**62], [1, *range(3, MOST_MISSING + 2)]),
        ([2**62, 2**62 + 2], list(range(1, MOST_MISSING + 1))),
    ],
)
def test_missing_versions(seen: Sequence[int], missing: Sequence[int]) -> None:
    """Those between 1 and the highest that were not seen, a hundred of them at most."""
    assert missing_versions(seen) == missing


@given(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 300)))
def test_missing_versions_of_any(seen: list[int]) -> None:
    """Never one that was seen, in order, below the highest, and no more than the limit."""
    missing = missing_versions(seen)
    assert missing == sorted(set(missing) - set(seen))
    assert len(missing) <= MOST_MISSING
    assert not missing or 1 <= missing[0] <= missing[-1] < max(seen)


def test_the_highest_version(tmp_path: Path) -> None:
    """Versions up to a million are recorded and shown as they are."""
    highest = 1_000_000
    path = write(tmp_path / "a.jsonl", lines([envelope(1), envelope(highest)]))
    for ledger in ("memory", "dynamodb"):
        (task,) = taskledger("replay", "--json", "--ledger", ledger, path).document["tasks"]
        assert (task["version"], task["versionsSeen"]) == (highest, [1, highest])
        assert len(task["versionsMissing"]) == MOST_MISSING
    assert f"1,{highest}" in taskledger("replay", path).out.split()


def test_a_version_from_a_description_only(tmp_path: Path) -> None:
    """A version that only DescribeTasks reported has been seen as well."""
    events = [envelope(2), envelope(1)]
    (task,) = replay(write(tmp_path / "a.jsonl", lines(events))).document["tasks"]
    assert task["versionsSeen"] == [1, 2]
    assert task["versionsMissing"] == []
