"""What the ledger knows of a task: its current entry, and one row for each version."""

from dataclasses import dataclass
from datetime import datetime

from .protection import Protection
from .task import ClosedAs, Source, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """The ledger's current knowledge of one task: the highest version seen, and who told it first.

    `missing_since` is when a sweep found it open here and unknown to ECS; None once it was seen again.
    `replayed` when an EventBridge replay told the state: what is old news wakes nobody.
    """

    state: TaskState
    source: Source
    observed_at: datetime
    described_at: datetime | None = None
    closed_as: ClosedAs | None = None
    closed_at: datetime | None = None
    protection: Protection | None = None
    missing_since: datetime | None = None
    replayed: bool = False

    @property
    def open(self) -> bool:
        return self.closed_as is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One version of a task as one source told it; the same telling always makes the same row."""

    task_arn: str
    version: int
    source: Source
    last_status: str
    desired_status: str | None
    at: datetime
