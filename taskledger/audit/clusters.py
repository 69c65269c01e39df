"""The audit of one cluster: all tasks and services that ECS lists there or that are open in the ledger.

ECS is asked before the ledger is read, so that an event that arrives in between leaves the ledger ahead and
not behind. Where the ledger is behind all the same, both are compared again after a while.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name
from reconciler.chunks import chunks
from reconciler.errors import LedgerError
from reconciler.model.task import Absence
from reconciler.use_cases.cluster_tasks import cluster_tasks

from .compare import differences
from .difference import BEHIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from reconciler.adapters.dynamodb.reads import LedgerReads
    from reconciler.ports.ecs import Tasks
    from reconciler.ports.services import EcsServices

    from ..deployed.services.ledger import DeployedServices
    from .difference import Difference, DifferenceKind
    from .missed_events import MissedEvents

CHUNK = 100  # tasks in one DescribeTasks or BatchGetItem call, and the most that are compared again


@dataclass(slots=True, kw_only=True)
class ClusterAudit:
    """The result for one cluster: the differences of each task and service, None where ECS gave no answer."""

    cluster_arn: str
    tasks: dict[str, Sequence[Difference] | None] = field(default_factory=dict)
    services: dict[str, Sequence[Difference] | None] = field(default_factory=dict)
    missed: MissedEvents | None = None
    error: LedgerError | None = None

    @property
    def name(self) -> str:
        return cluster_name(self.cluster_arn) or self.cluster_arn

    @property
    def unknown(self) -> int:
        return sum(found is None for found in self._compared)

    @property
    def differences(self) -> list[Difference]:
        return [each for found in self._compared for each in found or ()]

    @property
    def kinds(self) -> Counter[DifferenceKind]:
        """How many tasks and services differ in each way."""
        return Counter(kind for found in self._compared for kind in {each.kind for each in found or ()})

    @property
    def unexplained(self) -> int:
        """How many tasks and services have a difference that a correct ledger does not have."""
        return sum(any(not each.kind.explained for each in found or ()) for found in self._compared)

    @property
    def explained(self) -> int:
        """How many tasks and services have only differences that a correct ledger has too."""
        return sum(bool(found) for found in self._compared) - self.unexplained

    @property
    def _compared(self) -> Iterable[Sequence[Difference] | None]:
        return (*self.tasks.values(), *self.services.values())


@dataclass(slots=True, kw_only=True)
class Audit:
    """The result for all clusters; `errors` are those that belong to none."""

    stack: str
    at: datetime
    clusters: list[ClusterAudit] = field(default_factory=list)
    errors: list[LedgerError] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        return sum(cluster.unexplained for cluster in self.clusters)

    @property
    def incomplete(self) -> bool:
        """Whether anything was not compared."""
        return bool(self.errors) or any(cluster.error or cluster.unknown for cluster in self.clusters)

    @property
    def code(self) -> int:
        """The exit code: what could not be compared counts more than what differs."""
        return 2 if self.incomplete else min(self.unexplained, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditContext:
    """What an audit needs; `wait` comes before a second comparison, `on_progress` takes the tasks so far."""

    tasks: Tasks
    ledger: LedgerReads
    services: EcsServices
    records: DeployedServices
    clock: Callable[[], datetime]
    wait: Callable[[], None]
    on_progress: Callable[[int], None]


def audit_cluster(cluster_arn: str, context: AuditContext, *, may_be_gone: bool) -> ClusterAudit:
    """Compares every task; an error ends it and is in the result, with the differences found until then.

    `may_be_gone` when ECS's complete list of clusters does not name it.
    """
    audit = ClusterAudit(cluster_arn=cluster_arn)
    try:
        open_tasks = context.ledger.open_tasks(cluster_arn)
        task_arns, gone = cluster_tasks(cluster_arn, context.tasks, open_tasks, may_be_gone=may_be_gone)
        _compare(audit, task_arns, context, gone=gone)
        behind = [arn for arn, found in audit.tasks.items() if _is_behind(found)]
        if 0 < len(behind) <= CHUNK:
            context.wait()
            _compare(audit, behind, context, gone=gone)
    except LedgerError as error:
        audit.error = error
    return audit


def _compare(audit: ClusterAudit, task_arns: Sequence[str], context: AuditContext, *, gone: bool) -> None:
    for chunk in chunks(task_arns, CHUNK):
        missing = dict.fromkeys(chunk, Absence.MISSING)
        described = missing if gone else context.tasks.describe(audit.cluster_arn, chunk)
        tagged = context.ledger.with_tags(list(context.ledger.entries(chunk).values()))
        entries, now = {one.state.task_arn: one for one in tagged}, context.clock()
        for arn, answer in described.items():
            known = answer is not Absence.UNKNOWN
            audit.tasks[arn] = differences(entries.get(arn), answer, now) if known else None
        context.on_progress(len(audit.tasks))


def _is_behind(found: Sequence[Difference] | None) -> bool:
    return any(each.kind in BEHIND for each in found or ())
