"""The sweep: lists all that ECS knows, compares it with the ledger, and repairs what events missed.

One pass goes over all clusters; a run that ends before the pass leaves its place to the next. A cluster that
fails is told of and the others go on. Nothing is concluded from a listing that is not complete, and a task is
closed as unobserved only when ECS answered MISSING for it in two passes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from .decide import description, history_row, refresh
from .drift import Drift, drift, is_gone, may_vanish
from .errors import ClusterNotFound, LedgerError
from .findings import stuck
from .model import Absence, Finding, LedgerEntry, Protection, TaskState
from .policy import Policy
from .ports import Ledger, Listing, Pass, Passes, Recorded, Recording, Tasks
from .protect import ask_protection
from .protections import Change

CHUNK = 100  # tasks in one DescribeTasks, GetTaskProtection or BatchGetItem call


@dataclass(slots=True)
class ClusterSwept:
    """What a run found in one cluster: how often each drift and repair, and what failed."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[LedgerError] = field(default_factory=list)
    stuck: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Swept:
    """What a run did; `complete` when it came to the end of the pass.

    `errors` are those that belong to no cluster. `excluded` when another run was under way: nothing was done.
    """

    clusters: dict[str, ClusterSwept] = field(default_factory=dict)
    errors: list[LedgerError] = field(default_factory=list)
    complete: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a sweep works with: it stops when `out_of_time`, and looks at `clusters` only, unless empty."""

    tasks: Tasks
    ledger: Ledger
    passes: Passes
    clock: Callable[[], datetime]
    out_of_time: Callable[[], bool]
    policy: Policy
    clusters: Sequence[str] = ()

    def run(self, name: str, until: datetime) -> Swept:
        """Goes on with the pass under way, or begins one; other runs keep out until then at the latest."""
        swept = Swept()
        place = self.passes.take(name, self.clock(), until)
        if place is None:
            swept.excluded = True
            return swept
        try:
            place = self._clusters(name, place, swept)
        finally:
            self.passes.leave(name, place)
        swept.complete = place is None
        return swept

    def _clusters(self, name: str, place: Pass, swept: Swept) -> Pass | None:
        """Where the pass has to go on; None at its end."""
        listed = self._listed(swept)
        for cluster_arn in sorted({*listed, *self._known()}):
            if place.cluster_arn and cluster_arn < place.cluster_arn:
                continue
            if cluster_arn != place.cluster_arn:
                place = Pass(began=place.began, cluster_arn=cluster_arn)
                self.passes.keep(name, place)
            result = swept.clusters[cluster_arn] = ClusterSwept()
            after = _ClusterSweep(
                self, place, result, may_be_gone=bool(listed) and cluster_arn not in listed
            ).run()
            if after is not None:
                return replace(place, after=after)
        return None

    def _listed(self, swept: Swept) -> Sequence[str]:
        """The clusters that ECS lists; empty when it did not say, or was not to be asked."""
        if self.clusters:
            return ()
        try:
            return self.tasks.clusters()
        except LedgerError as error:
            swept.errors.append(error)
            return ()

    def _known(self) -> Sequence[str]:
        return self.clusters or self.ledger.clusters()


@dataclass(slots=True)
class _ClusterSweep:
    """One run through one cluster; `may_be_gone` when ECS's complete list of clusters did not name it."""

    sweep: Sweep
    place: Pass
    result: ClusterSwept
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
        universe = [arn for arn in self._universe() if arn > (self.place.after or "")]
        after = self.place.after or ""
        for chunk in _chunks(universe):
            if self.sweep.out_of_time():
                return after
            self._compare(chunk)
            after = chunk[-1]
            if len(self.protectable) >= CHUNK:
                self._ask_protection(CHUNK)
        self._ask_protection(len(self.protectable))
        return None

    def _universe(self) -> Sequence[str]:
        """All tasks of the cluster that ECS lists or the ledger believes to live."""
        found = set(self.sweep.ledger.open_tasks(self.cluster_arn))
        try:
            for listing in Listing:
                found.update(self.sweep.tasks.list_tasks(self.cluster_arn, listing))
        except ClusterNotFound:
            if not self.may_be_gone:
                raise
            self.gone = True
        return sorted(found)

    def _compare(self, chunk: Sequence[str]) -> None:
        ledger, now = self.sweep.ledger, self.sweep.clock()
        entries = ledger.entries(chunk)
        described = self._describe(chunk)
        recordings: list[Recording] = []
        for arn in chunk:
            entry, answer = entries.get(arn), described[arn]
            found = drift(entry, answer)
            self.result.counts[found] += 1
            if isinstance(answer, TaskState):
                recordings += _repair(entry, answer, found, now)
            if entry:
                self._missing(entry, answer, found, now)
        recorded = self._record(recordings)
        for arn, answer in described.items():
            if isinstance(answer, TaskState):
                self._look(recorded.get(arn) or entries.get(arn), answer, now)

    def _describe(self, chunk: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        if self.gone:
            return dict.fromkeys(chunk, Absence.MISSING)
        try:
            return self.sweep.tasks.describe(self.cluster_arn, chunk)
        except LedgerError as error:
            self.result.errors.append(error)
            return dict.fromkeys(chunk, Absence.UNKNOWN)

    def _missing(self, entry: LedgerEntry, answer: TaskState | Absence, found: Drift, now: datetime) -> None:
        """Marks what ECS has lost, closes what it had lost before too, and unmarks what came back."""
        ledger, counts = self.sweep.ledger, self.result.counts
        if found is Drift.VANISHED:
            if is_gone(entry, self.place.began, now):
                counts["CLOSED"] += ledger.close(entry, now)
            elif entry.missing_since is None and may_vanish(entry, now):
                ledger.miss(entry, now)
        elif entry.missing_since and isinstance(answer, TaskState) and found is not Drift.MISSED:
            ledger.miss(entry, None)

    def _record(self, recordings: Sequence[Recording]) -> Mapping[str, LedgerEntry]:
        entries = {}
        if recordings:
            for arn, outcome in self.sweep.ledger.record(recordings).items():
                if isinstance(outcome, Recorded):
                    entries[arn] = outcome.entry
                    self.result.counts["REPAIRED"] += 1
                else:
                    self.result.errors.append(outcome)
        return entries

    def _look(self, entry: LedgerEntry | None, described: TaskState, now: datetime) -> None:
        """What is to be seen in a description alone: a task that is stuck, and one that may be protected."""
        if entry is None:
            return
        self.result.stuck += stuck(replace(entry, state=described), now, self.sweep.policy)
        if described.service and described.last_status == described.desired_status == "RUNNING":
            self.protectable[described.task_arn] = entry.protection

    def _ask_protection(self, most: int) -> None:
        due = dict(list(self.protectable.items())[:most])
        for arn in due:
            del self.protectable[arn]
        try:
            asked = ask_protection(
                self.cluster_arn,
                due,
                tasks=self.sweep.tasks,
                ledger=self.sweep.ledger,
                clock=self.sweep.clock,
            )
        except LedgerError as error:
            self.result.errors.append(error)
        else:
            self.result.counts.update(one.change for one in asked.values() if one.change is not Change.NONE)


def _repair(
    entry: LedgerEntry | None, described: TaskState, found: Drift, now: datetime
) -> Iterator[Recording]:
    """What to record of a description: a version that the ledger lacks, or health and tags that changed."""
    observation = description(described, now)
    if found in {Drift.MISSED, Drift.UNRECORDED}:
        yield Recording(observation=observation, rows=(history_row(observation),))
    elif entry and refresh(entry, observation):
        yield Recording(observation=observation, rows=())


def _chunks(arns: Sequence[str]) -> Iterator[Sequence[str]]:
    return (arns[start : start + CHUNK] for start in range(0, len(arns), CHUNK))
