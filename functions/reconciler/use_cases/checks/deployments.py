"""What is known of the deployments that an incident may have begun with."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from ...errors import InvalidInput, LedgerError
from ...findings.model import Kind
from ...findings.policy import Policy
from ...findings.services.rules import live, service_findings
from ...incidents.model import Incident
from ...incidents.reported import ReportedFinding, report_service_finding
from ...model.service import ServiceReading, ServiceRecord
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ...services.merge import merge_reading, with_deployment
from ...services.outcomes import History, judged_histories
from ...services.signs import has_failed


def known_deployments(
    services: ServiceLedger,
    incident: Incident,
    reading: ServiceReading | None,
    now: datetime,
) -> Sequence[History] | None:
    """The deployments of the incident's service, as just read where they were; None where none is known."""
    if incident.service is None:
        return None
    failed = [one.deployment_id for one in incident.failures]
    record = _record(services, incident.key.cluster_arn, incident.service, failed)
    return judged_histories(with_reading(record, reading, now) if reading else record)


def failing_deployment(
    services: ServiceLedger, reading: ServiceReading, now: datetime, policy: Policy
) -> Sequence[ReportedFinding]:
    """The finding on the newest deployment, if what was just read of the service shows that it fails."""
    state = reading.state
    record = with_reading(_record(services, state.cluster_arn, state.service, ()), reading, now)
    known = judged_histories(record)
    if not known:
        return ()
    newest = known[0].deployment.deployment_id
    return [
        report_service_finding(one, known)
        for one in service_findings(live(record), now, policy)
        if one.kind is Kind.DEPLOYMENT_FAILED and one.deployment_id == newest
    ]


def _record(
    services: ServiceLedger, cluster_arn: str, service: str, deployment_ids: Collection[str]
) -> ServiceRecord | None:
    try:
        return services.service(cluster_arn, service, deployment_ids)
    except InvalidInput:  # what cannot be read keeps no alert back
        return None


def with_reading(record: ServiceRecord | None, reading: ServiceReading, now: datetime) -> ServiceRecord:
    """The record with what was just read, which only a sweep stores; of it alone where none is stored."""
    state = reading.state
    known = record or ServiceRecord(service_arn=state.service_arn, cluster_arn=state.cluster_arn)
    return merge_reading(known, reading, now)


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
