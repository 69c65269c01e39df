"""A ledger in memory for a month: what has been over for long makes it no slower."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from taskledger.local.memory_ledger import MemoryLedger

KEPT = timedelta(hours=3)  # a sweep looks again at what closed in the last two


def drop_closed(ledger: MemoryLedger, now: datetime) -> None:
    """Drops what closed long ago, with its history: it is searched for what is open."""
    entries, rows = ledger._entries, ledger._rows  # noqa: SLF001 - no ledger but this one needs to forget
    for arn in [arn for arn, one in entries.items() if one.closed and one.closed.at < now - KEPT]:
        del entries[arn], rows[arn]
