"""How severe an incident is: the design's table of causes and impacts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.facts.occurrences import add_fault
from reconciler.incidents.model import SEVERAL, Incident, Owner, Shared
from reconciler.incidents.severity import has_impact, is_run, severity_of
from tests.support.courses import HIGH, LOW, MEDIUM, MINUTE, POLICY, impact, incident, minutes
from tests.support.values import START

STARTS, STOPS = Kind.TASK_FAILED_TO_START, Kind.ESSENTIAL_CONTAINER_FAILED
TAKEN, UNHEALTHY = Kind.CAPACITY_INTERRUPTED, Kind.HEALTH_CHECK_FAILED
NONE, DEGRADED, DOWN, UNKNOWN = Level.NONE, Level.DEGRADED, Level.DOWN, Level.UNKNOWN
OWN = "the cause's own"


def at(level: Level, kind: Kind, cause: str | None, severity: Severity = MEDIUM, **values: Any) -> Incident:
    one = incident(severity, kind=kind, cause=cause and Cause(cause), **values)
    return replace(one, cause_severity=severity, impact=None if level is UNKNOWN else impact(level))


def judged(one: Incident, policy: Policy = POLICY) -> Severity:
    return severity_of(one, START + MINUTE, policy)


def test_high_or_above() -> None:
    """One that a later version stored is above all that are known, and so is high."""
    severities = (*Severity, Severity("critical"))
    assert [one for one in severities if one.is_high] == [HIGH, "critical"]


@pytest.mark.parametrize(
    ("kind", "cause", "by_level"),
    [
        (STOPS, "EXIT_CODE", [LOW, HIGH, HIGH, OWN]),
        (STOPS, "OUT_OF_MEMORY", [LOW, HIGH, HIGH, OWN]),
        (STARTS, "IMAGE_PULL", [LOW, HIGH, HIGH, OWN]),
        (UNHEALTHY, "LOAD_BALANCER", [LOW, HIGH, HIGH, OWN]),
        (Kind.UNKNOWN_STOP, "NO_CODE", [LOW, HIGH, HIGH, OWN]),
        *((STARTS, cause, [LOW, MEDIUM, HIGH, OWN]) for cause in ("CAPACITY", "AGENT", "NETWORK")),
        *((STOPS, cause, [LOW, MEDIUM, HIGH, OWN]) for cause in ("TIMEOUT", "INTERNAL")),
        *((TAKEN, cause, [LOW, MEDIUM, HIGH, OWN]) for cause in ("SPOT", "HOST_TERMINATED", "MAINTENANCE")),
        (TAKEN, "INFRASTRUCTURE_HEALTH", [LOW, MEDIUM, HIGH, OWN]),
        (Kind.SERVICE_IMPAIRED, "PLACEMENT", [OWN, OWN, HIGH, OWN]),
        (Kind.SERVICE_IMPAIRED, "BELOW_DESIRED", [LOW, OWN, HIGH, OWN]),
        (Kind.SERVICE_IMPAIRED, "START_IMPAIRED", [LOW, OWN, HIGH, OWN]),
        (Kind.DEPLOYMENT_FAILED, None, [OWN, OWN, HIGH, OWN]),
        (Kind.STOPPED_WHILE_PROTECTED, "EXIT_CODE", [OWN, OWN, OWN, OWN]),
        (Kind.STUCK, "PENDING", [OWN, OWN, OWN, OWN]),
    ],
)
def test_cause_and_impact(kind: Kind, cause: str | None, by_level: Sequence[Any]) -> None:
    """How bad stops are, their service says; a service that is down raises its own incidents, too."""
    for level, expected in zip((NONE, DEGRADED, DOWN, UNKNOWN), by_level, strict=True):
        for own in Severity:
            found = judged(at(level, kind, cause, own))
            assert found is (own if expected is OWN else expected), (level, own)


@pytest.mark.parametrize(
    ("kind", "cause", "often", "steady"),
    [(STOPS, "EXIT_CODE", MEDIUM, MEDIUM), (STARTS, "CAPACITY", MEDIUM, MEDIUM), (TAKEN, "SPOT", LOW, LOW)],
)
def test_what_does_no_harm_matters_if_it_is_often(
    kind: Kind, cause: str, often: Severity, steady: Severity
) -> None:
    """From the third fault in an hour, or while nothing of its deployment is steady; Spot never does."""
    one = at(NONE, kind, cause)
    second = replace(one, occurrences=add_fault(one.occurrences, minutes(5), 15 * MINUTE))
    third = replace(second, occurrences=add_fault(second.occurrences, minutes(9), 15 * MINUTE))
    assert [judged(second), judged(third)] == [LOW, often]
    began_with = Blame(word=BlameWord.BEGAN_WITH, none_steady=True)
    assert judged(replace(one, blame=began_with)) is steady
    assert judged(replace(one, blame=replace(began_with, none_steady=False))) is LOW


@pytest.mark.parametrize("kind", [STARTS, STOPS, TAKEN, UNHEALTHY, Kind.UNKNOWN_STOP])
def test_standalone_work_that_failed_is_medium(kind: Kind) -> None:
    """Nobody starts it again, whatever the cause's own severity is."""
    for own in Severity:
        one = at(UNKNOWN, kind, "EXIT_CODE", own, group="family:report")
        assert is_run(one)
        assert judged(one) is MEDIUM


def test_protected_work_that_was_cut_off_keeps_its_severity() -> None:
    """It is no run, whose severity would be medium."""
    one = at(UNKNOWN, Kind.STOPPED_WHILE_PROTECTED, "EXIT_CODE", HIGH, group="family:report")
    assert (is_run(one), judged(one)) == (False, HIGH)


@pytest.mark.parametrize(
    ("kind", "cause", "owners", "own", "expected"),
    [
        (STOPS, "EXIT_CODE", 10, LOW, MEDIUM),
        (STOPS, "EXIT_CODE", 10, HIGH, HIGH),
        (TAKEN, "SPOT", 3, LOW, MEDIUM),
        (STARTS, "IMAGE_PULL", 3, LOW, HIGH),
        (STARTS, "IMAGE_PULL", 2, LOW, MEDIUM),
        (Kind.SERVICE_IMPAIRED, "PLACEMENT", 3, LOW, HIGH),
        (Kind.SERVICE_IMPAIRED, "DISCOVERY", 3, LOW, MEDIUM),
        (Kind.SERVICE_IMPAIRED, "THROTTLED", 3, LOW, MEDIUM),
    ],
)
def test_of_several_owners(kind: Kind, cause: str, owners: int, own: Severity, expected: Severity) -> None:
    """The highest of theirs, at least medium; high once three of them can start nothing."""
    one = at(UNKNOWN, kind, cause, own)
    shared = Shared(owners=(Owner("service:a", 1),), others=owners - 1)
    assert judged(replace(one, key=replace(one.key, owner=SEVERAL), shared=shared)) is expected


@pytest.mark.parametrize("ruled", list(Severity))
@pytest.mark.parametrize(
    "one",
    [
        at(DOWN, STOPS, "EXIT_CODE"),
        at(NONE, STOPS, "EXIT_CODE"),
        at(DOWN, Kind.DEPLOYMENT_FAILED, None),
        at(UNKNOWN, STOPS, "EXIT_CODE", group="family:report"),
    ],
    ids=["down", "none", "deployment", "standalone"],
)
def test_a_rule_is_final(one: Incident, ruled: Severity) -> None:
    """Whatever the impact is."""
    assert judged(one, Policy(severities=((Scope(cluster="shop"), ruled),))) is ruled
    other = Policy(severities=((Scope(cluster="another"), ruled),))
    assert judged(one, other) is judged(one)


@pytest.mark.parametrize(
    ("kind", "group", "expected"),
    [
        (STOPS, "service:checkout", True),
        (Kind.DEPLOYMENT_FAILED, "service:checkout", True),
        (Kind.SERVICE_IMPAIRED, "service:checkout", True),
        (STOPS, "family:report", False),
        (Kind.STUCK, "service:checkout", False),
        (Kind.HOOK_WAITING, "service:checkout", False),
    ],
)
def test_whose_impact_is_asked(kind: Kind, group: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Of services only, and where it can change the severity."""
    assert has_impact(incident(kind=kind, group=group).key) is expected
