"""The promise that everything rests on: what was reported decides what stands, not when or by whom."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.gate import by_task, history_row, newest
from reconciler.model.entry import LedgerEntry
from reconciler.model.task import Observation, Source, TaskState
from reconciler.ports.ledger import Ledger, Recorded, Recording
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.ledgers import RETENTION, Serial, dynamodb_table
from tests.support.values import at, describe, event, task_arn

STATUSES = ("PROVISIONING", "PENDING", "RUNNING", "RUNNING", "DEPROVISIONING", "STOPPED")
TASKS = 2
numbers = count(1)


@pytest.fixture(scope="module")
def table() -> Iterator[Ledger]:
    with dynamodb_table() as (client, name):
        yield DynamoLedger(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # a client but for its type


def shown(version: int, source: Source, task: int) -> Observation:
    """What ECS says of a version is the same each time: only who says it differs."""
    facts: dict[str, Any] = {
        "task_arn": task_arn(task),
        "last_status": STATUSES[version - 1],
        "stopped_at": at(60) if version == 6 else None,
    }
    if source is Source.EVENT:
        return event(version, **facts)
    return describe(version, health_status="HEALTHY" if version % 2 else "UNHEALTHY", **facts)


notifications = st.lists(
    st.builds(shown, st.integers(1, 6), st.sampled_from(Source), st.integers(0, TASKS - 1)),
    min_size=1,
    max_size=14,
)
schedules = st.tuples(notifications, st.randoms(use_true_random=False), st.integers(1, 4))


def batches(observations: Sequence[Observation], random: Any) -> list[list[Recording]]:
    """The observations in any order, some twice, cut into batches as pollers might get them."""
    delivered = [*observations, *random.sample(observations, random.randint(0, len(observations)))]
    random.shuffle(delivered)
    cuts = sorted(random.randint(0, len(delivered)) for _ in range(random.randint(0, 4)))
    parts = [delivered[start:end] for start, end in zip([0, *cuts], [*cuts, len(delivered)], strict=True)]
    return [[recorded(task) for task in by_task(part).values()] for part in parts]


def recorded(observations: Sequence[Observation]) -> Recording:
    return Recording(observation=newest(observations), rows=tuple(map(history_row, observations)))


def expected(observations: Sequence[Observation]) -> TaskState:
    """The highest version, with the health that was described at it."""
    top = max(one.state.version for one in observations)
    at_top = [one for one in observations if one.state.version == top]
    return max(at_top, key=lambda one: one.state.health_status or "").state


def check(ledger: Ledger, observations: Sequence[Observation]) -> None:
    for arn, ones in by_task(observations).items():
        entry = ledger.entry(arn)
        assert entry is not None
        assert without_tags(entry) == replace(expected(ones), tags=None)
        assert set(ledger.history(arn)) == set(map(history_row, ones))


def without_tags(entry: LedgerEntry) -> TaskState:
    """Tags have no version: the last that a winner reported stay, whichever winner that was."""
    return replace(entry.state, tags=None)


def fresh(observations: Sequence[Observation]) -> list[Observation]:
    """The same, of tasks that no example met before."""
    ids = {task_arn(number): task_arn(next(numbers) * 100) for number in range(TASKS)}
    return [replace(one, state=replace(one.state, task_arn=ids[one.state.task_arn])) for one in observations]


@given(schedules)
def test_any_order_in_memory(schedule: Any) -> None:
    """Any order, repetition and batching of the same observations ends in the same entry and history."""
    observations, random, _ = schedule
    ledger = MemoryLedger()
    for batch in batches(observations, random):
        ledger.record(batch)
    check(ledger, observations)


@given(schedules)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_on_dynamodb(table: Ledger, schedule: Any) -> None:
    """The same holds for the table."""
    observations, random, _ = schedule
    observations = fresh(observations)
    for batch in batches(observations, random):
        table.record(batch)
    check(table, observations)


@given(schedules)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_of_writers(table: Ledger, schedule: Any) -> None:
    """Writers that work at once end where one alone would have, and never step a version back."""
    observations, random, writers = schedule
    observations = fresh(observations)
    with ThreadPoolExecutor(writers) as pool:
        answers = list(pool.map(table.record, batches(observations, random)))
    check(table, observations)
    for result in (result for answer in answers for result in answer.values()):
        assert isinstance(result, Recorded)
        assert result.previous_version is None or result.previous_version <= result.entry.state.version


@given(known=st.integers(0, 9), late=st.integers(0, 9), source=st.sampled_from(Source))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_late_and_duplicate_never_change_state(ledger: Ledger, known: int, late: int, source: Source) -> None:
    """What is not newer leaves the state as it was; at most health and tags are filled in."""
    assume(late <= known)
    facts = {"task_arn": task_arn(next(numbers))}
    garbled = facts | {"last_status": "GARBLED", "stop_code": "Garbled", "created_at": None}
    ledger.record([recorded([event(known, **facts)])])
    ledger.record(
        [recorded([event(late, **garbled) if source is Source.EVENT else describe(late, **garbled)])]
    )
    entry = ledger.entry(facts["task_arn"])
    assert entry is not None
    assert without_tags(entry) == event(known, **facts).state
