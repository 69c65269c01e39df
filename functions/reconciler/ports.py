"""All that the use cases need from outside, in the model's words.

Every answer is total: whatever was asked for has an entry in it, if only one that says "no answer".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .errors import LedgerError
from .model import Absence, HistoryRow, LedgerEntry, Observation, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a batch tells of one task: the observation to record, and the rows that the others leave."""

    observation: Observation
    rows: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the gate answered: the entry before, and the entry that now stands.

    `previous` is None for a task that was not in the ledger. Where the observation was refused as a duplicate
    or stale, `entry` is the winner it lost to.
    """

    previous: LedgerEntry | None
    entry: LedgerEntry

    @property
    def previous_version(self) -> int | None:
        return self.previous.state.version if self.previous else None


class Tasks(Protocol):
    """The tasks that ECS knows now."""

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        """The state of each task asked for, MISSING where ECS knows none, UNKNOWN where it did not say.

        Any number of tasks of one cluster. Raises `TransientError` or `TerminalError` when a call fails.
        """


class Ledger(Protocol):
    """The one gate through which task state is written, and what it has let in."""

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        """What became of each task's observation, by task ARN; one task's error leaves the others alone.

        An entry is only ever replaced by a higher version of its task, whoever else writes at the same time.
        History rows are written first, so an entry never stands without its row; a recording that ended in an
        error may be given again as it is.
        """

    def entry(self, task_arn: str) -> LedgerEntry | None:
        """The task's entry; None when the ledger has never heard of it."""

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        """The task's history by version, and for one version the event before the description."""
