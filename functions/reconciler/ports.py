"""All that the use cases need from outside, in the model's words.

Every answer is total: whatever was asked for has an entry in it, if only one that says "no answer". What can
fail raises `TransientError` or `TerminalError` unless it says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .errors import LedgerError
from .incident import Found, Incident, Key
from .messages import Message
from .model import Absence, HistoryRow, LedgerEntry, Observation, Protection, TaskState
from .protections import Answer


class Listing(StrEnum):
    """Which tasks to list, by desiredStatus; together they are all that ListTasks shows."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """An entry as it is since `at`, and as it was before; None where it is the first of its task."""

    entry: LedgerEntry
    previous: LedgerEntry | None
    at: datetime


class Tasks(Protocol):
    """The tasks that ECS knows now."""

    def clusters(self) -> Sequence[str]:
        """The ARNs of all clusters."""

    def list_tasks(self, cluster_arn: str, listing: Listing) -> Sequence[str]:
        """The ARNs of the cluster's tasks of that listing: all of them, or an error.

        Raises `ClusterNotFound` for a cluster that ECS does not know.
        """

    def list_service(self, cluster_arn: str, service: str) -> Sequence[str]:
        """The ARNs of the service's tasks that are to run; empty for a service that ECS does not know."""

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        """The state of each task asked for, MISSING where ECS knows none, UNKNOWN where it did not say.

        Any number of tasks of one cluster.
        """

    def protection(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, Answer | Absence]:
        """The scale-in protection of each task asked for; any number of tasks of one cluster."""


class Ledger(Protocol):
    """The one gate through which task state is written, and what it has let in."""

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        """What became of each task's observation, by task ARN; one task's error leaves the others alone.

        An entry is only ever replaced by a higher version of its task, whoever else writes at the same time.
        History rows are written first, so an entry never stands without its row; a recording that ended in an
        error may be given again as it is.
        """

    def protect(self, task_arn: str, protection: Protection) -> None:
        """Keeps what was told of a task's protection, unless something later is known of it."""

    def miss(self, entry: LedgerEntry, since: datetime | None) -> None:
        """Marks an open entry as missing from ECS since then, or with None as seen again.

        Nothing is written when the entry moved on since it was read.
        """

    def close(self, entry: LedgerEntry, now: datetime) -> bool:
        """Closes an entry as UNOBSERVED; False when it moved on meanwhile, and nothing was written."""

    def entry(self, task_arn: str) -> LedgerEntry | None:
        """The task's entry; None when the ledger has never heard of it."""

    def entries(self, task_arns: Sequence[str]) -> Mapping[str, LedgerEntry]:
        """The entries of those tasks that have one; any number of tasks."""

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        """The task's history by version, and for one version the event before the description."""

    def clusters(self) -> Sequence[str]:
        """The ARNs of all clusters whose tasks were ever recorded."""

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        """The ARNs of the cluster's tasks that the ledger believes to live."""

    def protected(self, cluster_arn: str) -> Mapping[str, Protection]:
        """The cluster's tasks whose protection was on when last told of, by task ARN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One sweep over all clusters, which several runs may share: when it began, and where it goes on.

    `after` is the last task ARN that was looked at in `cluster_arn`; both None at the beginning.
    """

    began: datetime
    cluster_arn: str | None = None
    after: str | None = None


class Passes(Protocol):
    """Where a sweep keeps its place, and one run keeps the others out."""

    def take(self, run: str, now: datetime, until: datetime) -> Pass | None:
        """The pass to go on with, or a new one; None while another run has it and its time is not up.

        A run that has the pass may take it again.
        """

    def keep(self, run: str, place: Pass) -> None:
        """Stores the place that the run has come to; `TransientError` when another has overtaken it."""

    def leave(self, run: str, place: Pass | None) -> None:
        """Lets others go on from that place, unless overtaken; None when the pass is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an incident was not saved: findings that were told before, by id, or another who was faster."""

    known: frozenset[str]
    overtaken: bool


class Incidents(Protocol):
    """Findings and their incidents, which are at the same time what is still to be told of them."""

    def current(self, key: Key) -> Incident | None:
        """The open incident of that key, with all that was saved before this call."""

    def latest(self, incident: Incident) -> Incident | None:
        """The same incident as it now stands, open or over."""

    def save(
        self, incident: Incident, before: Incident | None, found: Sequence[Found], now: datetime
    ) -> Refused | None:
        """Stores the incident and these findings, together or not at all; None when it is done.

        Refused unless the incident still is what it was `before` (None: no open one of its key), and none of
        the findings was ever stored. At most `MOST_FOUND` findings.
        """

    def save_all(self, incidents: Sequence[Incident]) -> bool:
        """Stores the next revisions of up to `MOST_FOUND` open incidents, together or not at all.

        False when any of them is not at the revision before.
        """

    def due(self, cluster_arn: str, now: datetime) -> Sequence[Incident]:
        """The cluster's incidents that are to be looked at by now."""


MOST_FOUND = 99  # with the incident itself, what DynamoDB takes in one transaction


class Notifier(Protocol):
    """Who hears of incidents."""

    def publish(self, message: Message) -> None:
        """Sends the message; once this returned, it is on its way to all subscribers."""
