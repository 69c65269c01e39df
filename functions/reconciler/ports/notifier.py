"""Where messages are published."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ..errors import LedgerError
from ..notifications.message import Message


class Notifier(Protocol):
    """The topics that people and programs subscribe to."""

    @property
    def destinations(self) -> Sequence[str]:
        """The names of the topics, which stored notifications keep."""

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        """Sends the message to each of these destinations; the answer says why one did not get it.

        One that is not in it has the message on its way to all subscribers. A destination that does not exist
        any more gets nothing, and is not in the answer either.
        """
