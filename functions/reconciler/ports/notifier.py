"""Where messages are published."""

from typing import Protocol

from ..notifications.message import Message


class Notifier(Protocol):
    """The topics that people and programs subscribe to."""

    def publish(self, message: Message) -> None:
        """Sends the message; once this returned, it is on its way to all subscribers."""
