"""Which incident speaks for another: of one matter one message; pure.

incident            spoken for by
of a struck owner   the incident of all owners that the cause struck, unless a program's own one is high
of stops            DEPLOYMENT_FAILED of the deployment whose tasks failed, also after that is over
BELOW_DESIRED,      any other one of its service, which this impact raises, unless a rule keeps that low
START_IMPAIRED
SERVICE_IMPAIRED    DEPLOYMENT_FAILED
of a service        another one of its stops that is high and was heard of first
"""

from collections.abc import Iterable, Sequence

from ..findings.causes import is_shared
from ..findings.model import Kind, Severity
from .model import SEVERAL, Incident, Shared
from .reported import IncidentKey
from .severity import STOPS, has_impact, is_of_impact
from .shared import TOGETHER

_FOLDED = STOPS | {Kind.STUCK, Kind.SERVICE_IMPAIRED}


def shared_key(incident: Incident) -> IncidentKey | None:
    """The key of the incident of all owners that its cause struck; None where it never is one of several."""
    key = incident.key
    if key.kind not in _FOLDED or key.owner == SEVERAL or key.about or is_of_impact(incident):
        return None
    return IncidentKey(cluster_arn=key.cluster_arn, owner=SEVERAL, kind=key.kind, cause=key.cause)


def failing_deployments(incident: Incident) -> Sequence[str]:
    """The deployments whose tasks failed in the current occurrence."""
    since = incident.first_seen_at
    return [one.deployment_id for one in incident.failures if one.last_at >= since]


def deployment_keys(incident: Incident) -> Sequence[IncidentKey]:
    """The keys of the incidents of these deployments, of which any may speak for it."""
    key = incident.key
    if key.kind not in STOPS or incident.service is None:
        return ()
    return [
        IncidentKey(
            cluster_arn=key.cluster_arn, owner=key.owner, kind=Kind.DEPLOYMENT_FAILED, cause=None, about=one
        )
        for one in failing_deployments(incident)
    ]


def is_spoken_for(incident: Incident, others: Iterable[Incident]) -> bool:
    """Whether one of the others speaks for the incident."""
    known = [one for one in others if one.key != incident.key]
    return (
        any(_is_shared_by(incident, one) for one in known)
        or _is_of_deployments(incident, known)
        or any(_is_of_service(incident, one) for one in known)
    )


def _is_shared_by(incident: Incident, other: Incident) -> bool:
    if not other.open or other.shared is None or other.key != shared_key(incident):
        return False
    own = not is_shared(incident.key.kind, incident.cause)
    return _is_among(incident, other, other.shared) and not (own and incident.severity.is_high)


def _is_among(incident: Incident, several: Incident, shared: Shared) -> bool:
    """Whether it is of one of these owners, or was struck since these were."""
    listed = {one.name for one in shared.owners}
    return incident.key.owner in listed or incident.last_seen_at >= several.began_at - TOGETHER


def _is_of_deployments(incident: Incident, others: Sequence[Incident]) -> bool:
    failed = (one for one in others if one.key.kind is Kind.DEPLOYMENT_FAILED)
    speaking = {one.key for one in failed if _belongs_to(incident, one)}
    keys = deployment_keys(incident)
    return bool(keys) and speaking.issuperset(keys)


def _belongs_to(incident: Incident, failed: Incident) -> bool:
    """Whether stops of the deployment's tasks do: it goes on, it was replaced, or they are no news since."""
    if failed.resolved_at is None or (failed.blame is not None and failed.blame.replaced):
        return True
    return not incident.severity.is_high and incident.last_seen_at <= failed.resolved_at


def _is_of_service(incident: Incident, other: Incident) -> bool:
    same = (other.key.cluster_arn, other.key.owner) == (incident.key.cluster_arn, incident.key.owner)
    kind = incident.key.kind
    if not same or not other.open or not has_impact(other.key) or kind not in STOPS | {Kind.SERVICE_IMPAIRED}:
        return False
    if is_of_impact(incident) and not is_of_impact(other):
        return other.severity is not Severity.LOW or not incident.severity.is_high
    if kind is Kind.SERVICE_IMPAIRED and other.key.kind is Kind.DEPLOYMENT_FAILED:
        return True
    return other.key.kind in STOPS and _was_heard_first(other, incident)


def _was_heard_first(other: Incident, incident: Incident) -> bool:
    """Whether people know of the other, that it is high, and not of this one."""

    def is_heard(one: Incident) -> bool:
        box = one.outbox
        heard = box.standing is not None and box.standing.is_high
        return one.severity.is_high and (heard or box.waits)

    return is_heard(other) and not is_heard(incident)
