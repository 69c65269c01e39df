"""The port `Ledger` in memory: for large captures and for tests, under the same contract as the table."""

from collections.abc import Mapping, Sequence
from threading import Lock

from reconciler.decide import Verdict, classify, refresh, succeed
from reconciler.errors import LedgerError
from reconciler.model import HistoryRow, LedgerEntry, Observation, Source
from reconciler.ports import Recorded, Recording


class MemoryLedger:
    """Keeps everything for as long as it lives; many threads may record at once."""

    def __init__(self) -> None:
        self._entries: dict[str, LedgerEntry] = {}
        self._rows: dict[str, dict[tuple[int, Source], HistoryRow]] = {}
        self._lock = Lock()

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        with self._lock:
            return {item.observation.state.task_arn: self._record(item) for item in recordings}

    def entry(self, task_arn: str) -> LedgerEntry | None:
        return self._entries.get(task_arn)

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        rows = self._rows.get(task_arn, {}).values()
        return tuple(sorted(rows, key=lambda row: (row.version, row.source is not Source.EVENT)))

    def _record(self, recording: Recording) -> Recorded:
        for row in recording.rows:
            self._rows.setdefault(row.task_arn, {})[row.version, row.source] = row
        previous = self._entries.get(recording.observation.state.task_arn)
        entry = _after(previous, recording.observation)
        self._entries[entry.state.task_arn] = entry
        return Recorded(previous=previous, entry=entry)


def _after(previous: LedgerEntry | None, observation: Observation) -> LedgerEntry:
    recorded = previous.state.version if previous else None
    if previous is None or classify(recorded, observation.state.version) is Verdict.NEWER:
        return succeed(previous, observation)
    return refresh(previous, observation) or previous
