"""The topic: what was published, by which run, and what came twice without need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import LedgerError, TransientError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.notifications.message import Message

    from .calls import Run, Runs


class Topic:
    """Counts the messages that it got, by their `notificationId`.

    A message may come again as long as nobody is known to have noted that it was sent: while the run that
    sent it is under way, or where it died or a call of it failed. What comes again after that is `doubled`.
    """

    destinations: Sequence[str] = ("alerts",)

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._sent: dict[str, list[Run]] = {}
        self.repeated: list[str] = []
        self.doubled: list[str] = []

    @property
    def published(self) -> frozenset[str]:
        """The `notificationId` of each message that came."""
        return frozenset(self._sent)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        try:
            struck = self._runs.before()
            self._take(message.notification_id, self._runs.current)
            self._runs.after(struck=struck)
        except TransientError as error:
            return dict.fromkeys(to, error)
        return {}

    def _take(self, notification_id: str, run: Run) -> None:
        before = self._sent.setdefault(notification_id, [])
        if before:
            self.repeated.append(notification_id)
        if any(one.ended and one.ended < run.began and not one.struck for one in before):
            self.doubled.append(notification_id)
        before.append(run)
