"""Phases and sizes come back from an entry as they were, and take next to no room in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.reads import read_entry
from reconciler.errors import InvalidInput
from reconciler.gate import succeed
from reconciler.model.task import TaskState
from tests.support.ledgers import RETENTION
from tests.support.values import at, event, state

# From decades before the task to decades after it: what ECS says of one task need not fit together.
TIMES = st.none() | st.integers(-(10**9), 10**9).map(lambda ms: at(ms / 1000)) | st.just(at(3 * 10**9))
FIELDS = st.fixed_dictionaries(
    dict.fromkeys(
        (
            "created_at",
            "connectivity_at",
            "pull_started_at",
            "pull_stopped_at",
            "stopping_at",
            "execution_stopped_at",
        ),
        TIMES,
    )
    | dict.fromkeys(("cpu", "memory", "ephemeral_storage"), st.none() | st.integers(1, 2**31 - 1))
    | dict.fromkeys(("cpu_architecture", "platform_version"), st.none() | st.text(min_size=1, max_size=9))
)


def round_trip(of: TaskState) -> TaskState:
    values = entry_items.entry_values(succeed(None, replace(event(), state=of)), RETENTION)
    return entry_items.entry({**entry_items.key(of.task_arn), **values}).state


@given(FIELDS)
def test_what_was_reported_comes_back(fields: dict[str, Any]) -> None:
    """Each time to the millisecond and each size, whatever else is known of the task."""
    said = state(**fields)
    assert round_trip(said) == said


@pytest.mark.parametrize("phases", [b"x", b"\0" * 5])
def test_phases_that_are_cut(phases: bytes) -> None:
    """They make an entry that cannot be read, which is said with its key."""
    values = entry_items.entry_values(succeed(None, event()), RETENTION)
    item = {**entry_items.key(event().state.task_arn), **values, "phases": {"B": phases}}
    with pytest.raises(InvalidInput, match="the entry cannot be read"):
        read_entry(item)


def test_the_times_of_a_usual_life_take_four_bytes_each() -> None:
    """Also where it lasted for months: the end of its containers is counted from when it was to stop."""
    later = timedelta(days=90)
    values = entry_items.state_values(
        state(
            connectivity_at=at(4),
            pull_started_at=at(17.7),
            pull_stopped_at=at(20.75),
            stopping_at=at(0) + later,
            execution_stopped_at=at(-0.6) + later,
        )
    )
    assert values["phases"]["B"] == b"".join(ms.to_bytes(4, signed=True) for ms in (4000, 17700, 20750, -600))
    assert not {"connectivityAt", "pullStartedAt", "pullStoppedAt", "executionStoppedAt"} & values.keys()
