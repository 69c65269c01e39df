"""What a service's record, and above all its deployments, mean to its incidents; pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .. import arns
from ..findings.model import Kind
from ..model.service import ServiceRecord
from ..services.below import has_surplus
from ..services.outcomes import History, Outcome, is_replaced, is_settled, is_undone, judged_histories
from .deployments.blame import BlameWord, blame
from .model import Incident


def with_blame(incident: Incident, histories: Sequence[History] | None) -> Incident:
    """The incident of a service with what its deployments, as now known, are to blame for.

    None stands for a service of which no deployment is known; a standalone task has none, and no blame.
    """
    if incident.service is None:
        return incident
    found = blame(incident.key.kind, incident.cause, incident.failures, histories, incident.first_seen_at)
    replaced = bool(histories and found.deployment_id and is_replaced(histories, found.deployment_id))
    return replace(incident, blame=replace(found, replaced=replaced))


def with_news(incident: Incident, known: Sequence[History]) -> Incident:
    """The incident after a change among these deployments; as it was where some that failed is none of them.

    A record has the ten newest: of an older one nothing is learned any more, and nothing is forgotten.
    """
    ids = {one.deployment.deployment_id for one in known}
    return (
        with_blame(incident, known)
        if all(one.deployment_id in ids for one in incident.failures)
        else incident
    )


def is_over_by_deployments(incident: Incident, known: Sequence[History]) -> bool:
    """Whether what its service's deployments have come to ends the incident.

    That the one it began with is undone, unless another one's tasks failed since, or where the service had
    fallen short, that a newer one was completed; for a deployment that failed, whatever settles it.
    """
    if incident.key.kind is Kind.DEPLOYMENT_FAILED:
        return is_settled(known, incident.key.about or "")
    named = incident.blame and incident.blame.word is BlameWord.BEGAN_WITH and incident.blame.deployment_id
    last = max(incident.failures, key=lambda one: one.last_at, default=None)
    if not named or (last is not None and last.deployment_id != named):
        return False
    fell_short = incident.impact is not None and incident.impact.falls_short
    return is_undone(known, named) or (fell_short and is_replaced(known, named))


def end_words(incident: Incident, known: Sequence[History]) -> str:
    """What its service's deployments have come to that ended the incident."""
    named = incident.key.about or (incident.blame.deployment_id if incident.blame else None)
    undone = next((one for one in known if one.deployment.deployment_id == named and one.restored_at), None)
    if undone:
        to = arns.revision(undone.rolled_back_to)
        return f"rolled back to {to}" if to else "rolled back"
    completed = (one.deployment for one in known if one.outcome is Outcome.COMPLETED)
    deployed = next((arns.revision(one.task_definition_arn) for one in completed), None)
    return f"{deployed or 'another deployment'} was deployed"


def goes_on(incident: Incident, record: ServiceRecord) -> bool:
    """Whether the newest deployment is still under way, and tasks of it failed and fail on.

    ECS waits up to 27 minutes between two tries (Amazon ECS guide, service-throttle-logic).
    """
    newest = next(iter(record.deployments), None)
    if newest is None or newest.rollout is None or not newest.rolling:
        return False
    failed = {one.deployment_id for one in incident.failures}
    failed |= {incident.blame.deployment_id} if incident.blame and incident.blame.deployment_id else set()
    return newest.deployment_id in failed and newest.rollout.failed_tasks > 0


def stands(incident: Incident, record: ServiceRecord, now: datetime) -> bool:
    """Whether the record, as it was read last, still shows what an incident of a service is of.

    A service is impaired, whatever by, as long as it runs fewer tasks than it should, or cannot start more.
    """
    about = incident.key.about or ""
    if incident.key.kind is Kind.DEPLOYMENT_FAILED:
        known = judged_histories(record)
        return known is not None and not is_settled(known, about)
    if incident.key.kind is Kind.HOOK_WAITING:
        return any(hook.hook_id == about and hook.awaits_action(now) for hook in record.hooks)
    if incident.key.kind is Kind.SCALE_IN_BLOCKED:
        return has_surplus(record)
    return record.below_desired_since is not None or goes_on(incident, record)
