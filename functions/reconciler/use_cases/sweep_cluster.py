"""The sweep of one cluster: all tasks that ECS lists there or the ledger believes to live, by the hundred.

    describe -> read the entries -> drift -> record, mark, close -> what is stuck, what may be protected

A cluster that fails on the way is reported with its error; what was done before stays done.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..chunks import chunks
from ..drift import Drift, drift
from ..errors import InvalidInput, LedgerError
from ..findings.model import Finding
from ..findings.policy import Policy
from ..gate import Verdict, classify
from ..incidents.reported import ReportedFinding
from ..model.entry import LedgerEntry
from ..model.protection import Protection
from ..model.task import Absence, TaskState
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger, Recorded, Recording
from ..ports.sweep_progress import SweepProgress
from ..protection import ProtectionChange
from .check_protection import check_protection
from .checks.repairs import repairs
from .checks.stuck import find_stuck
from .checks.twice_seen import TwiceSeen
from .cluster_tasks import cluster_tasks
from .service_sweep.context import ServicesSwept

CHUNK = 100  # tasks in one DescribeTasks, GetTaskProtection or BatchGetItem call


@dataclass(slots=True)
class ClusterSweepResult:
    """What a run found in one cluster: how often each drift and repair, and what failed.

    Counted beside the drifts are REPAIRED (a version recorded that no event had brought), REFRESHED (health,
    tags or an end concluded too early, at the ledger's own version), CLOSED, RESET (taken back to what ECS
    described), changes of protection, and what `services` counts. `late` should have been reported when the
    tasks closed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[LedgerError] = field(default_factory=list)
    stuck: list[Finding] = field(default_factory=list)
    late: list[ReportedFinding] = field(default_factory=list)
    services: ServicesSwept = field(default_factory=ServicesSwept)


def no_progress(cluster_arn: str, result: ClusterSweepResult) -> None:
    """Reports nothing of what is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepContext:
    """What sweeping works with; it stops when `out_of_time`, calls `on_progress` after each hundred tasks."""

    tasks: Tasks
    ledger: Ledger
    clock: Callable[[], datetime]
    out_of_time: Callable[[], bool]
    policy: Policy
    on_progress: Callable[[str, ClusterSweepResult], None] = no_progress


@dataclass(slots=True)
class ClusterSweep:
    """One run through one cluster; `may_be_gone` when ECS's complete list of clusters did not name it."""

    context: SweepContext
    place: SweepProgress
    result: ClusterSweepResult
    may_be_gone: bool
    gone: bool = False
    protectable: dict[str, Protection | None] = field(default_factory=dict)

    @property
    def cluster_arn(self) -> str:
        assert self.place.cluster_arn is not None  # noqa: S101 - set before the cluster's turn
        return self.place.cluster_arn

    def run(self) -> str | None:
        """The task after which to go on, when time was up; None when the cluster is done, or failed."""
        try:
            return self._tasks()
        except LedgerError as error:
            self.result.errors.append(error)
            return None

    def _tasks(self) -> str | None:
        after, ledger = self.place.after or "", self.context.ledger
        open_tasks = ledger.open_tasks(self.cluster_arn)
        ledger.mark_cluster(self.cluster_arn, self.context.clock(), has_tasks=bool(open_tasks))
        task_arns, self.gone = cluster_tasks(
            self.cluster_arn, self.context.tasks, open_tasks, may_be_gone=self.may_be_gone
        )
        if not self.gone:
            ledger.keep_cluster(self.cluster_arn, self.context.clock())
        due = [arn for arn in task_arns if arn > after]
        for chunk in chunks(due, CHUNK):
            if self.context.out_of_time():
                break
            self._compare(chunk)
            after = chunk[-1]
            self.context.on_progress(self.cluster_arn, self.result)
            if len(self.protectable) >= CHUNK:
                self._ask_protection(CHUNK)
        self._ask_protection(len(self.protectable))
        return after if due and after < due[-1] else None

    def _compare(self, chunk: Sequence[str]) -> None:
        described = self._describe(chunk)
        # After the description, which may be long in coming: what an event brings meanwhile is not missed.
        now = self.context.clock()
        entries = self.context.ledger.entries(chunk)
        self.result.errors += entries.unreadable.values()
        recordings: list[Recording] = []
        current = dict(entries)
        for arn in (each for each in chunk if each not in entries.unreadable):
            entry, answer = entries.get(arn), described[arn]
            found = drift(entry, answer)
            self.result.counts[found] += 1
            if isinstance(answer, TaskState):
                recordings += repairs(entry, answer, found, now)
            if entry:
                current |= self._conclude(entry, answer, found, now)
        current |= self._record(recordings)
        for arn, answer in described.items():
            if isinstance(answer, TaskState) and arn in current:
                self._check_running(current[arn], answer, now)

    def _describe(self, chunk: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        if self.gone:
            return dict.fromkeys(chunk, Absence.MISSING)
        try:
            return self.context.tasks.describe(self.cluster_arn, chunk)
        except LedgerError as error:
            self.result.errors.append(error)
            return dict.fromkeys(chunk, Absence.UNKNOWN)

    def _conclude(
        self, entry: LedgerEntry, answer: TaskState | Absence, found: Drift, now: datetime
    ) -> Mapping[str, LedgerEntry]:
        """The entry by its task, if it was reset."""
        twice = TwiceSeen(self.context.ledger, self.place.began)
        if twice.close_missing(entry, found, now):
            self.result.counts["CLOSED"] += 1
        after = twice.reset_above(entry, answer, found, now)
        if after is None:
            return {}
        self.result.counts["RESET"] += 1
        return {after.state.task_arn: after}

    def _record(self, recordings: Sequence[Recording]) -> Mapping[str, LedgerEntry]:
        entries = {}
        for arn, outcome in self.context.ledger.record(recordings).items():
            if isinstance(outcome, Recorded):
                entries[arn] = outcome.entry
                self._count_repair(outcome)
            else:
                self.result.errors.append(outcome)
        return entries

    def _count_repair(self, outcome: Recorded) -> None:
        """A state that an event brought in the meantime was none to repair."""
        verdict = classify(outcome.previous_version, outcome.entry.state.version)
        if verdict in {Verdict.NEW, Verdict.NEWER}:
            self.result.counts["REPAIRED"] += 1
        elif outcome.entry != outcome.previous:
            self.result.counts["REFRESHED"] += 1

    def _check_running(self, entry: LedgerEntry, described: TaskState, now: datetime) -> None:
        """What is to be seen in a description alone: a task that is stuck, and one that may be protected."""
        if described.version < entry.state.version:
            return
        try:
            self.result.stuck += find_stuck(entry, described, now, self.context.ledger, self.context.policy)
        except InvalidInput as error:  # its history cannot be read
            self.result.errors.append(error)
        if described.service and described.last_status == described.desired_status == "RUNNING":
            self.protectable[described.task_arn] = entry.protection

    def _ask_protection(self, most: int) -> None:
        due, context = dict(list(self.protectable.items())[:most]), self.context
        for arn in due:
            del self.protectable[arn]
        try:
            checked = check_protection(
                self.cluster_arn, due, tasks=context.tasks, ledger=context.ledger, clock=context.clock
            )
        except LedgerError as error:
            self.result.errors.append(error)
        else:
            changes = (one.change for one in checked.values())
            self.result.counts.update(change for change in changes if change is not ProtectionChange.NONE)
