"""What every store of incidents promises of whom a cause struck, and of how much was published."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.incidents.model import SEVERAL
from reconciler.incidents.reported import IncidentKey
from reconciler.ports.incidents import Incidents, Member
from tests.support.values import CLUSTER, START, at

SHARED = IncidentKey(
    cluster_arn=CLUSTER, owner=SEVERAL, kind=Kind.TASK_FAILED_TO_START, cause=Cause("IMAGE_PULL")
)


def members(incidents: Incidents, since: float) -> set[Member]:
    return set(incidents.members(SHARED, at(since)))


def test_whom_a_cause_struck_is_known(incidents: Incidents) -> None:
    """Each owner once, with the last time, if that is not before the one asked for."""
    long = "service:" + "\U0001f4a5" * 1000
    assert members(incidents, 0) == set()
    for owner, second in (("service:a", 1), (long, 2.5), ("family:b", 3), ("service:a", 4)):
        incidents.join(SHARED, owner, at(second))
    all_three = {Member("service:a", at(4)), Member(long, at(2.5)), Member("family:b", at(3))}
    assert members(incidents, 0) == members(incidents, 2.5) == all_three
    assert members(incidents, 4) == {Member("service:a", at(4))}


@pytest.mark.parametrize(
    "another",
    [{"cluster_arn": CLUSTER + "2"}, {"kind": Kind.STUCK}, {"cause": Cause("NETWORK")}, {"cause": None}],
)
def test_causes_have_their_own_members(incidents: Incidents, another: dict[str, object]) -> None:
    """By cluster, kind and cause."""
    incidents.join(replace(SHARED, **another), "service:a", START)  # type: ignore[arg-type]  # of several types
    assert members(incidents, 0) == set()


def test_many_members(incidents: Incidents) -> None:
    """All are found, more than fit into one page of an answer."""
    owners = [f"service:{number:04}-{'x' * 900}" for number in range(700)]
    for owner in owners:
        incidents.join(SHARED, owner, START)
    assert {one.owner for one in incidents.members(SHARED, START)} == set(owners)


def test_messages_are_counted_by_the_hour(incidents: Incidents) -> None:
    """Whatever minute of it is given; an hour without any has none."""
    half_past = START.replace(minute=30, second=7, microsecond=5)
    assert incidents.messages(half_past) == 0
    incidents.count_messages(half_past, 2)
    incidents.count_messages(half_past.replace(minute=59), 3)
    incidents.count_messages(half_past + timedelta(hours=1), 1)
    assert incidents.messages(half_past.replace(minute=0, second=0, microsecond=0)) == 5
    assert incidents.messages(half_past + timedelta(hours=1)) == 1
    assert incidents.messages(half_past + timedelta(days=1)) == 0
