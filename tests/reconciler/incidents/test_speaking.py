"""Which incident speaks for another: the design's order, pair by pair."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.deployments.failures import Failures
from reconciler.incidents.model import SEVERAL, Incident, Owner, Shared, Status
from reconciler.incidents.outbox import Outbox
from reconciler.incidents.reported import IncidentKey
from reconciler.incidents.speaking import deployment_keys, failing_deployments, is_spoken_for, shared_key
from tests.support.courses import DAY, HIGH, LOW, MEDIUM, incident, minutes, pending, published
from tests.support.services import deployment_id
from tests.support.values import START

PULL: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
PLACEMENT: dict[str, Any] = {"kind": Kind.SERVICE_IMPAIRED, "cause": Cause("PLACEMENT")}
BELOW: dict[str, Any] = {"kind": Kind.SERVICE_IMPAIRED, "cause": Cause("BELOW_DESIRED")}
IMPAIRED: dict[str, Any] = {"kind": Kind.SERVICE_IMPAIRED, "cause": Cause("START_IMPAIRED")}
HEARD, UNHEARD = published(HIGH), Outbox()


def over(one: Incident) -> Incident:
    return replace(one, status=Status.RESOLVED, resolved_at=minutes(30))


def fold(**values: Any) -> Incident:
    one = incident(HIGH, **values)
    return replace(one, key=replace(one.key, owner=SEVERAL), shared=Shared())


def later(one: Incident, *owners: str) -> Incident:
    """Of several owners, struck half an hour later, of whom these are known."""
    names = tuple(Owner(name, 1) for name in owners)
    return replace(one, opened_at=minutes(30), shared=Shared(owners=names))


def deployment(number: int = 2, **values: Any) -> Incident:
    return incident(HIGH, kind=Kind.DEPLOYMENT_FAILED, about=deployment_id(number), **values)


def replaced(one: Incident) -> Incident:
    blame = Blame(word=BlameWord.BEGAN_WITH, deployment_id=deployment_id(2), replaced=True)
    return over(replace(one, blame=blame))


def failed(*numbers: int, at: datetime = START, one: Incident | None = None) -> Incident:
    """Stops of the tasks of these deployments."""
    found = (Failures(deployment_id=deployment_id(each), first_at=at, last_at=at) for each in numbers)
    return replace(one or incident(HIGH), failures=tuple(found))


STOPS = failed(2)


@pytest.mark.parametrize(
    ("one", "others", "expected"),
    [
        (incident(HIGH, **PULL), [fold(**PULL)], True),
        (incident(MEDIUM, **PULL), [over(fold(**PULL))], False),
        (incident(MEDIUM, **PULL), [fold(kind=PULL["kind"], cause=Cause("NETWORK"))], False),
        (incident(MEDIUM), [fold()], True),
        (incident(HIGH), [fold()], False),
        (incident(HIGH, **PLACEMENT), [fold(**PLACEMENT)], True),
        (fold(**PULL), [fold(**PULL)], False),
        (incident(HIGH, **PULL), [later(fold(**PULL), "service:other")], False),
        (incident(HIGH, **PULL), [later(fold(**PULL), incident(HIGH).key.owner)], True),
    ],
    ids=[
        *("shared", "over", "another cause", "its own", "its own, high", "impaired", "itself"),
        *("long before", "long before, and listed"),
    ],
)
def test_of_several(one: Incident, others: Sequence[Incident], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """The incident of all owners speaks for each, but for a program's own that is high."""
    assert is_spoken_for(one, others) is expected


@pytest.mark.parametrize(
    ("one", "others", "expected"),
    [
        (STOPS, [deployment()], True),
        (STOPS, [deployment(3)], False),
        (STOPS, [replaced(deployment())], True),
        (failed(2, one=incident(MEDIUM)), [over(deployment())], True),
        (failed(2, at=minutes(31), one=incident(MEDIUM, when=minutes(31))), [over(deployment())], False),
        (STOPS, [over(deployment())], False),
        (failed(2, 3), [deployment()], False),
        (failed(2, 3), [deployment(), deployment(3)], True),
        (failed(), [deployment()], False),
        (failed(2, at=START - DAY), [deployment()], False),
        (deployment(), [STOPS], False),
        (deployment(3), [deployment()], False),
        (incident(MEDIUM, **PLACEMENT), [deployment()], True),
        (incident(MEDIUM, **PLACEMENT), [over(deployment())], False),
        (incident(MEDIUM, **BELOW), [deployment()], True),
    ],
    ids=[
        "its tasks",
        "another deployment",
        "replaced",
        "settled since",
        "settled before",
        "settled, and yet high",
        "also of another one",
        "of two that failed",
        "of no known one",
        "of an earlier occurrence",
        "the other way",
        "of two deployments",
        "what impairs the service",
        "what impairs it later",
        "below desired",
    ],
)
def test_of_a_deployment(one: Incident, others: Sequence[Incident], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """A failed deployment explains the stops of its tasks, also once it is over, if they are no news."""
    assert is_spoken_for(one, others) is expected


def of(box: Outbox, severity: Any = HIGH, **values: Any) -> Incident:
    return incident(severity, box, **values)


OTHER: dict[str, Any] = {"cause": Cause("OUT_OF_MEMORY")}
CRITICAL = Severity("critical")  # of a later version


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (of(UNHEARD), of(HEARD, **OTHER), True),
        (of(UNHEARD, MEDIUM), of(HEARD, **OTHER), True),
        (of(UNHEARD), of(Outbox(pending=(pending(),)), **OTHER), True),
        (of(UNHEARD), of(UNHEARD, **OTHER), False),
        (of(HEARD), of(HEARD, **OTHER), False),
        (of(UNHEARD), of(published(MEDIUM), MEDIUM, **OTHER), False),
        (of(UNHEARD), of(published(MEDIUM), HIGH, **OTHER), False),
        (of(UNHEARD), of(published(CRITICAL), CRITICAL, **OTHER), True),
        (of(UNHEARD), of(HEARD, MEDIUM, **OTHER), False),
        (of(UNHEARD), over(of(HEARD, **OTHER)), False),
        (of(UNHEARD), of(HEARD, **OTHER, group="service:cart"), False),
        (of(UNHEARD, group="family:report"), of(HEARD, **OTHER), False),
        (of(UNHEARD), of(HEARD, kind=Kind.STOPPED_WHILE_PROTECTED), False),
        (of(UNHEARD, kind=Kind.STOPPED_WHILE_PROTECTED), of(HEARD), False),
        (of(UNHEARD, **PLACEMENT), of(HEARD), True),
        (of(UNHEARD), of(HEARD, **PLACEMENT), False),
        (deployment(outbox=UNHEARD), of(HEARD), False),
    ],
    ids=[
        "one was heard",
        "though it is not as severe",
        "one is being sent",
        "neither was heard",
        "both were",
        "the other is not high",
        "the other was not heard at high",
        "the other was heard at what is not known",
        "the other is high no more",
        "over",
        "of another service",
        "of standalone work",
        "protected work of the other",
        "protected work",
        "what impairs the service",
        "what that does to the service",
        "a deployment",
    ],
)
def test_of_two_kinds_of_stops(one: Incident, other: Incident, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Of one service one speaks: the one at high that was heard first."""
    assert is_spoken_for(one, [other]) is expected


@pytest.mark.parametrize("impact", [BELOW, IMPAIRED], ids=["below desired", "start impaired"])
@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (incident(LOW), True),
        (incident(MEDIUM, **PULL), True),
        (incident(MEDIUM, **PLACEMENT), True),
        (over(incident(HIGH)), False),
        (incident(HIGH, kind=Kind.STUCK, cause=Cause("PENDING")), False),
        (incident(HIGH, group="service:cart"), False),
        (fold(**PULL), False),
    ],
    ids=["a stop", "a failed start", "placement", "over", "no impact", "of another service", "of several"],
)
def test_impact_is_published_only_where_nothing_else_is(
    impact: dict[str, Any],
    other: Incident,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """That too few tasks run is how bad another open incident of the service is."""
    assert is_spoken_for(incident(MEDIUM, **impact), [other]) is expected
    assert not is_spoken_for(other, [incident(MEDIUM, **impact)])


def test_nothing_speaks_for_itself_or_for_its_like() -> None:
    """And two that are only impact leave each other alone."""
    one, other = incident(MEDIUM, **BELOW), incident(MEDIUM, **IMPAIRED)
    assert not is_spoken_for(one, [one, other])
    assert not is_spoken_for(other, [one, other])


def test_whose_tasks_failed() -> None:
    """The deployments of the current occurrence have incidents that may speak for a service's stops."""
    one = replace(
        failed(2, 3),
        failures=(*failed(2, at=START - DAY).failures, *failed(3, at=minutes(1)).failures),
    )
    assert failing_deployments(one) == [deployment_id(3)]
    assert [key.about for key in deployment_keys(one)] == [deployment_id(3)]
    assert {key.owner for key in deployment_keys(one)} == {"service:checkout"}
    assert deployment_keys(failed(3, one=incident(**PLACEMENT))) == ()
    assert deployment_keys(failed(3, one=incident(group="family:report"))) == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (PULL, True),
        ({}, True),
        (PLACEMENT, True),
        ({"kind": Kind.STUCK, "cause": Cause("PENDING")}, True),
        ({"group": "family:report"}, True),
        (BELOW, False),
        (IMPAIRED, False),
        ({"kind": Kind.STOPPED_WHILE_PROTECTED, "cause": Cause("SPOT")}, False),
        ({"kind": Kind.HOOK_WAITING, "about": "a-hook"}, False),
        ({"kind": Kind.DEPLOYMENT_FAILED, "about": deployment_id(2)}, False),
        ({"kind": Kind.PROTECTION_EXPIRING, "cause": None}, False),
    ],
)
def test_what_may_be_of_several(values: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Stops, failed starts, stuck tasks and impaired services; never what is of one service alone."""
    one = incident(**values)
    of_all = IncidentKey(
        cluster_arn=one.key.cluster_arn, owner=SEVERAL, kind=one.key.kind, cause=one.key.cause
    )
    assert shared_key(one) == (of_all if expected else None)
    assert shared_key(replace(one, key=of_all)) is None
