"""What is on the page: chapters, each with what one ledger holds of one span of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.service import ServiceRecord

    from ..local.memory_incidents import SentMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A task, what is wrong with it, and each version of it; `rows` is empty where nobody read them."""

    entry: LedgerEntry
    findings: Sequence[Finding] = ()
    rows: Sequence[HistoryRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What one ledger holds of the time since `since`; None: of all its time.

    Tasks and services are as of `now`, incidents as of `ended_at`. `messages` are all that were sent; None
    where the ledger alone is known, which keeps of each incident when a severity was published last.
    """

    title: str
    since: datetime | None = None
    now: datetime
    ended_at: datetime
    policy: Policy
    lives: Sequence[Life]
    services: Sequence[tuple[ServiceRecord, Sequence[Finding]]]
    incidents: Sequence[Incident]
    messages: Sequence[SentMessage] | None = None

    @property
    def has_anything(self) -> bool:
        """Whether there is anything to show but services of which nothing is known to have happened."""
        deployed = any(record.deployments for record, _ in self.services)
        return bool(self.lives or self.incidents) or deployed
