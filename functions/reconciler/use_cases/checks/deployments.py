"""What is known of the deployments that an incident may have begun with."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ...arns import service_of
from ...errors import InvalidInput, LedgerError
from ...incidents.failures import LOOK_BACK, Failures
from ...incidents.model import IncidentKey, ReportedFinding
from ...model.service import ServiceRecord
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ...services.merge import with_deployment
from ...services.outcomes import History, judged_histories
from ...services.signs import has_failed


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


def with_definitions(record: ServiceRecord, incidents: Incidents) -> ServiceRecord:
    """The record with what failed deployments deploy, as far as the failing tasks of open incidents show it.

    An event names no task definition, and the next reading may come when the deployment is gone.
    """
    unnamed = {
        one.deployment_id: one
        for one in record.deployments
        if one.task_definition_arn is None and has_failed(one)
    }
    if not unnamed:
        return record
    try:
        unresolved = incidents.unresolved(record.cluster_arn)
    except LedgerError:  # what is not known keeps no alert back
        return record
    for failed in (each for one in unresolved if one.service == record.service for each in one.failures):
        if failed.task_definition_arn and (one := unnamed.get(failed.deployment_id)):
            record = with_deployment(record, replace(one, task_definition_arn=failed.task_definition_arn))
    return record


def earlier_failures(
    incidents: Incidents, key: IncidentKey, found: Sequence[ReportedFinding]
) -> Sequence[Failures]:
    """The failures of the same kind and cause in the day before these, of an incident that is over."""
    if service_of(key.owner) is None:
        return ()
    since = min(one.at for one in found) - LOOK_BACK
    before = incidents.last_resolved(key, since)
    return [one for one in before.failures if one.last_at >= since] if before else ()
