"""What becomes of an incident: facts are added to it, then `steps` says what it does next; pure.

    add_findings     it has these findings, too: opened, open again after it was over, or going on
    with_running     what its service runs was read
    advance          time has passed, and others may speak for it
    end              what it began with is undone
    queue_digest     it is to be listed in that digest
    mark_published   what was sent is pending no longer

An incident is one (cluster, service or task family, kind, cause). What returns within 30 hours is the same
incident again; of standalone work each run is one of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from ..findings.model import worst
from ..findings.policy import Policy
from . import outbox
from .case import Context
from .deployments.failures import Failures, add_failure
from .facts.impact import Running, checked
from .facts.occurrences import add_fault, began
from .model import Incident, Status
from .outbox import NotificationType, Outbox
from .reported import ReportedFinding
from .severity import is_run, severity_of
from .steps import next_step
from .timing import WINDOW, is_standing

SAMPLES: Final = 5  # tasks that an incident shows
_DEFINITIONS = 5  # task definitions that an incident remembers


def add_findings(
    before: Incident | None, reported: Sequence[ReportedFinding], now: datetime, policy: Policy
) -> Incident:
    """The incident after these findings, all of its key, before its next step; `before` may be over.

    It was noted when its faults occurred, however late they are reported: what was over by then stays over.
    """
    first, *rest = sorted(reported, key=lambda one: one.at)
    after = _added(before, first, now, policy)
    for one in rest:
        after = _added(after, one, now, policy)
    return replace(after, outbox=outbox.with_news(after.outbox, now))


def with_running(incident: Incident, found: Running | None, at: datetime) -> Incident:
    """The incident after its service was read; as it was where nobody answered."""
    return replace(incident, impact=checked(incident.impact, found, at)) if found else incident


def with_target_group(incident: Incident, target_group_arn: str | None) -> Incident:
    """The incident with the target group that its service was last seen to have."""
    return replace(incident, target_group_arn=target_group_arn) if target_group_arn else incident


def advance(incident: Incident, context: Context, now: datetime, policy: Policy) -> Incident:
    """The next revision of the incident, after its next step."""
    judged = replace(incident, severity=severity_of(incident, now, policy), revision=incident.revision + 1)
    step = next_step(judged, context, now, policy)
    if step.over:
        judged = replace(judged, status=Status.RESOLVED, resolved_at=now)
    if step.publish is None:
        return replace(judged, due_at=step.due_at)
    box = outbox.enqueue(judged.outbox, step.publish, judged.incident_id, reminds=step.row == "reminder")
    queued = replace(judged, outbox=box)
    return replace(queued, due_at=next_step(queued, context, now, policy).due_at)


def end(incident: Incident, ended_by: str) -> Incident:
    """The incident with what ended it: its next step is its end, whatever came before."""
    return replace(incident, ended_by=ended_by)


def touch(incident: Incident, now: datetime, policy: Policy) -> Incident | None:
    """The incident after its condition was seen once more; None where that changes nothing."""
    if not is_standing(incident) or now - incident.noted_at < policy.resolve / 3:
        return None
    return replace(incident, noted_at=now)


def queue_digest(incident: Incident, digest_id: str, now: datetime, policy: Policy) -> Incident:
    """The incident as it is to be listed in that digest."""
    return _settled(replace(incident, outbox=outbox.enqueue_digest(incident.outbox, digest_id)), now, policy)


def mark_published(
    incident: Incident,
    sent: Incident,
    now: datetime,
    policy: Policy,
    lacking: Mapping[str, tuple[str, ...] | None],
) -> Incident:
    """The incident as it stands now, after an attempt to send what was pending in `sent`.

    `lacking` are the destinations that did not get it, by notification; None where nobody did. What somebody
    else has marked before stays as it is.
    """
    box, shared = outbox.settle(incident.outbox, lacking), incident.shared
    for one in incident.outbox.pending:
        if one.to is not None or lacking.get(one.notification_id) is None:
            continue
        box = _announced(box, one.type, sent, incident, now)
        if shared and sent.shared and one.type is not NotificationType.DIGEST:
            shared = replace(shared, named=sent.shared.number, named_down=sent.shared.down)
    return _settled(replace(incident, outbox=box, shared=shared), now, policy)


def _announced(
    box: Outbox, type_: NotificationType, sent: Incident, incident: Incident, now: datetime
) -> Outbox:
    news_since = None if sent.occurrences == incident.occurrences else now
    if type_ is NotificationType.DIGEST:
        return replace(box, news_since=news_since)
    severity = None if type_ is NotificationType.RESOLVED else sent.severity
    return outbox.announce(box, severity, sent.count, news_since, now)


def _settled(incident: Incident, now: datetime, policy: Policy) -> Incident:
    """The next revision, with the time to look at it again; what it does then is decided then."""
    after = replace(incident, revision=incident.revision + 1)
    step = next_step(after, Context(), now, policy)
    return replace(after, due_at=now if step.publish or step.over else step.due_at)


def _added(before: Incident | None, one: ReportedFinding, now: datetime, policy: Policy) -> Incident:
    known = _current(before, one, now) if before else None
    return _counted(known, one, now, policy) if known else _opened(before, one, now, policy)


def _opened(before: Incident | None, first: ReportedFinding, now: datetime, policy: Policy) -> Incident:
    """A new incident; one of standalone work knows when people were last notified of a run before it."""
    finding = first.finding
    opened = Incident(
        key=first.key,
        opened_at=now,
        severity=finding.severity,
        cause_severity=finding.severity,
        cause=finding.cause,
        service_arn=finding.service_arn,
        summary=finding.summary,
        remedy=finding.remedy,
        occurrences=began(first.at),
        noted_at=min(first.at, now),
        samples=first.samples,
        waste=first.waste(policy.prices),
        failures=_with_failure((), first),
        task_definition_arns=(finding.task_definition_arn,) if finding.task_definition_arn else (),
    )
    if before is None or not is_run(opened):
        return opened
    return replace(opened, outbox=Outbox(notified_at=before.outbox.notified_at))


def _current(before: Incident, one: ReportedFinding, now: datetime) -> Incident | None:
    """The incident that the finding is of, open again if it returns; None where it is of another one."""
    if before.open or _is_late(before, one):
        return before
    if is_run(before) or one.at - before.last_seen_at > WINDOW:
        return None
    return before.reopened(now)


def _is_late(over: Incident, one: ReportedFinding) -> bool:
    """Whether its fault was before an end of which people heard; a condition found again has not ended."""
    if over.resolved_at is None or not over.outbox.published or is_standing(over):
        return False
    return one.at <= over.resolved_at


def _counted(incident: Incident, one: ReportedFinding, now: datetime, policy: Policy) -> Incident:
    finding, arns = one.finding, incident.task_definition_arns
    if finding.task_definition_arn and finding.task_definition_arn not in arns:
        arns = (finding.task_definition_arn, *arns)[:_DEFINITIONS]
    return replace(
        incident,
        task_definition_arns=arns,
        cause_severity=worst(incident.cause_severity, finding.severity),
        cause=finding.cause,
        summary=finding.summary,
        remedy=finding.remedy,
        occurrences=add_fault(incident.occurrences, one.at, policy.resolve),
        noted_at=max(incident.noted_at, min(one.at, now)),
        samples=(*one.samples, *incident.samples)[:SAMPLES],
        waste=incident.waste + one.waste(policy.prices) if incident.waste else None,
        failures=_with_failure(incident.failures, one),
        ended_by=None if incident.open else incident.ended_by,
    )


def _with_failure(failures: tuple[Failures, ...], one: ReportedFinding) -> tuple[Failures, ...]:
    if one.deployment_id is None:
        return failures
    return add_failure(failures, one.deployment_id, one.at, one.ran)
