"""What others mean to an incident's next step: who speaks for it, whom it speaks for, and the hour's cap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.errors import InvalidInput, TransientError
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import SEVERAL, Incident, Shared
from reconciler.incidents.reported import IncidentKey, ReportedFinding
from reconciler.use_cases.alerting.next_steps import NextSteps
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_mutes import MemoryMutes
from tests.support.findings import crash, finding, opened, published
from tests.support.services import deployment_id
from tests.support.values import START, at

POLICY = Policy(max_messages_per_hour=2)
BAD = deployment_id(2)


def taken(store: MemoryIncidents, *found: ReportedFinding, before: Incident | None = None) -> Incident:
    return NextSteps(store, MemoryMutes(), POLICY).take(add_findings(before, found, START, POLICY), START)


def types(incident: Incident) -> Sequence[str]:
    return [one.type for one in incident.outbox.pending]


def stored(store: MemoryIncidents, incident: Incident) -> Incident:
    """The incident after its message was published."""
    assert store.save(incident, None, (), START) is None
    after = published(incident)
    assert store.save(after, incident, (), START) is None
    return after


def of_bad(number: int, **values: object) -> ReportedFinding:
    """A crash of a task that the bad deployment started."""
    return replace(crash(number, at(number), **values), deployment_id=BAD)


def failed_deployment() -> ReportedFinding:
    about = finding(
        task_arn=None,
        service_arn="arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout",
        kind=Kind.DEPLOYMENT_FAILED,
        cause=Cause("CIRCUIT_BREAKER"),
        deployment_id=BAD,
        about=BAD,
    )
    return ReportedFinding(finding=about, at=START, deployment_id=BAD)


class Unreadable(MemoryIncidents):
    """Incidents of which nobody can read others."""

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        raise TransientError("throttled")


def test_others_are_read_only_to_publish() -> None:
    """What publishes nothing takes its step without them, also while they cannot be read."""
    assert types(taken(Unreadable(), crash(1, severity=Severity.LOW))) == []
    with pytest.raises(TransientError):
        taken(Unreadable(), crash(1))


class Broken(MemoryIncidents):
    """Incidents of which one, of a deployment that failed, cannot be read."""

    def current(self, keys: Collection[IncidentKey]) -> Mapping[IncidentKey, Incident]:
        if any(key.kind is Kind.DEPLOYMENT_FAILED for key in keys):
            raise InvalidInput("severity", "is missing")
        return super().current(keys)


def test_what_is_unreadable_keeps_no_other_back() -> None:
    """An incident that cannot be read speaks for nobody, and others that speak are read nevertheless."""
    store = Broken()
    assert types(taken(store, of_bad(1, severity=Severity.MEDIUM))) == ["OPENED"]
    several = opened(crash(3, severity=Severity.MEDIUM))
    stored(store, replace(several, key=replace(several.key, owner=SEVERAL), shared=Shared()))
    assert types(taken(store, of_bad(4, severity=Severity.MEDIUM))) == []


def test_a_deployment_speaks_for_its_tasks() -> None:
    """A crash of a deployment that is known to fail publishes nothing; one of another deployment does."""
    store = MemoryIncidents()
    stored(store, opened(failed_deployment()))
    assert types(taken(store, of_bad(1))) == []
    assert types(taken(store, of_bad(1, group="service:orders"))) == ["OPENED"]
    assert types(taken(store, replace(crash(1), deployment_id=deployment_id(1)))) == ["OPENED"]


def test_a_deployment_joins_what_was_published_before() -> None:
    """What people heard of its tasks is listed with it; what they did not is not."""
    store = MemoryIncidents()
    heard = stored(store, opened(of_bad(1)))
    quiet = opened(of_bad(2, cause=Cause("EXIT_CODE"), severity=Severity.LOW))
    assert store.save(quiet, None, (), START) is None
    incident = taken(store, failed_deployment())
    assert (types(incident), incident.joined) == (["OPENED"], (heard.incident_id,))


def test_what_was_just_stored_is_known() -> None:
    """A run reads the others once, and knows what it has stored itself since."""
    store = MemoryIncidents()
    steps = NextSteps(store, MemoryMutes(), POLICY)
    steps.take(add_findings(None, [crash(1)], START, POLICY), START)
    steps.note(stored(store, opened(failed_deployment())))
    assert types(steps.take(add_findings(None, [of_bad(2)], START, POLICY), START)) == []


@pytest.mark.parametrize(
    ("severity", "before", "expected"),
    [
        (Severity.MEDIUM, 1, ["OPENED"]),
        (Severity.MEDIUM, 2, []),
        (Severity.HIGH, 2, ["OPENED"]),
    ],
)
def test_the_cap_holds_what_is_not_high(severity: Severity, before: int, expected: list[str]) -> None:
    """So many messages an hour, but for what is high; what is held is looked at again at the full hour."""
    store = MemoryIncidents()
    store.count_messages(START, before)
    incident = taken(store, crash(1, severity=severity, kind=Kind.STOPPED_AFTER_EXPIRY))
    assert types(incident) == expected
    if not expected:
        hour = START + timedelta(hours=1)
        assert incident.due_at is not None
        assert incident.due_at <= hour
        assert types(NextSteps(store, MemoryMutes(), POLICY).take(incident, hour)) == ["OPENED"]
