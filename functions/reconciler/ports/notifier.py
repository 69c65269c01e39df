"""Where messages are published."""

from typing import Protocol

from ..notifications.message import Message


class Notifier(Protocol):
    """Who hears of incidents."""

    def publish(self, message: Message) -> None:
        """Sends the message; once this returned, it is on its way to all subscribers."""
