"""How findings group into incidents, and when people are told of one; pure.

An incident is one (cluster, service or task family, kind, cause), from its first finding until it is over.

    what comes                                        what is told
    the first finding                                 OPENED, at low severity nothing by itself
    a graver one: medium or high after low            OPENED; high after medium ONGOING
    the 10th, 100th, 1000th ... finding               ONGOING
    one more, `remind` after the last telling         ONGOING
    none for `resolve`, and its service runs          RESOLVED, if it was ever told
    none for `remind`                                 the same, whatever runs
    low severity, at each full `digest`               DIGEST, together with others, if there is news

What is to be told stays `pending` in the incident until it is sent, under a `notification_id` that no retry
changes: a telling that could not be sent yet is sent with what is known by then, and none is added to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..findings.model import Kind, Severity
from ..findings.policy import Policy
from .model import Incident, NotificationType, PendingNotification, ReportedFinding, Status

SAMPLES = 5  # tasks that an incident shows
_RETRY = timedelta(minutes=1)  # until something unsent is sent again
_ASK = timedelta(minutes=5)  # until ECS is asked again whether the service runs
_DEFINITIONS = 5  # task definitions that an incident remembers
_LASTING = timedelta(hours=1)  # what is found by looking again is over when nobody saw it for that long
_STANDING = frozenset(
    {Kind.STUCK, Kind.PROTECTION_EXPIRING, Kind.PROTECTION_EXPIRED, Kind.PROTECTION_TOO_LONG}
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_findings(
    incident: Incident | None, news: Sequence[ReportedFinding], now: datetime, policy: Policy
) -> Incident:
    """The open incident after these findings, all of its key; a new one where there is none."""
    ordered = sorted(news, key=lambda one: one.at)
    after = incident or _opened(ordered[0], now)
    for one in ordered:
        after = _counted(after, one)
    after = replace(after, noted_at=now, news=True, revision=after.revision + 1)
    return _scheduled(_told(incident, after, now, policy), now, policy)


def touch(incident: Incident, now: datetime, policy: Policy) -> Incident | None:
    """The incident after what it is about was seen once more; None where that is no matter."""
    if incident.key.kind not in _STANDING or now - incident.noted_at < policy.resolve / 3:
        return None
    return _scheduled(replace(incident, noted_at=now, revision=incident.revision + 1), now, policy)


def needs_recovery_check(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether it would be over now if only its service is known to run."""
    lively = incident.service is not None and not _is_forgotten(incident, now, policy)
    return lively and _may_be_over(incident, now, policy)


def advance_time(incident: Incident, *, recovered: bool, now: datetime, policy: Policy) -> Incident:
    """The open incident after time has passed; `recovered` when its service was seen to run."""
    standing = replace(incident, due_at=None, revision=incident.revision + 1)
    runs = recovered or incident.service is None or _is_forgotten(incident, now, policy)
    if runs and _may_be_over(incident, now, policy):
        over = replace(standing, status=Status.RESOLVED, resolved_at=now)
        tell = over.sequence > 0 and not _muted(over, now, policy)
        return _scheduled(_queued(over, NotificationType.RESOLVED) if tell else over, now, policy)
    if _wants_reminder(incident) and now >= _reminder(incident, policy) and not _muted(incident, now, policy):
        standing = _queued(standing, NotificationType.ONGOING)
    return _scheduled(standing, now, policy)


def mark_published(incident: Incident, sent: Incident, now: datetime, policy: Policy) -> Incident:
    """The incident as it stands now, after all that was pending in `sent` has been sent."""
    left = tuple(one for one in incident.pending if one not in sent.pending)
    return _heard(replace(incident, pending=left), sent, now, policy)


def mark_digested(incident: Incident, sent: Incident, now: datetime, policy: Policy) -> Incident:
    """The incident as it stands now, after a digest has told what `sent` holds."""
    return _heard(replace(incident, digests=incident.digests + 1), sent, now, policy)


def awaits_digest(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether the next digest is to list it."""
    quiet = incident.sequence == 0 and incident.severity is Severity.LOW
    return incident.open and quiet and incident.news and not _muted(incident, now, policy)


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
            incident = replace(incident, count=0, notified_count=0)
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


def _told(before: Incident | None, after: Incident, now: datetime, policy: Policy) -> Incident:
    """With what is to be told of it, unless that is pending already or nobody wants to hear of it."""
    if after.severity is Severity.LOW or after.pending or _muted(after, now, policy):
        return after
    if after.sequence == 0:
        return _queued(after, NotificationType.OPENED)
    escalated = before is not None and after.severity.rank > before.severity.rank
    if escalated or _milestone(after.count) > _milestone(after.notified_count):
        return _queued(after, NotificationType.ONGOING)
    return after


def _queued(incident: Incident, telling: NotificationType) -> Incident:
    sequence = incident.sequence + 1
    pending = PendingNotification(telling, f"{incident.incident_id}|{sequence}")
    return replace(incident, sequence=sequence, pending=(*incident.pending, pending))


def _heard(incident: Incident, sent: Incident, now: datetime, policy: Policy) -> Incident:
    heard = replace(
        incident,
        notified_count=min(sent.count, incident.count),
        notified_at=now,
        news=incident.count != sent.count,
        due_at=None,
        revision=incident.revision + 1,
    )
    return _scheduled(heard, now, policy)


def _milestone(count: int) -> int:
    """The last count at or before this one that is told: 10, 100, 1000 ...; 0 below."""
    return int(10 ** (len(str(count)) - 1)) if count >= 10 else 0


def _muted(incident: Incident, now: datetime, policy: Policy) -> bool:
    key = incident.key
    return policy.mutes(key.cluster_arn, key.owner, key.kind, key.cause, now)


def _quiet(incident: Incident, policy: Policy) -> datetime:
    """When it is over, if nothing comes until then."""
    least = _LASTING if incident.key.kind in _STANDING else timedelta(0)
    return incident.noted_at + max(policy.resolve, least)


def _may_be_over(incident: Incident, now: datetime, policy: Policy) -> bool:
    return now >= _quiet(incident, policy) and not awaits_digest(incident, now, policy)


def _is_forgotten(incident: Incident, now: datetime, policy: Policy) -> bool:
    return now >= incident.noted_at + max(policy.remind, policy.resolve)


def _wants_reminder(incident: Incident) -> bool:
    return incident.sequence > 0 and incident.news and not incident.pending


def _reminder(incident: Incident, policy: Policy) -> datetime:
    return (incident.notified_at or incident.opened_at) + policy.remind


def _scheduled(incident: Incident, now: datetime, policy: Policy) -> Incident:
    """With the time to look at it again: a time that is set already only ever moves nearer."""
    due = _due(incident, now, policy)
    if due and incident.due_at:
        due = min(due, incident.due_at)
    return replace(incident, due_at=due)


def _due(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    if incident.pending:
        return now + _RETRY
    if not incident.open:
        return None
    if awaits_digest(incident, now, policy):
        return _EPOCH + ((incident.noted_at - _EPOCH) // policy.digest + 1) * policy.digest
    quiet = _quiet(incident, policy)
    over = quiet if quiet > now else now + _ASK
    return min(over, max(_reminder(incident, policy), now + _RETRY)) if _wants_reminder(incident) else over
