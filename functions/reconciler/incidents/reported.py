"""What is reported to an incident: a finding with its task, and the key that says of which it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import arns
from ..costs.prices import PricesByRegion
from ..costs.total import Total
from ..findings.model import Cause, Finding, Kind
from ..model.logs import Place
from ..model.task import Container, TaskState
from ..services.outcomes import History, rolling_at
from .facts.waste import waste


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentKey:
    """What findings have in common that are one incident; `owner` is `service:NAME`, `family:NAME` or `*`.

    Where `about` is set, it stands in the place of the cause: each deployment that fails is an incident of
    its own, and its cause, which is None here, may become known only later.
    """

    cluster_arn: str
    owner: str
    kind: Kind
    cause: Cause | None
    about: str | None = None

    def __str__(self) -> str:
        return f"{self.cluster_arn}|{self.owner}|{self.kind}|{self.about or self.cause or '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A task of an incident as it is shown: of its containers, the name, exit code and reason.

    Those that its finding names stand first. `log` is where the first of them logs, None where that is not
    known.
    """

    task_arn: str
    task_definition_arn: str | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    containers: tuple[Container, ...] = ()
    log: Place | None = None

    @property
    def failed(self) -> Container | None:
        """The container that failed; None where none did that ever ran."""
        first = next(iter(self.containers), None)
        return first if first and first.exit_code is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding, when its fault occurred, and the tasks that are to be shown with it.

    `deployment_id` is the deployment that started the failing task, or that failed itself. `state` is that of
    the task, None where it is none of a task or says nothing of its end.
    """

    finding: Finding
    at: datetime
    samples: tuple[Sample, ...] = ()
    deployment_id: str | None = None
    state: TaskState | None = None

    @property
    def key(self) -> IncidentKey:
        return key_of(self.finding)

    @property
    def ran(self) -> str | None:
        """The task definition that the deployment ran; None where the finding does not say."""
        of_it = self.finding.task_arn or self.finding.deployment_id == self.deployment_id
        return self.finding.task_definition_arn if of_it else None

    def waste(self, own: PricesByRegion) -> Total:
        """What its task cost, if that came to nothing."""
        return waste(self.finding.kind, self.state, own)


def key_of(finding: Finding) -> IncidentKey:
    """The key of the incident that the finding is of."""
    return IncidentKey(
        cluster_arn=finding.cluster_arn,
        owner=finding.owner,
        kind=finding.kind,
        cause=None if finding.about else finding.cause,
        about=finding.about,
    )


def report_finding(finding: Finding, at: datetime, state: TaskState | None = None) -> ReportedFinding:
    """The finding of a task with its task; without a state, with the containers that the finding names."""
    deployment_id = arns.deployment_id(state.started_by) if state and state.service else None
    samples = (_sample(finding, state),) if finding.task_arn else ()
    return ReportedFinding(finding=finding, at=at, samples=samples, deployment_id=deployment_id, state=state)


def report_service_finding(
    finding: Finding, known: Sequence[History] | None, samples: tuple[Sample, ...] = ()
) -> ReportedFinding:
    """The finding of a service with the deployment that it is of, or that was under way at the time."""
    rolling = rolling_at(known or (), finding.occurred_at)
    under_way = rolling.deployment.deployment_id if rolling else None
    return ReportedFinding(
        finding=finding,
        at=finding.occurred_at,
        samples=samples,
        deployment_id=finding.deployment_id or under_way,
    )


def _sample(finding: Finding, state: TaskState | None) -> Sample:
    if state is None:
        named = tuple(Container(name=n, exit_code=finding.exit_codes.get(n)) for n in finding.containers)
        return Sample(task_arn=finding.subject_arn, containers=named)
    concerned = [c for c in state.containers if c.exit_code or c.reason or c.name in finding.containers]
    concerned.sort(key=lambda one: one.name not in finding.containers)
    return Sample(
        task_arn=state.task_arn,
        task_definition_arn=state.task_definition_arn,
        stop_code=state.stop_code,
        stopped_reason=state.stopped_reason and state.stopped_reason[:300],
        containers=tuple(
            Container(name=c.name[:80], exit_code=c.exit_code, reason=c.reason and c.reason[:200])
            for c in concerned[:4]
        ),
    )
