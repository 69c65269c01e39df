"""The port `Mutes` in memory, under the same contract as the table."""

from collections.abc import Sequence
from datetime import datetime

from reconciler.ports.mutes import Mute


class MemoryMutes:
    """Keeps them all."""

    def __init__(self) -> None:
        self._mutes: dict[str, Mute] = {}

    def save(self, mute: Mute) -> None:
        self._mutes[mute.mute_id] = mute

    def ending_after(self, moment: datetime) -> Sequence[Mute]:
        lasting = (one for one in self._mutes.values() if one.until > moment)
        return sorted(lasting, key=lambda one: one.until)
