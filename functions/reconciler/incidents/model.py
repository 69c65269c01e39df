"""An incident, and what it is made of: frozen values."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from .. import arns
from ..costs.total import Total
from ..findings.model import Cause, Severity, worst
from ..model.logs import Place
from .deployments.blame import Blame
from .deployments.failures import Failures
from .facts.impact import Impact, Level
from .facts.occurrences import Occurrences
from .outbox import Outbox
from .reported import IncidentKey, Sample

SEVERAL = "*"  # the owner of an incident of several services or task families


class Status(StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Owner:
    """A service or task family among several that one cause struck: how often, and how it runs."""

    name: str
    count: int
    level: Level = Level.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The owners that one cause struck, the worst first, and how many more there are.

    A message has named so many (`named`) of them, and these as down.
    """

    owners: tuple[Owner, ...] = ()
    others: int = 0
    named: int = 0
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

    `severity` is what it is by its impact, `cause_severity` the highest of its findings'. `noted_at` is when
    its last fault was, or when its condition was last seen to stand, `due_at` when to look at it again; None
    when there is nothing more to do. `cause` is that of the newest finding. `failures` are those of each
    deployment, `blame` what follows from them. `shared` is there where it is of several owners,
    `waste` is what its tasks that came to nothing cost in all its occurrences, None where nobody counted.
    `tasks_of_run` is how many tasks a run of standalone work has, None where nobody counted.
    `target_group_arn` is that of its service, where a read of it showed one. `joined` are the
    published incidents that it speaks for, `returned_at` is when it was last opened again, `ended_by` what is
    known to have ended it. It is `archived` once a newer incident of its key has taken its place.
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
    waste: Total | None = None
    service_arn: str | None = None
    failures: tuple[Failures, ...] = ()
    blame: Blame | None = None
    impact: Impact | None = None
    shared: Shared | None = None
    tasks_of_run: int | None = None
    target_group_arn: str | None = None
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
    def short_id(self) -> str:
        """By which people name it: `inc-` and eight hexadecimal digits of a hash of its id."""
        return f"inc-{hashlib.sha256(self.incident_id.encode('utf-8', 'replace')).hexdigest()[:8]}"

    @property
    def began_at(self) -> datetime:
        """When its current occurrence was first reported, by this ledger's clock."""
        return self.returned_at or self.opened_at

    @property
    def highest_severity(self) -> Severity:
        """The highest that was published, or that it has."""
        return worst(self.severity, *self.outbox.published)

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

    def reopened(self, at: datetime) -> Self:
        """The incident open again, as its fault is back; what it said of its end is gone."""
        return replace(self, status=Status.OPEN, resolved_at=None, ended_by=None, returned_at=at)

    @property
    def service(self) -> str | None:
        return arns.service_of(self.key.owner)

    @property
    def cluster(self) -> str:
        return arns.cluster_name(self.key.cluster_arn) or ""

    @property
    def log(self) -> Place | None:
        """Where the container that failed in its newest task logs; None where that is not known."""
        return self.samples[0].log if self.samples else None

    @property
    def task_definition_arn(self) -> str | None:
        return self.task_definition_arns[0] if self.task_definition_arns else None
