"""An incident, and what it is made of: frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .. import arns
from ..findings.model import Cause, Finding, Kind, Severity
from ..model.task import Container, TaskState
from ..services.outcomes import History, rolling_at
from .blame import Blame
from .failures import Failures
from .impact import Impact, Level
from .occurrences import Occurrences
from .outbox import Outbox

SEVERAL = "*"  # the owner of an incident of several services or task families


class Status(StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


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
    """A task of an incident as it is shown: of its containers, the name, exit code and reason."""

    task_arn: str
    stop_code: str | None = None
    stopped_reason: str | None = None
    containers: tuple[Container, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding, when its fault occurred, and the tasks that are to be shown with it.

    `deployment_id` is the deployment that started the failing task, or that failed itself.
    """

    finding: Finding
    at: datetime
    samples: tuple[Sample, ...] = ()
    deployment_id: str | None = None

    @property
    def key(self) -> IncidentKey:
        return key_of(self.finding)


@dataclass(frozen=True, slots=True)
class Owner:
    """A service or task family among several that one cause struck: how often, and how it runs."""

    name: str
    count: int
    level: Level = Level.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The owners that one cause struck, the gravest first, and how many more there are.

    `named_down` are those that a message has named as down.
    """

    owners: tuple[Owner, ...] = ()
    others: int = 0
    named_down: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.owners) + self.others

    @property
    def down(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.owners if one.level is Level.DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as it stands: what was found, what it does to its service, and what was published.

    `severity` is what it is by its impact, `cause_severity` that of its gravest finding. `noted_at` is when its
    fault was last reported, by this ledger's clock, `due_at` when to look at it again; None when there is
    nothing more to do. `cause` is that of the newest finding. `failures` are those of each deployment, `blame`
    what follows from them. `shared` is there where it is of several owners, `tasks_of_run` is how many tasks a
    run of standalone work has, None where nobody counted. `joined` are the published incidents that it speaks
    for, `returned_at` is when it was last opened again, `ended_by` what is known to have ended it.
    It is `archived` once a newer incident of its key has taken its place.
    """

    key: IncidentKey
    opened_at: datetime
    severity: Severity
    cause_severity: Severity
    cause: Cause | None = None
    summary: str
    remedy: str
    occurrences: Occurrences
    noted_at: datetime
    status: Status = Status.OPEN
    task_definition_arns: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    service_arn: str | None = None
    failures: tuple[Failures, ...] = ()
    blame: Blame | None = None
    impact: Impact | None = None
    shared: Shared | None = None
    tasks_of_run: int | None = None
    joined: tuple[str, ...] = ()
    ended_by: str | None = None
    outbox: Outbox = field(default_factory=Outbox)
    due_at: datetime | None = None
    returned_at: datetime | None = None
    resolved_at: datetime | None = None
    archived: bool = False
    revision: int = 0

    @property
    def incident_id(self) -> str:
        """The key and when it opened: the same fault on another day is another incident."""
        return f"{self.key}|{self.opened_at:%Y%m%dT%H%M%S}.{self.opened_at.microsecond // 1000:03d}Z"

    @property
    def began_at(self) -> datetime:
        """When its current occurrence was first reported, by this ledger's clock."""
        return self.returned_at or self.opened_at

    @property
    def highest_severity(self) -> Severity:
        """The highest that was published, or that it has."""
        return max(self.severity, *self.outbox.published, key=lambda one: one.rank)

    @property
    def count(self) -> int:
        """The findings of the current occurrence."""
        return self.occurrences.current.count

    @property
    def first_seen_at(self) -> datetime:
        """When the first fault of the current occurrence was, by its own time."""
        return self.occurrences.current.first_at

    @property
    def last_seen_at(self) -> datetime:
        return self.occurrences.current.last_at

    @property
    def open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def service(self) -> str | None:
        return arns.service_of(self.key.owner)

    @property
    def cluster(self) -> str:
        return arns.cluster_name(self.key.cluster_arn) or ""

    @property
    def task_definition_arn(self) -> str | None:
        return self.task_definition_arns[0] if self.task_definition_arns else None


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
    return ReportedFinding(finding=finding, at=at, samples=samples, deployment_id=deployment_id)


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
    return Sample(
        task_arn=state.task_arn,
        stop_code=state.stop_code,
        stopped_reason=state.stopped_reason and state.stopped_reason[:300],
        containers=tuple(
            Container(name=c.name[:80], exit_code=c.exit_code, reason=c.reason and c.reason[:200])
            for c in concerned[:4]
        ),
    )
