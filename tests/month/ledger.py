"""A ledger in memory for a month: what has been over for long makes it no slower."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taskledger.local.memory_ledger import MemoryLedger

if TYPE_CHECKING:
    from datetime import datetime

KEPT = timedelta(hours=3)  # a sweep looks again at what closed in the last two


class ShortLedger(MemoryLedger):
    """Drops what closed long ago, with its history: it looks through all that it has for what is open."""

    def drop_closed(self, now: datetime) -> None:
        with self._lock:
            old = [arn for arn, one in self._entries.items() if one.closed and one.closed.at < now - KEPT]
            for arn in old:
                del self._entries[arn], self._rows[arn]
