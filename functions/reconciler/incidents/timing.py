"""When an incident has to be looked at again, and whether it may be over by then; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..findings.model import Kind, Severity
from ..findings.policy import Policy
from .model import Incident

_RETRY = timedelta(minutes=1)  # until something unsent is sent again
_ASK = timedelta(minutes=5)  # until ECS is asked again whether the service runs
_LASTING = timedelta(hours=1)  # a standing condition that nobody saw for so long is over
_STANDING = frozenset(
    {Kind.STUCK, Kind.PROTECTION_EXPIRING, Kind.PROTECTION_EXPIRED, Kind.PROTECTION_TOO_LONG}
)
_OF_SERVICES = frozenset(
    {Kind.DEPLOYMENT_FAILED, Kind.SERVICE_IMPAIRED, Kind.SCALE_IN_BLOCKED, Kind.HOOK_WAITING}
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_standing(incident: Incident) -> bool:
    """Whether it is of a condition that lasts, and that ends only where a look does not find it."""
    return incident.key.kind in _STANDING or is_of_service(incident)


def is_of_service(incident: Incident) -> bool:
    """Whether its condition is that of a service, which a reading of the service shows or not."""
    return incident.key.kind in _OF_SERVICES


def awaits_digest(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether the next digest is to list it."""
    box = incident.outbox
    low = incident.severity is Severity.LOW and not box.used and not box.digest_pending
    return incident.open and low and box.news and not is_muted(incident, now, policy)


def needs_recovery_check(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether all that keeps it from being resolved now is what has to be looked at."""
    return must_be_looked_at(incident, now, policy) and may_be_over(incident, now, policy)


def may_be_over(incident: Incident, now: datetime, policy: Policy) -> bool:
    unheard = incident.outbox.used and is_muted(incident, now, policy)
    return now >= _quiet(incident, policy) and not awaits_digest(incident, now, policy) and not unheard


def must_be_looked_at(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether it ends only where a look finds its condition gone, or its service running."""
    if is_standing(incident):
        return True
    return incident.service is not None and not _is_forgotten(incident, now, policy)


def scheduled(incident: Incident, now: datetime, policy: Policy) -> Incident:
    """With the time to look at it again; a time that is set already is never put off."""
    due = _due(incident, now, policy)
    if due and incident.due_at:
        due = min(due, incident.due_at)
    return replace(incident, due_at=due)


def is_muted(incident: Incident, now: datetime, policy: Policy) -> bool:
    return _muted_until(incident, now, policy) is not None


def reminder(incident: Incident, policy: Policy) -> datetime:
    return (incident.outbox.notified_at or incident.opened_at) + policy.remind


def _muted_until(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    key = incident.key
    return policy.muted_until(key.cluster_arn, key.owner, key.kind, incident.cause, now)


def _quiet(incident: Incident, policy: Policy) -> datetime:
    """When it may be over, if nothing is reported until then."""
    least = _LASTING if incident.key.kind in _STANDING else timedelta(0)
    return incident.noted_at + max(policy.resolve, least)


def _is_forgotten(incident: Incident, now: datetime, policy: Policy) -> bool:
    return now >= incident.noted_at + max(policy.remind, policy.resolve)


def _due(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    if incident.outbox.pending:
        return now + _RETRY
    if not incident.open:
        return None
    if awaits_digest(incident, now, policy):
        return _EPOCH + ((now - _EPOCH) // policy.digest + 1) * policy.digest
    quiet = _quiet(incident, policy)
    over = quiet if quiet > now else now + _ASK
    if until := _muted_until(incident, now, policy):
        return until if incident.outbox.used else min(over, until)
    if not incident.outbox.wants_reminder:
        return over
    return min(over, max(reminder(incident, policy), now + _RETRY))
