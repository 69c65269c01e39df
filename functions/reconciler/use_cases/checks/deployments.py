"""What is known of the deployments that an incident may have begun with."""

from collections.abc import Collection, Sequence

from ...arns import service_of
from ...errors import InvalidInput
from ...incidents.blame import LOOK_BACK
from ...incidents.failures import Failures
from ...incidents.model import IncidentKey, ReportedFinding
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ...services.outcomes import History, judged_histories


def known_deployments(
    services: ServiceLedger, key: IncidentKey, deployment_ids: Collection[str]
) -> Sequence[History] | None:
    """The deployments of the incident's service; None where none is known, as for standalone tasks."""
    service = service_of(key.owner)
    if service is None:
        return None
    try:
        return judged_histories(services.service(key.cluster_arn, service, deployment_ids))
    except InvalidInput:  # what cannot be read keeps no alert back
        return None


def earlier_failures(
    incidents: Incidents, key: IncidentKey, found: Sequence[ReportedFinding]
) -> Sequence[Failures]:
    """The failures of the same kind and cause in the day before these, of an incident that is over."""
    if service_of(key.owner) is None:
        return ()
    since = min(one.at for one in found) - LOOK_BACK
    before = incidents.last_resolved(key, since)
    return [one for one in before.failures if one.last_at >= since] if before else ()
