"""The truth table of services: how a record and ECS differ, and which differences are explained."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.model.service_event import ServiceEvent
from reconciler.model.task import Absence
from reconciler.services.merge import merge_reading
from taskledger.audit.service_compare import service_differences
from tests.support.service_records import recorded
from tests.support.services import (
    COMPLETED,
    FAILED,
    SERVICE,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)

NOW = 600
OLD, NEW = f"deployments[{deployment_id(1)}]", f"deployments[{deployment_id(2)}]"

ONE = reading(described(1, 0))
GONE = reading(status="INACTIVE")
KNOWN = recorded((ONE, 1))
JUST_MISSED, LONG_MISSED = (replace(KNOWN, missing_since=minute(at)) for at in (NOW - 5, 9))
ROLLING = reading(described(2, 60, rollout_state="IN_PROGRESS"), described(1, 0, status="ACTIVE"))
ROLLED = reading(described(2, 60), described(1, 0, status="DRAINING"))
BROKEN = reading(described(2, 60, rollout_state="FAILED"), described(1, 0, status="ACTIVE"))
LATE = reading(described(2, NOW - 30), described(1, 0, status="ACTIVE"))
CREATED = replace(ONE, state=replace(ONE.state, created_at=minute(NOW - 30)))


def found(
    ours: ServiceRecord | None, theirs: ServiceReading | Absence, now: float = NOW
) -> dict[str, tuple[object, object, str]]:
    """The differences by field: the ledger's value, ECS's, and the kind."""
    differences = service_differences(SERVICE, ours, theirs, minute(now))
    return {each.field: (each.ledger, each.ecs, str(each.kind)) for each in differences}


def after(read: ServiceReading, *events: ServiceEvent) -> ServiceRecord:
    """What is known after a reading in the first hour, and these events."""
    return recorded((read, 61), *events)


@pytest.mark.parametrize(
    ("ours", "theirs", "differences"),
    [
        (None, Absence.MISSING, {}),
        (None, Absence.UNKNOWN, {}),
        (KNOWN, Absence.UNKNOWN, {}),
        (KNOWN, ONE, {}),
        (KNOWN, reading(described(1, 0, running=1, failed_tasks=3), running=1, desired=9), {}),
        (None, ONE, {"service": (None, "ACTIVE", "UNRECORDED")}),
        (None, CREATED, {"service": (None, "ACTIVE", "UNSWEPT")}),
        (None, GONE, {}),
        (KNOWN, Absence.MISSING, {"service": ("ACTIVE", None, "VANISHED")}),
        (KNOWN, GONE, {"service": ("ACTIVE", "INACTIVE", "VANISHED")}),
        (record(), Absence.MISSING, {"service": ("there", None, "VANISHED")}),
        (
            replace(KNOWN, missing_since=minute(NOW - 5)),
            Absence.MISSING,
            {"service": ("ACTIVE", None, "UNSWEPT")},
        ),
        (LONG_MISSED, Absence.MISSING, {"service": ("ACTIVE", None, "VANISHED")}),
        (replace(KNOWN, gone_at=minute(9)), Absence.MISSING, {}),
        (replace(KNOWN, gone_at=minute(9)), ONE, {"service": ("ACTIVE", "ACTIVE", "REAPPEARED")}),
        (replace(KNOWN, gone_at=minute(9)), CREATED, {"service": ("ACTIVE", "ACTIVE", "UNSWEPT")}),
    ],
)
def test_services(
    ours: ServiceRecord | None, theirs: ServiceReading | Absence, differences: dict[str, object]
) -> None:
    """One is known or not, and there or not; its counts are expected to move."""
    assert found(ours, theirs) == differences


@pytest.mark.parametrize(
    ("ours", "theirs", "differences"),
    [
        (KNOWN, ROLLED, {NEW: (None, "COMPLETED", "UNRECORDED")}),
        (KNOWN, LATE, {NEW: (None, "COMPLETED", "UNSWEPT")}),
        (after(ROLLING), ROLLING, {}),
        (after(ROLLING), ROLLED, {f"{NEW}.rolloutState": ("IN_PROGRESS", "COMPLETED", "MISSED")}),
        (after(ROLLING), BROKEN, {f"{NEW}.rolloutState": ("IN_PROGRESS", "FAILED", "MISSED")}),
        (after(ROLLING, deployment_event(2, COMPLETED, 70)), ROLLED, {}),
        (after(ROLLING, deployment_event(2, FAILED, 70)), BROKEN, {}),
        (
            after(ROLLING, deployment_event(2, COMPLETED, 70)),
            ROLLING,
            {f"{NEW}.rolloutState": ("COMPLETED", "IN_PROGRESS", "AHEAD")},
        ),
        (
            after(ROLLING, deployment_event(2, COMPLETED, 70)),
            BROKEN,
            {f"{NEW}.rolloutState": ("COMPLETED", "FAILED", "MISSED")},
        ),
        (after(ROLLED), reading(described(1, 0)), {f"{OLD}.status": ("DRAINING", "PRIMARY", "MISSED")}),
        (recorded(deployment_event(1, COMPLETED, 5)), ONE, {f"{OLD}.status": (None, "PRIMARY", "MISSED")}),
    ],
)
def test_deployments(ours: ServiceRecord, theirs: ServiceReading, differences: dict[str, object]) -> None:
    """One is known or not, over or not; what any source said of its end counts."""
    assert found(ours, theirs) == differences


def test_a_rollout_since_the_last_sweep() -> None:
    """What a deployment that began just now has come to, the next sweep is to see."""
    assert found(after(ROLLING), ROLLED, now=61) == {
        f"{NEW}.rolloutState": ("IN_PROGRESS", "COMPLETED", "UNSWEPT")
    }


@given(
    st.lists(st.sampled_from([ONE, ROLLING, ROLLED, BROKEN, LATE]), max_size=4),
    st.sampled_from([ONE, ROLLING, BROKEN, ROLLED, LATE]),
)
def test_what_was_just_read_agrees(earlier: list[ServiceReading], last: ServiceReading) -> None:
    """Never does ECS differ from a record of its own answer, but where an older one said more of an end."""
    ours = record()
    for number, read in enumerate([*earlier, last]):
        ours = merge_reading(ours, read, minute(NOW + number))
    assert found(ours, last, now=NOW + 9) == {}
