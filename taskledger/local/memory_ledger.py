"""The port `Ledger` in memory: for large captures and for tests, under the same contract as the table."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from reconciler.errors import LedgerError
from reconciler.gate import Verdict, classify, refresh, succeed
from reconciler.model.entry import Closure, HistoryRow, LedgerEntry, Passing
from reconciler.model.protection import Protection
from reconciler.model.task import ClosedAs, Observation, Source
from reconciler.ports.ledger import Entries, Recorded, Recording


class MemoryLedger:
    """Keeps everything for as long as it lives; many threads may record at once."""

    def __init__(self) -> None:
        self._entries: dict[str, LedgerEntry] = {}
        self._open: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._closed: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self._rows: dict[str, dict[tuple[int, Source], HistoryRow]] = {}
        self._protected: dict[str, Protection] = {}
        self._clusters: set[str] = set()
        self._active: set[str] = set()
        self._lock = Lock()

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        with self._lock:
            return {item.observation.state.task_arn: self._record(item) for item in recordings}

    def reset(self, entry: LedgerEntry, recording: Recording) -> LedgerEntry | None:
        if entry.above_since is None:
            return None
        with self._lock:
            self._put_rows(recording)
            current = self._entries.get(entry.state.task_arn)
            if current is None or _risen(entry) != _risen(current):
                return None
            after = succeed(current, recording.observation)
            self._put(after)
            return after

    def record_protection(
        self,
        cluster_arn: str,  # noqa: ARG002 - clusters need no mark here
        task_arn: str,
        known: Protection | None,
        protection: Protection,
    ) -> bool:
        with self._lock:
            entry = self._entries.get(task_arn)
            if entry is None or _checked_at(entry.protection) != _checked_at(known):
                return False
            self._put(replace(entry, protection=protection))
            return True

    def mark_missing(self, entry: LedgerEntry, since: datetime | None) -> None:
        self._mark(entry, lambda current: replace(current, missing_since=since))

    def mark_above(self, entry: LedgerEntry, since: datetime | None) -> None:
        with self._lock:
            current = self._entries.get(entry.state.task_arn)
            if current and _risen(entry) == _risen(current):
                self._put(replace(current, above_since=since))

    def mark_passing(self, entry: LedgerEntry, passing: Passing) -> None:
        with self._lock:
            current = self._entries.get(entry.state.task_arn)
            if current is None or not current.open or current.state.version != entry.state.version:
                return
            if current.passing is None or current.passing.status != passing.status:
                self._put(replace(current, passing=passing))

    def close(self, entry: LedgerEntry, now: datetime) -> bool:
        closed = Closure(ClosedAs.UNOBSERVED, now)
        return self._mark(entry, lambda current: replace(current, closed=closed))

    def _mark(self, entry: LedgerEntry, change: Callable[[LedgerEntry], LedgerEntry]) -> bool:
        with self._lock:
            current = self._entries.get(entry.state.task_arn)
            if current is None or not current.open or _moved(entry, current):
                return False
            self._put(change(current))
            return True

    def entries(self, task_arns: Sequence[str]) -> Entries:
        return Entries.of({arn: entry for arn in task_arns if (entry := self._entries.get(arn))})

    def closed_between(self, cluster_arn: str, since: datetime, until: datetime) -> Sequence[LedgerEntry]:
        with self._lock:
            closed = self._closed[cluster_arn]
            first = bisect_left(closed, since, key=_moment)
            end = bisect_right(closed, until, key=_moment)
            return [self._entries[arn] for _, arn in closed[first:end]]

    def clusters(self) -> Sequence[str]:
        with self._lock:
            return sorted(self._clusters)

    def active_clusters(self) -> Sequence[str]:
        with self._lock:
            return sorted(self._clusters | self._active)

    def mark_active(self, cluster_arn: str, until: datetime) -> None:  # noqa: ARG002 - a mark is never taken away
        """Has the cluster watched, also where nothing but services is known of it."""
        with self._lock:
            self._active.add(cluster_arn)

    def mark_cluster(self, cluster_arn: str, now: datetime, *, has_tasks: bool) -> None:
        """Nothing: a cluster is known, and watched, for as long as there are entries of it."""

    def keep_cluster(self, cluster_arn: str, now: datetime) -> None:
        """Nothing, for the same reason."""

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        with self._lock:
            return list(self._open[cluster_arn])

    def protected(self, cluster_arn: str) -> Mapping[str, Protection]:
        with self._lock:
            held = [(self._entries[arn], one) for arn, one in self._protected.items()]
        return {entry.state.task_arn: one for entry, one in held if entry.state.cluster_arn == cluster_arn}

    def entry(self, task_arn: str) -> LedgerEntry | None:
        return self._entries.get(task_arn)

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        rows = self._rows.get(task_arn, {}).values()
        return tuple(sorted(rows, key=lambda row: (row.version, row.source is not Source.EVENT, row.source)))

    def _record(self, recording: Recording) -> Recorded:
        self._put_rows(recording)
        previous = self._entries.get(recording.observation.state.task_arn)
        entry = _after(previous, recording.observation)
        self._put(entry)
        return Recorded(previous=previous, entry=entry)

    def _put(self, entry: LedgerEntry) -> None:
        arn, held = entry.state.task_arn, entry.protection
        self._index(self._entries.get(arn), entry)
        self._entries[arn] = entry
        self._clusters.add(entry.state.cluster_arn)
        if held and held.enabled and held.expires_at:
            self._protected[arn] = held
        else:
            self._protected.pop(arn, None)

    def _index(self, before: LedgerEntry | None, entry: LedgerEntry) -> None:
        """Keeps what is open, and what closed in order of time, by cluster: no question reads all entries."""
        arn = entry.state.task_arn
        if before and before.closed:
            self._closed[before.state.cluster_arn].remove((before.closed.at, arn))
        elif before and (entry.closed or before.state.cluster_arn != entry.state.cluster_arn):
            del self._open[before.state.cluster_arn][arn]
        if entry.closed:
            insort(self._closed[entry.state.cluster_arn], (entry.closed.at, arn))
        else:
            self._open[entry.state.cluster_arn][arn] = None

    def _put_rows(self, recording: Recording) -> None:
        for row in recording.rows:
            self._rows.setdefault(row.task_arn, {})[row.version, row.source] = row


def _moment(closed: tuple[datetime, str]) -> datetime:
    return closed[0]


def _checked_at(protection: Protection | None) -> datetime | None:
    return protection.checked_at if protection else None


def _moved(known: LedgerEntry, current: LedgerEntry) -> bool:
    return (known.state.version, known.missing_since) != (current.state.version, current.missing_since)


def _risen(entry: LedgerEntry) -> tuple[int, datetime | None]:
    return entry.state.version, entry.above_since


def _after(previous: LedgerEntry | None, observation: Observation) -> LedgerEntry:
    recorded = previous.state.version if previous else None
    if previous is None or classify(recorded, observation.state.version) is Verdict.NEWER:
        return succeed(previous, observation)
    return refresh(previous, observation) or previous
