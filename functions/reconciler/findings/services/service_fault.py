"""A finding of a service without its service, and the words in which deployments are named."""

from dataclasses import dataclass
from datetime import datetime

from ... import arns
from ...model.deployment import Deployment
from ...model.service import ServiceRecord
from ...services.outcomes import History
from ..causes.service_record import ServiceCauseRecord
from ..model import Fault, Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFault:
    """A fault of a service, its time, and the deployment that it is of or that was under way."""

    fault: Fault
    at: datetime
    deployment: Deployment | None = None
    service_deployment_arn: str | None = None
    about: str | None = None

    def of(self, record: ServiceRecord) -> Finding:
        fault, one, source = self.fault, self.deployment, self.deployment or record.state
        joined = one.service_deployment_arn if one else None
        return Finding(
            service_arn=record.service_arn,
            deployment_id=one.deployment_id if one else None,
            service_deployment_arn=self.service_deployment_arn or joined,
            cluster_arn=record.cluster_arn,
            group=f"service:{record.service}",
            task_definition_arn=source.task_definition_arn if source else None,
            kind=fault.kind,
            cause=fault.cause,
            severity=fault.severity,
            summary=fault.summary,
            remedy=fault.remedy,
            observed_at=record.observed_at or self.at,
            occurred_at=self.at,
            occasion=fault.occasion,
            about=self.about,
        )


def severity(cause: ServiceCauseRecord, record: ServiceRecord) -> Severity:
    """How much it matters: a service that runs nothing and can start nothing is down."""
    state = record.state
    down = state is not None and state.desired_count > 0 and state.running_count == 0
    return Severity.HIGH if cause.stops_starts and down else cause.severity


def named(history: History) -> str:
    """A deployment by what it changes, as `checkout:42 to :43`."""
    one, previous = history.deployment, history.previous
    before = previous.task_definition_arn if previous else None
    return revisions(before, one.task_definition_arn) or one.deployment_id


def revisions(previous_arn: str | None, task_definition_arn: str | None) -> str | None:
    """`checkout:42 to :43`, or what runs where nothing changes; None where that is not known."""
    before, after = arns.revision(previous_arn), arns.revision(task_definition_arn)
    if before is None or after is None or before == after:
        return after
    return f"{before} to {shortened(task_definition_arn, previous_arn)}"


def shortened(task_definition_arn: str | None, beside_arn: str | None) -> str:
    """`FAMILY:REVISION`, or `:REVISION` where what is named beside it is of the same family."""
    revision = arns.revision(task_definition_arn) or "an unknown task definition"
    family, colon, number = revision.partition(":")
    return f"{colon}{number}" if colon and family == arns.family(beside_arn) else revision
