"""What became of observed events, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.use_cases.recording.service_events import ObservedService
from reconciler.use_cases.recording.task_events import Observed

if TYPE_CHECKING:
    from reconciler.use_cases.observe import ObserveResult


@dataclass(slots=True, kw_only=True)
class Counts:
    """Events of services have no currency, and those that leave nothing behind no verdict.

    `skipped` are those that are not read, by their detail-type.
    """

    accepted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    currency: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, result: ObserveResult) -> None:
        """Counts all messages but those that failed."""
        taken = {*result.events, *result.services, *result.calls}
        self.accepted += len(taken - result.failed.keys())
        self.skipped.update(skipped.detail_type for skipped in result.skipped.values())
        for observed in result.events.values():
            if isinstance(observed, Observed):
                self.verdicts[observed.verdict] += 1
                self.currency[observed.currency] += 1
        for of_service in result.services.values():
            if isinstance(of_service, ObservedService) and of_service.verdict:
                self.verdicts[of_service.verdict] += 1
