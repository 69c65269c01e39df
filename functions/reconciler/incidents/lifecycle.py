"""How findings group into incidents, and when people are notified of one; pure.

An incident is one (cluster, service or task family, kind, cause), from its first finding until it is over.

    what happens                                      notification
    the first finding                                 OPENED; at low severity none of its own
    a higher severity: medium or high after low       OPENED; high after medium ONGOING
    the 10th, 100th, 1000th ... finding               ONGOING
    one more, `remind` after the last notification    ONGOING
    none for `resolve`, and its service runs          RESOLVED, if there was any before
    none for `remind`                                 the same, even if its service does not run
    low severity, at each full `digest`               DIGEST, together with others, if there is news

While a notification is pending none is added: it is sent late, with what is known by then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..findings.model import Kind, Severity
from ..findings.policy import Policy
from . import outbox
from .model import Incident, ReportedFinding, Status
from .outbox import NotificationType, Outbox

SAMPLES = 5  # tasks that an incident shows
_DEFINITIONS = 5  # task definitions that an incident remembers
_RETRY = timedelta(minutes=1)  # until something unsent is sent again
_ASK = timedelta(minutes=5)  # until ECS is asked again whether the service runs
_LASTING = timedelta(hours=1)  # a standing condition that nobody saw for so long is over
_STANDING = frozenset(
    {Kind.STUCK, Kind.PROTECTION_EXPIRING, Kind.PROTECTION_EXPIRED, Kind.PROTECTION_TOO_LONG}
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_findings(
    incident: Incident | None, reported: Sequence[ReportedFinding], now: datetime, policy: Policy
) -> Incident:
    """The open incident after these findings, all of its key; a new one where there is none."""
    ordered = sorted(reported, key=lambda one: one.at)
    after = incident or _opened(ordered[0], now)
    for one in ordered:
        after = _counted(after, one)
    news = replace(after.outbox, news=True)
    after = replace(after, noted_at=now, outbox=news, revision=after.revision + 1)
    return _scheduled(_queued(after, _by_findings(incident, after, now, policy)), now, policy)


def touch(incident: Incident, now: datetime, policy: Policy) -> Incident | None:
    """The incident after its condition was seen once more; None where that changes nothing."""
    if incident.key.kind not in _STANDING or now - incident.noted_at < policy.resolve / 3:
        return None
    return _scheduled(replace(incident, noted_at=now, revision=incident.revision + 1), now, policy)


def needs_recovery_check(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether all that keeps it from being resolved now is that its service may not run."""
    waits = incident.service is not None and not _is_forgotten(incident, now, policy)
    return waits and _may_be_over(incident, now, policy)


def advance_time(incident: Incident, *, recovered: bool, now: datetime, policy: Policy) -> Incident:
    """The open incident after time has passed; `recovered` when its service was seen to run."""
    after = replace(incident, due_at=None, revision=incident.revision + 1)
    runs = recovered or incident.service is None or _is_forgotten(incident, now, policy)
    if runs and _may_be_over(incident, now, policy):
        after = replace(after, status=Status.RESOLVED, resolved_at=now)
    return _scheduled(_queued(after, _by_time(after, now, policy)), now, policy)


def mark_published(incident: Incident, sent: Incident, now: datetime, policy: Policy) -> Incident:
    """The incident as it stands now, after all that was pending in `sent` has been sent."""
    return _announced(incident, incident.outbox, sent, now, policy)


def mark_digested(incident: Incident, sent: Incident, now: datetime, policy: Policy) -> Incident:
    """The incident as it stands now, after a digest has listed it as it was in `sent`."""
    return _announced(incident, outbox.count_digest(incident.outbox), sent, now, policy)


def awaits_digest(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether the next digest is to list it."""
    box = incident.outbox
    low = incident.severity is Severity.LOW and not box.used
    return incident.open and low and box.news and not _muted(incident, now, policy)


def _opened(first: ReportedFinding, now: datetime) -> Incident:
    return Incident(
        key=first.key,
        opened_at=now,
        severity=first.finding.severity,
        summary=first.finding.summary,
        remedy=first.finding.remedy,
        first_seen_at=first.at,
        last_seen_at=first.at,
        noted_at=now,
    )


def _counted(incident: Incident, one: ReportedFinding) -> Incident:
    finding, arns = one.finding, incident.task_definition_arns
    if finding.task_definition_arn and finding.task_definition_arn not in arns:
        arns = (finding.task_definition_arn, *arns)[:_DEFINITIONS]
        if incident.task_definition_arns:
            incident = replace(incident, count=0, outbox=outbox.count_anew(incident.outbox))
    return replace(
        incident,
        count=incident.count + 1,
        task_definition_arns=arns,
        severity=max(incident.severity, finding.severity, key=lambda severity: severity.rank),
        summary=finding.summary,
        remedy=finding.remedy,
        first_seen_at=min(incident.first_seen_at, one.at),
        last_seen_at=max(incident.last_seen_at, one.at),
        samples=(one.sample, *incident.samples)[:SAMPLES],
    )


def _by_findings(
    before: Incident | None, after: Incident, now: datetime, policy: Policy
) -> NotificationType | None:
    """The notification that new findings ask for."""
    if after.severity is Severity.LOW or after.outbox.pending or _muted(after, now, policy):
        return None
    if not after.outbox.used:
        return NotificationType.OPENED
    escalated = before is not None and after.severity.rank > before.severity.rank
    return NotificationType.ONGOING if escalated or after.outbox.is_outgrown(after.count) else None


def _by_time(incident: Incident, now: datetime, policy: Policy) -> NotificationType | None:
    """The notification that is due because time has passed."""
    if not incident.outbox.used or _muted(incident, now, policy):
        return None
    if not incident.open:
        return NotificationType.RESOLVED
    remind = incident.outbox.wants_reminder and now >= _reminder(incident, policy)
    return NotificationType.ONGOING if remind else None


def _queued(incident: Incident, notification: NotificationType | None) -> Incident:
    if notification is None:
        return incident
    return replace(incident, outbox=outbox.enqueue(incident.outbox, notification, incident.incident_id))


def _announced(incident: Incident, box: Outbox, sent: Incident, now: datetime, policy: Policy) -> Incident:
    announced = outbox.announce(box, sent.outbox, sent.count, incident.count, now)
    after = replace(incident, outbox=announced, due_at=None, revision=incident.revision + 1)
    return _scheduled(after, now, policy)


def _muted(incident: Incident, now: datetime, policy: Policy) -> bool:
    key = incident.key
    return policy.mutes(key.cluster_arn, key.owner, key.kind, key.cause, now)


def _quiet(incident: Incident, policy: Policy) -> datetime:
    """When it may be over, if nothing is reported until then."""
    least = _LASTING if incident.key.kind in _STANDING else timedelta(0)
    return incident.noted_at + max(policy.resolve, least)


def _may_be_over(incident: Incident, now: datetime, policy: Policy) -> bool:
    return now >= _quiet(incident, policy) and not awaits_digest(incident, now, policy)


def _is_forgotten(incident: Incident, now: datetime, policy: Policy) -> bool:
    return now >= incident.noted_at + max(policy.remind, policy.resolve)


def _reminder(incident: Incident, policy: Policy) -> datetime:
    return (incident.outbox.notified_at or incident.opened_at) + policy.remind


def _scheduled(incident: Incident, now: datetime, policy: Policy) -> Incident:
    """With the time to look at it again; a time that is set already is never put off."""
    due = _due(incident, now, policy)
    if due and incident.due_at:
        due = min(due, incident.due_at)
    return replace(incident, due_at=due)


def _due(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    if incident.outbox.pending:
        return now + _RETRY
    if not incident.open:
        return None
    if awaits_digest(incident, now, policy):
        return _EPOCH + ((incident.noted_at - _EPOCH) // policy.digest + 1) * policy.digest
    quiet = _quiet(incident, policy)
    over = quiet if quiet > now else now + _ASK
    if not incident.outbox.wants_reminder:
        return over
    return min(over, max(_reminder(incident, policy), now + _RETRY))
