"""What other incidents mean to one: read when it is about to publish something, and not before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...findings.model import Kind
from ...findings.policy import Policy
from ...incidents import rules
from ...incidents.case import Context
from ...incidents.lifecycle import advance
from ...incidents.model import Incident
from ...incidents.outbox import NotificationType
from ...incidents.speaking import deployment_keys, is_spoken_for, shared_key
from ...ports.incidents import Incidents
from ...ports.mutes import Mute, Mutes
from ..checks.task_logs import TaskLogs
from .readable import readable


@dataclass(slots=True)
class NextSteps:
    """The next steps of incidents in one run, which reads a cluster's open incidents once at the most.

    The mutes it reads once too: `with_mutes` is the policy with them. With `logs` they are to be linked to
    the logs of their containers.
    """

    incidents: Incidents
    mutes: Mutes
    policy: Policy
    logs: TaskLogs | None = None
    unresolved: dict[str, Sequence[Incident]] = field(default_factory=dict)
    with_mutes: Policy | None = None

    def take(self, incident: Incident, now: datetime, *, over: bool | None = None) -> Incident:
        """The next revision of the incident; what is published depends on the others, and on this hour."""
        incident = self.logs.located(incident) if self.logs else incident
        alone = advance(incident, Context(over=over), now, self.policy)
        if alone.outbox.sequence == incident.outbox.sequence:
            return alone
        policy = self._policy(now)
        others = [rules.without_mute(one, policy, now) for one in self._others(alone)]
        joining = replace(incident, joined=_joined(alone, others))
        context = Context(
            over=over,
            spoken_for=is_spoken_for(replace(alone, outbox=incident.outbox), others),
            messages=self.incidents.messages(now) if _counts(alone) else 0,
        )
        return advance(joining, context, now, policy)

    def note(self, incident: Incident) -> None:
        """What was stored of an incident is known to the steps after it."""
        known = self.unresolved.get(incident.key.cluster_arn)
        if known is not None:
            others = [one for one in known if one.key != incident.key]
            self.unresolved[incident.key.cluster_arn] = [*others, *([incident] if incident.open else [])]

    def _policy(self, now: datetime) -> Policy:
        """The policy with all mutes that are in force; one that cannot be read mutes nothing."""
        if self.with_mutes is None:
            found = (one for one in self.mutes.ending_after(now) if isinstance(one, Mute))
            self.with_mutes = self.policy.muting((one.scope, one.until) for one in found)
        return self.with_mutes

    def _others(self, incident: Incident) -> Sequence[Incident]:
        """The open incidents of its owner, and those whose key speaks for it, also if they are over."""
        key = incident.key
        if key.cluster_arn not in self.unresolved:
            self.unresolved[key.cluster_arn] = self.incidents.unresolved(key.cluster_arn)
        others = {one.key: one for one in self.unresolved[key.cluster_arn] if one.key.owner == key.owner}
        shared = shared_key(incident)
        keys = [*deployment_keys(incident), *([shared] if shared else [])]
        return list((others | dict(readable(self.incidents, keys))).values())


def _counts(incident: Incident) -> bool:
    """Whether the cap on messages may hold its newest message."""
    newest = incident.outbox.pending[-1].type
    opened = newest is NotificationType.OPENED
    return newest is NotificationType.ONGOING or (opened and not incident.severity.is_high)


def _joined(incident: Incident, others: Sequence[Incident]) -> tuple[str, ...]:
    """The published incidents that this one speaks for."""
    if incident.key.kind is not Kind.DEPLOYMENT_FAILED:
        return incident.joined
    spoken_for = (one.incident_id for one in others if one.outbox.standing and is_spoken_for(one, [incident]))
    return tuple(dict.fromkeys((*incident.joined, *spoken_for)))
