"""The ledger: the gate through which task state is written, and what it has let in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from ..errors import InvalidInput, LedgerError
from ..model.entry import HistoryRow, LedgerEntry, Passing
from ..model.protection import Protection
from ..model.task import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a batch holds of one task: the observation to record, and the rows that the others leave.

    `unanswered_at` is when ECS gave no answer about the task: its cluster may be made up.
    """

    observation: Observation
    rows: tuple[HistoryRow, ...]
    unanswered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the gate answered: the entry before, and the entry that now stands; both may lack their tags.

    `previous` is None for a task that was not in the ledger. Where the observation was refused as a duplicate
    or stale, `entry` is the winner it lost to.
    """

    previous: LedgerEntry | None
    entry: LedgerEntry

    @property
    def previous_version(self) -> int | None:
        return self.previous.state.version if self.previous else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """An entry as it is since `at`, and as it was before; None where it is the first of its task."""

    entry: LedgerEntry
    previous: LedgerEntry | None
    at: datetime


class Entries(dict[str, LedgerEntry]):
    """Entries by task ARN, and what is wrong with those that cannot be read, which are not among them."""

    unreadable: Mapping[str, InvalidInput]

    @classmethod
    def of(cls, found: Mapping[str, LedgerEntry | InvalidInput]) -> Self:
        entries = cls({arn: one for arn, one in found.items() if not isinstance(one, InvalidInput)})
        entries.unreadable = {arn: one for arn, one in found.items() if isinstance(one, InvalidInput)}
        return entries


class Ledger(Protocol):
    """The one gate through which task state is written, and what it has let in.

    An entry never goes back to a lower version, but by `reset`.
    """

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        """What became of each task's observation, by task ARN; one task's error leaves the others alone.

        An entry is only ever replaced by a higher version of its task, whoever else writes at the same time.
        History rows are written first, so an entry never stands without its row; a recording that ended in an
        error may be given again as it is.
        """

    def reset(self, entry: LedgerEntry, recording: Recording) -> LedgerEntry | None:
        """The entry after it was taken back to a lower version that ECS described; None where it moved on.

        The one exception to "an entry never goes back". Written is what a newer version would write, and only
        while version and `above_since` are those of `entry`, as it was read. The rows are written first.
        """

    def record_protection(
        self, cluster_arn: str, task_arn: str, known: Protection | None, protection: Protection
    ) -> bool:
        """Keeps what is known of a task's protection now; False where it was not what is stored as `known`.

        `known` is what was read; it is recognised by when ECS was asked.
        """

    def mark_missing(self, entry: LedgerEntry, since: datetime | None) -> None:
        """Marks an open entry as missing from ECS since then, or with None as seen again.

        Nothing is written when the entry moved on since it was read.
        """

    def mark_above(self, entry: LedgerEntry, since: datetime | None) -> None:
        """Marks an entry, open or closed, as above ECS's description since then, or with None as no longer.

        Nothing is written when the entry moved on since it was read. A new version takes the mark away.
        """

    def mark_passing(self, entry: LedgerEntry, passing: Passing) -> None:
        """Notes a status that a description showed beside the entry's own; the next version ends it.

        Nothing is written when the entry moved on since it was read, or has that status noted already.
        """

    def close(self, entry: LedgerEntry, now: datetime) -> bool:
        """Closes an entry as UNOBSERVED; False when it moved on meanwhile, and nothing was written."""

    def entry(self, task_arn: str) -> LedgerEntry | None:
        """The task's entry; None when the ledger has never heard of it."""

    def entries(self, task_arns: Sequence[str]) -> Entries:
        """The entries of those tasks that have one; any number of tasks. They may lack their tags."""

    def closed_between(
        self, cluster_arn: str, since: datetime, until: datetime
    ) -> Sequence[LedgerEntry | InvalidInput]:
        """The cluster's entries that closed in that time, and what is wrong with unreadable ones.

        They may lack their tags.
        """

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        """The task's history by version, and for one version the event before the description.

        Raises `InvalidInput` when one of its rows cannot be read.
        """

    def clusters(self) -> Sequence[str]:
        """The ARNs of all clusters with tasks in the ledger, but of those for which ECS never answered."""

    def active_clusters(self) -> Sequence[str]:
        """The ARNs of clusters to watch: at least those with a protected task or an incident that is due."""

    def mark_cluster(self, cluster_arn: str, now: datetime, *, has_tasks: bool) -> None:
        """Keeps the cluster known while it has open tasks, and to be watched while something in it is due."""

    def keep_cluster(self, cluster_arn: str, now: datetime) -> None:
        """Keeps a known cluster known for as long as what is recorded of it is kept: ECS answered for it."""

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        """The ARNs of the cluster's tasks that the ledger believes to live."""

    def protected(self, cluster_arn: str) -> Mapping[str, Protection | InvalidInput]:
        """The cluster's tasks whose protection was on when it was last checked, by task ARN.

        For one that cannot be read, what is wrong with it.
        """
