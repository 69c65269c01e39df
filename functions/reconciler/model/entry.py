"""What the ledger knows of a task: its current entry, and one row for each version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .protection import Protection
from .tags import KeptTags
from .task import ClosedAs, Source, TaskState


@dataclass(frozen=True, slots=True)
class Closure:
    """How the ledger knows that a task is over, and since when."""

    how: ClosedAs
    at: datetime


@dataclass(frozen=True, slots=True)
class Passing:
    """A status that no version reported, and when a description of the entry's version first showed it."""

    status: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """The ledger's current knowledge of one task: the highest version seen, and its first source.

    `missing_since` is when a sweep found it open here and unknown to ECS; None once it was seen again.
    Where `kept_tags` is set, its tags are kept in another row, and the state need not have them.
    `above_since` is when a sweep found its version above the one that ECS described; None when it is not.
    `replayed` when the state came from an EventBridge replay: old news notifies nobody. `passing` is the last
    status that came without a version of its own.
    """

    state: TaskState
    source: Source
    observed_at: datetime
    described_at: datetime | None = None
    closed: Closure | None = None
    protection: Protection | None = None
    missing_since: datetime | None = None
    above_since: datetime | None = None
    replayed: bool = False
    passing: Passing | None = None
    kept_tags: KeptTags | None = field(default=None, compare=False)

    @property
    def open(self) -> bool:
        return self.closed is None

    @property
    def began_at(self) -> datetime:
        """When the task was created; at the latest, where ECS does not say."""
        return self.state.created_at or self.observed_at

    @property
    def stopping(self) -> bool:
        """Whether the task was asked to stop, and is not over yet."""
        return self.open and self.state.desired_status == "STOPPED"

    @property
    def stop_asked_at(self) -> datetime:
        """When a task that is to stop was asked to; at the latest, where ECS does not say."""
        return self.state.stopping_at or self.observed_at

    def knows_tags(self, tags: Mapping[str, str] | None, at: datetime) -> bool:
        """Whether these are its tags, in the state or kept beside it, so that there is nothing to write."""
        kept = self.kept_tags is not None and tags is not None and self.kept_tags.hold(tags, at)
        return kept or self.state.tags == tags

    @property
    def unobserved(self) -> bool:
        """Whether it was closed because ECS no longer knew the task, its stop never reported."""
        return self.closed is not None and self.closed.how is ClosedAs.UNOBSERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One version of a task as one source reported it; the same report always makes the same row."""

    task_arn: str
    version: int
    source: Source
    last_status: str
    desired_status: str | None
    at: datetime
