"""How findings group into incidents, and when people are notified of one; pure.

An incident is one (cluster, service or task family, kind, cause), from its first finding until it is over.

    what happens                                      notification
    the first finding                                 OPENED; at low severity none of its own
    a higher severity: medium or high after low       OPENED; high after medium ONGOING
    the 10th, 100th, 1000th ... finding               ONGOING
    one more, `remind` after the last notification    ONGOING
    none for `resolve`, and its service runs          RESOLVED, if there was any before
    none for `remind`                                 the same, even if its service does not run
    a standing condition that a look did not find     the same
    the deployment that it began with is undone       RESOLVED at once, if there was any before
    low severity, at each full `digest`               DIGEST, together with others, if there is news
    a mute ends while it goes on                      OPENED, or ONGOING if there was any before

While a notification has reached nobody none is added: it is sent late, with what is known by then. A muted
incident stays open until its mute ends, if there was any before, so that its RESOLVED is published too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..findings.model import Severity
from ..findings.policy import Policy
from . import outbox
from .failures import Failures, add_failure
from .model import Incident, ReportedFinding, Status
from .outbox import NotificationType
from .timing import is_muted, is_standing, may_be_over, must_be_looked_at, reminder, scheduled

SAMPLES = 5  # tasks that an incident shows
_DEFINITIONS = 5  # task definitions that an incident remembers


def add_findings(
    incident: Incident | None,
    reported: Sequence[ReportedFinding],
    now: datetime,
    policy: Policy,
    earlier: Sequence[Failures] = (),
) -> Incident:
    """The open incident after these findings, all of its key; a new one where there is none.

    It was noted when its faults occurred, however late they are reported. `earlier` are the failures of the
    time before it opened, which count for its blame alone.
    """
    ordered = sorted(reported, key=lambda one: one.at)
    after = incident or replace(_opened(ordered[0], now), failures=tuple(earlier))
    for one in ordered:
        after = _counted(after, one, now)
    after = replace(after, outbox=replace(after.outbox, news=True), revision=after.revision + 1)
    return scheduled(_queued(after, _by_findings(incident, after, now, policy)), now, policy)


def end(incident: Incident, now: datetime, policy: Policy) -> Incident:
    """The open incident resolved now, because what it began with was undone."""
    after = replace(
        incident, status=Status.RESOLVED, resolved_at=now, due_at=None, revision=incident.revision + 1
    )
    return scheduled(_queued(after, _by_time(after, now, policy)), now, policy)


def touch(incident: Incident, now: datetime, policy: Policy) -> Incident | None:
    """The incident after its condition was seen once more; None where that changes nothing."""
    if not is_standing(incident) or now - incident.noted_at < policy.resolve / 3:
        return None
    return scheduled(replace(incident, noted_at=now, revision=incident.revision + 1), now, policy)


def advance_time(incident: Incident, *, recovered: bool, now: datetime, policy: Policy) -> Incident:
    """The open incident after time has passed.

    `recovered` when its service was seen to run, or its condition was looked for and is there no more.
    """
    after = replace(incident, due_at=None, revision=incident.revision + 1)
    over = recovered or not must_be_looked_at(incident, now, policy)
    if over and may_be_over(incident, now, policy):
        after = replace(after, status=Status.RESOLVED, resolved_at=now)
    return scheduled(_queued(after, _by_time(after, now, policy)), now, policy)


def queue_digest(incident: Incident, digest_id: str, now: datetime, policy: Policy) -> Incident:
    """The incident as it is to be listed in that digest."""
    queued = outbox.enqueue_digest(incident.outbox, digest_id)
    after = replace(incident, outbox=queued, due_at=None, revision=incident.revision + 1)
    return scheduled(after, now, policy)


def mark_published(
    incident: Incident,
    sent: Incident,
    now: datetime,
    policy: Policy,
    lacking: Mapping[str, tuple[str, ...] | None],
) -> Incident:
    """The incident as it stands now, after an attempt to send what was pending in `sent`.

    `lacking` are the destinations that did not get it, by notification; None where nobody did.
    """
    reached = [
        p for p in sent.outbox.pending if p.to is None and lacking.get(p.notification_id, p.to) is not None
    ]
    box = outbox.settle(incident.outbox, lacking)
    if reached:
        box = outbox.announce(box, sent.count, incident.count, now)
    after = replace(incident, outbox=box, due_at=None, revision=incident.revision + 1)
    return scheduled(after, now, policy)


def _opened(first: ReportedFinding, now: datetime) -> Incident:
    return Incident(
        key=first.key,
        opened_at=now,
        severity=first.finding.severity,
        cause=first.finding.cause,
        service_arn=first.finding.service_arn,
        summary=first.finding.summary,
        remedy=first.finding.remedy,
        first_seen_at=first.at,
        last_seen_at=first.at,
        noted_at=min(first.at, now),
    )


def _counted(incident: Incident, one: ReportedFinding, now: datetime) -> Incident:
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
        cause=finding.cause,
        summary=finding.summary,
        remedy=finding.remedy,
        first_seen_at=min(incident.first_seen_at, one.at),
        last_seen_at=max(incident.last_seen_at, one.at),
        noted_at=max(incident.noted_at, min(one.at, now)),
        samples=(*one.samples, *incident.samples)[:SAMPLES],
        failures=_with_failure(incident.failures, one),
    )


def _with_failure(failures: tuple[Failures, ...], one: ReportedFinding) -> tuple[Failures, ...]:
    if one.deployment_id is None:
        return failures
    finding = one.finding
    of_it = finding.task_arn or finding.deployment_id == one.deployment_id
    ran = finding.task_definition_arn if of_it else None
    return add_failure(failures, one.deployment_id, one.at, ran)


def _by_findings(
    before: Incident | None, after: Incident, now: datetime, policy: Policy
) -> NotificationType | None:
    """The notification that new findings ask for."""
    if after.severity is Severity.LOW or after.outbox.waits or is_muted(after, now, policy):
        return None
    if not after.outbox.used:
        return NotificationType.OPENED
    escalated = before is not None and after.severity.rank > before.severity.rank
    return NotificationType.ONGOING if escalated or after.outbox.is_outgrown(after.count) else None


def _by_time(incident: Incident, now: datetime, policy: Policy) -> NotificationType | None:
    """The notification that is due because time has passed."""
    if is_muted(incident, now, policy):
        return None
    if not incident.open:
        return NotificationType.RESOLVED if incident.outbox.used else None
    if not incident.outbox.used:
        return None if incident.severity is Severity.LOW else NotificationType.OPENED
    remind = incident.outbox.wants_reminder and now >= reminder(incident, policy)
    return NotificationType.ONGOING if remind else None


def _queued(incident: Incident, notification: NotificationType | None) -> Incident:
    if notification is None:
        return incident
    return replace(incident, outbox=outbox.enqueue(incident.outbox, notification, incident.incident_id))
