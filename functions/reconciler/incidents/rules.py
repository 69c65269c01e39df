"""What the policy's rules say of an incident: its teams, its runbook, until when it is muted; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..findings.model import Cause, Kind
from ..findings.policy import Policy
from .model import Incident, Status
from .timing import quiet_at


def owners(incident: Incident) -> Sequence[str]:
    """The services and task families that it is of, as far as they are known by name."""
    shared = incident.shared.owners if incident.shared else ()
    return [one.name for one in shared] or [incident.key.owner]


def about(incident: Incident, owner: str | None = None) -> tuple[str, str, Kind, Cause | None]:
    """What a rule has to cover that is for it, or for one of its owners."""
    key = incident.key
    return key.cluster_arn, owner or key.owner, key.kind, incident.cause


def teams(incident: Incident, policy: Policy) -> Mapping[str, str | None]:
    """Who looks after it, for each of its owners."""
    return {name: policy.team(*about(incident, name)) for name in owners(incident)}


def runbook(incident: Incident, policy: Policy) -> str | None:
    """The address of its runbook; None where not all of its owners have the same one."""
    found = {policy.runbook(*about(incident, name)) for name in owners(incident)}
    return found.pop() if len(found) == 1 else None


def muted_until(incident: Incident, policy: Policy, now: datetime) -> datetime | None:
    """Until when nothing is published of it; None where no mute covers it, nor, of several owners, each."""
    of_all = policy.muted_until(*about(incident), now)
    if incident.shared is None or incident.shared.others:
        return of_all
    of_each = [policy.muted_until(*about(incident, name), now) for name in owners(incident)]
    known = [until for until in of_each if until]
    return max(filter(None, (of_all, min(known) if known == of_each else None)), default=None)


def without_mute(incident: Incident, policy: Policy, now: datetime) -> Incident:
    """The incident, over if only a mute keeps it open: it waits to be resolved, and is about nothing new."""
    quiet = incident.ended_by is not None or now >= quiet_at(incident, policy)
    if not (incident.open and quiet and muted_until(incident, policy, now)):
        return incident
    return replace(incident, status=Status.RESOLVED, resolved_at=now)
