"""How severe an incident is: what stopped says the cause, the service says how bad that is; pure.

    of stops and failed starts                 severity
    the service is down                        high
    it is degraded                             high; medium for what heals by itself
    neither                                    low; medium where it is often, or nothing of the deployment
                                               that it began with is steady yet; low for capacity taken away
    nobody knows                               that of the cause
    standalone work failed                     medium
    several owners                             the highest of these, at least medium; high if nothing starts

Other kinds have their own severity, which a service that is down raises to high. What is nothing but impact
is low where there is none. A rule of the policy is final.
"""

from datetime import datetime
from typing import Final

from .. import arns
from ..findings.causes import heals, stops_starts
from ..findings.causes.impaired_service import BELOW_DESIRED, START_IMPAIRED
from ..findings.model import Kind, Severity, worst
from ..findings.policy import Policy
from .facts.impact import Level, level_of
from .model import SEVERAL, Incident
from .reported import IncidentKey

STOPS: Final = frozenset(
    {
        Kind.TASK_FAILED_TO_START,
        Kind.ESSENTIAL_CONTAINER_FAILED,
        Kind.HEALTH_CHECK_FAILED,
        Kind.CAPACITY_INTERRUPTED,
        Kind.UNKNOWN_STOP,
    }
)
_OF_SERVICES = frozenset({Kind.DEPLOYMENT_FAILED, Kind.SERVICE_IMPAIRED})
_OF_IMPACT = frozenset({BELOW_DESIRED.cause, START_IMPAIRED.cause})
_SEVERAL = 3  # owners that nothing starts for


def is_run(incident: Incident) -> bool:
    """Whether it is of standalone work, which nobody starts again."""
    key = incident.key
    return key.kind in STOPS and incident.service is None and key.owner != SEVERAL


def is_of_impact(incident: Incident) -> bool:
    """Whether it is nothing but the impact that something else has on the service."""
    return incident.key.kind is Kind.SERVICE_IMPAIRED and incident.cause in _OF_IMPACT


def has_impact(key: IncidentKey) -> bool:
    """Whether the severity of such an incident depends on how its service runs."""
    return arns.service_of(key.owner) is not None and key.kind in STOPS | _OF_SERVICES


def severity_of(incident: Incident, now: datetime, policy: Policy) -> Severity:
    """How severe the incident is at that time."""
    key = incident.key
    ruled = policy.severity_rule(key.cluster_arn, key.owner, key.kind, incident.cause)
    return ruled or _judged(incident, level_of(incident.impact, now))


def _judged(incident: Incident, level: Level) -> Severity:
    kind = incident.key.kind
    if incident.shared:
        blocked = stops_starts(kind, incident.key.cause) and incident.shared.number >= _SEVERAL
        return worst(incident.cause_severity, Severity.HIGH if blocked else Severity.MEDIUM)
    if is_run(incident):
        return Severity.MEDIUM
    if kind in STOPS and level is not Level.UNKNOWN:
        return _of_stops(incident, level)
    if is_of_impact(incident) and level is Level.NONE:
        return Severity.LOW
    raised = kind in _OF_SERVICES and level is Level.DOWN
    return Severity.HIGH if raised else incident.cause_severity


def _of_stops(incident: Incident, level: Level) -> Severity:
    if level is Level.DOWN:
        return Severity.HIGH
    if level is Level.DEGRADED:
        return Severity.MEDIUM if heals(incident.cause) else Severity.HIGH
    if incident.key.kind is Kind.CAPACITY_INTERRUPTED:
        return Severity.LOW
    often = incident.occurrences.is_often or (incident.blame is not None and incident.blame.none_steady)
    return Severity.MEDIUM if often else Severity.LOW
