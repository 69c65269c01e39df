"""The table in memory with its stream: each write is a call, and each change is passed on once it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import LedgerError, TransientError
from reconciler.ports.ledger import EntryChange
from reconciler.ports.services import ServiceChange

from ...local.memory_ledger import MemoryLedger
from ...local.memory_services import MemoryServices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.ports.ledger import Recorded, Recording

    from ...simulator.engine.clock import Clock
    from .calls import Runs


class StreamedLedger(MemoryLedger):
    """Entries of tasks, of which every change is passed on; rows are written before their entry, as deployed.

    `back` are the entries that were replaced by a lower version, but by a reset; `early` those that were
    closed as UNOBSERVED while their task ran, as `runs` says.
    """

    def __init__(
        self,
        calls: Runs,
        clock: Clock,
        *,
        changed: Callable[[EntryChange], object],
        runs: Callable[[str], bool],
    ) -> None:
        super().__init__()
        self._calls, self._clock, self._changed, self._is_running = calls, clock, changed, runs
        self._resetting = False
        self.back: list[str] = []
        self.early: list[str] = []

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        found: dict[str, Recorded | LedgerError] = {}
        for one in recordings:
            try:
                found |= super().record([one])
            except TransientError as error:
                found[one.observation.state.task_arn] = error
        return found

    def reset(self, entry: LedgerEntry, recording: Recording) -> LedgerEntry | None:
        self._resetting = True
        try:
            return super().reset(entry, recording)
        finally:
            self._resetting = False

    def everything(self) -> Mapping[str, LedgerEntry]:
        return dict(self._entries)

    def _put_rows(self, recording: Recording) -> None:
        struck = self._calls.before()
        super()._put_rows(recording)
        self._calls.after(struck=struck)

    def _put(self, entry: LedgerEntry) -> None:
        struck = self._calls.before()
        before = self._entries.get(entry.state.task_arn)
        super()._put(entry)
        if before and before.state.version > entry.state.version and not self._resetting:
            self.back.append(entry.state.task_arn)
        if entry.unobserved and before and before.open and self._is_running(entry.state.task_arn):
            self.early.append(entry.state.task_arn)
        if before != entry:
            self._changed(EntryChange(entry=entry, previous=before, at=self._clock.now))
        self._calls.after(struck=struck)


class StreamedServices(MemoryServices):
    """Records of services, of which every change is passed on."""

    def __init__(self, changed: Callable[[ServiceChange], object]) -> None:
        super().__init__()
        self._changed = changed

    def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
        stood = self.service(record.cluster_arn, record.service)
        saved = super().save(record, before, now)
        stands = self.service(record.cluster_arn, record.service)
        if saved and stands:
            self._changed(ServiceChange(record=stands, previous=stood, at=now))
        return saved
