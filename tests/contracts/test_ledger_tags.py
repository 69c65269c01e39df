"""Tags on every ledger: the last that ECS described, whatever came between, before and again."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.model.task import Observation, TaskState
from reconciler.ports.ledger import Ledger
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.values import TASK, at, describe, event, recording, task_arn

TEAM, OTHERS = {"team": "shop"}, {"team": "shop", "owner": "café"}
MANY = {f"{number}".rjust(100, "k"): f"{number}".rjust(200, "v") for number in range(5)}
NUMBERS = count()  # of tasks: examples share a table
TAGS = st.sampled_from([None, {}, TEAM, OTHERS, MANY])
STATUSES = {1: "PROVISIONING", 2: "PENDING", 3: "RUNNING", 4: "RUNNING", 5: "DEPROVISIONING", 6: "STOPPED"}


def status(version: int) -> dict[str, str]:
    return {"last_status": STATUSES[version], "desired_status": "STOPPED" if version > 3 else "RUNNING"}


@st.composite
def courses(draw: st.DrawFn) -> list[Observation]:
    """Reports of one task in the order in which they come; each description is later than the one before."""
    versions = draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    return [_report(draw, version, place) for place, version in enumerate(versions)]


def _report(draw: st.DrawFn, version: int, place: int) -> Observation:
    if draw(st.booleans()):
        return describe(version, seconds=place, tags=draw(TAGS), **status(version))
    described_at = at(place) if draw(st.booleans()) else None
    tags = draw(TAGS) if described_at else None
    return replace(event(version, tags=tags, **status(version)), described_at=described_at)


def test_tags_outlive_versions_that_do_not_name_them(ledger: Ledger) -> None:
    """An event carries none; those of the description before it still stand."""
    for observation in (describe(2, tags=TEAM), event(3), describe(5, tags=None), event(6, **status(6))):
        ledger.record([recording(observation)])
    assert tags_of(ledger) == TEAM


def test_tags_can_go(ledger: Ledger) -> None:
    """ECS describes a task without tags once somebody took them away."""
    for observation in (describe(2, tags=TEAM), describe(3, tags={})):
        ledger.record([recording(observation)])
    assert tags_of(ledger) == {}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses())
def test_all_ledgers_keep_the_same(dynamodb: DynamoLedger, life: list[Observation]) -> None:
    """After any course of a task, with all from any point on reported again, its entry is the same."""
    memory, arn = MemoryLedger(), task_arn(next(NUMBERS))
    for one in (*life, *life[len(life) // 2 :]):
        for ledger in (memory, dynamodb):
            ledger.record([recording(replace(one, state=replace(one.state, task_arn=arn)))])
    assert dynamodb.entry(arn) == memory.entry(arn)


def tags_of(ledger: Ledger) -> object:
    entry = ledger.entry(TASK)
    assert entry is not None
    state: TaskState = entry.state
    return state.tags
