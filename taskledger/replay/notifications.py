"""What people would be told of saved events as they come, with event time as the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.findings.policy import DEFAULT
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.observe import Observed

from ..local.memory_incidents import MemoryIncidents, MemoryNotifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.entry import LedgerEntry
    from reconciler.notifications.message import Message
    from reconciler.use_cases.observe import ObservedBatch

    from ..simulator.engine.clock import Clock


class ReplayNotifications:
    """Assesses what each batch changes; `sent` is what was told so far.

    Nothing happens between batches: what only time would bring (a reminder, an end, a digest) is not told.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notifier = MemoryNotifier()
        self._entries: dict[str, LedgerEntry] = {}
        self._alerts = Alerts(
            incidents=MemoryIncidents(),
            notifier=self._notifier,
            policy=DEFAULT,
            clock=lambda: clock.now,
        )

    @property
    def sent(self) -> Sequence[Message]:
        return self._notifier.sent

    def hear(self, batch: ObservedBatch) -> None:
        """Tells of what is new in the entries since the batches before."""
        observed = (outcome for outcome in batch.outcomes if isinstance(outcome, Observed))
        entries = {outcome.observation.state.task_arn: outcome.entry for outcome in observed}
        changed = {arn: entry for arn, entry in entries.items() if entry != self._entries.get(arn)}
        now, before = self._clock.now, self._entries.get
        assess(
            [EntryChange(entry=entry, previous=before(arn), at=now) for arn, entry in changed.items()],
            self._alerts,
        )
        self._entries |= changed
