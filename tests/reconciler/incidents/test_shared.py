"""One cause that strikes several owners: one incident, of all of them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.costs.total import Total
from reconciler.findings.model import Cause, Kind
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences, add_fault
from reconciler.incidents.model import SEVERAL, Incident, Status
from reconciler.incidents.reported import IncidentKey
from reconciler.incidents.shared import is_over, of_several, owners_needed, with_members
from tests.support.courses import (
    HIGH,
    HOUR,
    LOW,
    MEDIUM,
    MINUTE,
    crash,
    impact,
    incident,
    minutes,
    published,
)
from tests.support.values import CLUSTER, START

PULL: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
KEY = IncidentKey(cluster_arn=CLUSTER, owner=SEVERAL, **PULL)


def member(name: str, *at: float, level: Level | None = None, **values: Any) -> Incident:
    """The incident of this service, with faults at these minutes."""
    one = incident(
        values.pop("severity", MEDIUM), values.pop("outbox", None), **PULL, group=f"service:{name}"
    )
    first, *rest = at or (0,)
    occurrences = Occurrences((Occurrence(minutes(first), minutes(first)),), 0, minutes(first))
    for minute in rest:
        occurrences = add_fault(occurrences, minutes(minute), 15 * MINUTE)
    last = occurrences.current.last_at
    read = impact(level, last) if level else None
    return replace(one, occurrences=occurrences, noted_at=last, impact=read, **values)


def fold(*members: Incident, minute: float = 0, before: Incident | None = None) -> Incident:
    return of_several(KEY, before, members, minutes(minute))


def owners(one: Incident) -> Sequence[tuple[str, int]]:
    assert one.shared
    return [(owner.name.removeprefix("service:"), owner.count) for owner in one.shared.owners]


@pytest.mark.parametrize(
    ("kind", "cause", "needed"),
    [
        *((Kind.TASK_FAILED_TO_START, cause, 3) for cause in ("IMAGE_PULL", "RESOURCE_INIT", "NETWORK")),
        *((Kind.TASK_FAILED_TO_START, cause, 3) for cause in ("VOLUME", "CAPACITY", "PLACEMENT", "AGENT")),
        *((Kind.CAPACITY_INTERRUPTED, cause, 3) for cause in ("SPOT", "HOST_TERMINATED", "MAINTENANCE")),
        (Kind.CAPACITY_INTERRUPTED, "INFRASTRUCTURE_HEALTH", 3),
        *((Kind.ESSENTIAL_CONTAINER_FAILED, cause, 3) for cause in ("INTERNAL", "TIMEOUT")),
        (Kind.UNKNOWN_STOP, "UNOBSERVED", 3),
        (Kind.STUCK, "PENDING", 3),
        *((Kind.SERVICE_IMPAIRED, cause, 3) for cause in ("PLACEMENT", "THROTTLED", "DISCOVERY")),
        (Kind.SERVICE_IMPAIRED, "CONFIGURATION", 10),
        *((Kind.ESSENTIAL_CONTAINER_FAILED, cause, 10) for cause in ("EXIT_CODE", "OUT_OF_MEMORY", "SIGNAL")),
        (Kind.TASK_FAILED_TO_START, "CONTAINER_START", 10),
        (Kind.HEALTH_CHECK_FAILED, "CONTAINER", 10),
        (Kind.UNKNOWN_STOP, "A_LATER_ONE", 10),
    ],
)
def test_owners_needed(kind: Kind, cause: str, needed: int) -> None:
    """Three of what owners have in common, ten of all else."""
    key = IncidentKey(cluster_arn=CLUSTER, owner=SEVERAL, kind=kind, cause=Cause(cause))
    assert owners_needed(key) == needed


def test_it_is_made_of_its_members() -> None:
    """Their faults, the worst and the newest of them; those that were published join it."""
    a = member("a", 0, 2, severity=LOW, outbox=published(LOW))
    b = member("b", 1, 3, 5, severity=HIGH, summary="The newest.", remedy="Look there.")
    c = replace(member("c", 4), samples=crash(9).samples)
    one = fold(a, b, c, minute=6)
    assert (one.count, one.first_seen_at, one.last_seen_at) == (6, START, minutes(5))
    assert (one.opened_at, one.noted_at, one.outbox.news_since) == (minutes(6), minutes(5), minutes(6))
    assert (one.cause_severity, one.summary, one.remedy) == (HIGH, "The newest.", "Look there.")
    assert one.samples == (b.samples[0], c.samples[0], a.samples[0])
    assert one.joined == (a.incident_id,)
    assert (one.open, one.service, one.key) == (True, None, KEY)


def test_owners_are_ordered_by_how_their_services_run() -> None:
    """Down first, then degraded, then those that run; by their faults, and last what nobody knows."""
    members = [
        member("unknown", 0, 1, 2, 3),
        member("well", 0, level=Level.NONE),
        member("down", 0, level=Level.DOWN),
        member("degraded", 0, 1, level=Level.DEGRADED),
        member("also-down", 0, 1, level=Level.DOWN),
        replace(member("over", 0, 1, level=Level.DOWN), status=Status.RESOLVED),
    ]
    one = fold(*members, minute=3)
    assert [name for name, _ in owners(one)] == ["also-down", "down", "degraded", "over", "well", "unknown"]
    assert one.shared
    assert one.shared.down == ("service:also-down", "service:down")


def test_a_hundred_owners_are_named() -> None:
    """Of the others it is known how many there are."""
    one = fold(*(member(f"{number:03}", *range(1 + number % 2)) for number in range(130)))
    assert one.shared
    assert (len(one.shared.owners), one.shared.others, one.shared.number) == (100, 30, 130)
    assert one.count == 130 + 65


def test_its_members_go_on() -> None:
    """What they come to is news once, and no fault is forgotten when one of them fails anew after a pause."""
    a, b, c = member("a", 0, 1, 2), member("b", 1), member("c", 2)
    one = replace(fold(a, b, c, minute=2), outbox=published(HIGH))
    same = with_members(one, [a, b, c], minutes(3))
    assert (same.outbox.news_since, same.occurrences) == (None, one.occurrences)
    more = with_members(same, [member("a", 0, 1, 2, 22), b, c, member("d", 20)], minutes(23))
    assert (more.count, more.outbox.news_since, more.occurrences.number) == (7, minutes(23), 1)
    assert owners(more)[0] == ("a", 4)
    assert with_members(more, [], minutes(24)) == more


def test_faults_from_before_it_struck_are_not_of_it() -> None:
    """An owner may have failed so a day ago, for itself alone."""
    one = fold(member("a", -600, -599, 0), member("b", 1), member("c", 2), minute=2)
    assert (one.count, one.first_seen_at) == (3, START)
    late = fold(member("a", -600), member("b", -600), member("c", -599), minute=2)
    assert (late.count, late.first_seen_at) == (3, minutes(-600))


def test_what_returns_is_the_same_incident() -> None:
    """Within 30 hours, as another occurrence; its members and those named as down are of that alone."""
    members = [member("a", 0, outbox=published()), member("b", 1, level=Level.DOWN), member("c", 2)]
    first = fold(*members, minute=4)
    assert first.shared
    ended = replace(
        first,
        status=Status.RESOLVED,
        resolved_at=minutes(40),
        ended_by="it is over",
        shared=replace(first.shared, named_down=first.shared.down),
    )
    day = 24 * 60
    again = fold(*(member(name, 0, day) for name in "cde"), minute=day + 1, before=ended)
    assert (again.incident_id, again.open, again.ended_by) == (first.incident_id, True, None)
    assert again.returned_at == again.began_at == minutes(day + 1)
    assert (again.occurrences.number, again.count, again.occurrences.began_at) == (2, 3, START)
    assert (again.shared and again.shared.named_down, again.joined) == ((), ())
    anew = fold(*(member(name, 31 * 60 + 2) for name in "cde"), minute=31 * 60, before=ended)
    assert (anew.incident_id != first.incident_id, anew.occurrences.number) == (True, 1)


def test_what_goes_on_is_no_other_occurrence() -> None:
    """Where its members were quiet for a shorter time than makes an occurrence of their own."""
    members = [member("a", 0, 14, 28, 42), member("b", 1), member("c", 2)]
    ended = replace(fold(*members[1:], member("a", 0, 14), minute=15), status=Status.RESOLVED)
    again = fold(*members, minute=43, before=ended)
    assert (again.occurrences.number, again.count, again.first_seen_at) == (1, 6, START)


def test_fifty_occurrences_are_kept_by_their_times() -> None:
    """As of any other incident."""
    one = fold(member("a", 0), member("b", 1))
    for hour in range(1, 60):
        ended = replace(one, status=Status.RESOLVED)
        one = fold(member("a", hour * 60), member("b", hour * 60 + 1), minute=hour * 60 + 1, before=ended)
    assert (len(one.occurrences.newest_last), one.occurrences.number) == (50, 60)
    assert one.occurrences.longest_gap == HOUR - MINUTE


@pytest.mark.parametrize(
    ("levels", "over"),
    [
        ([None, Level.NONE], True),
        ([Level.NONE, Level.DEGRADED], False),
        ([Level.NONE, Level.DOWN], False),
        ([], True),
    ],
)
def test_it_ends_when_no_owner_lacks_tasks(levels: Sequence[Level | None], over: bool) -> None:  # noqa: FBT001 - a column of the table
    """One that is over by itself, which nobody reads any more, keeps nothing open."""
    members = [member(str(number), level=level) for number, level in enumerate(levels)]
    assert is_over(members) is over
    assert is_over([replace(one, status=Status.RESOLVED) for one in members])


def test_it_cost_what_its_members_cost() -> None:
    """Nothing is known of the sum where nobody counted for one of them."""
    first, second = Total(Decimal(1), 2, 3), Total(Decimal("0.5"), 1)
    members = [member("a", waste=first), member("b", waste=second)]
    assert fold(*members).waste == Total(Decimal("1.5"), 3, 3)
    assert fold(*members, member("c", waste=None)).waste is None
