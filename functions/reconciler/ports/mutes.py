"""The store of mutes: what a person wants nothing published of, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import InvalidInput
from ..findings.policy import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A scope of which nothing is published until then; `note` is what the person said of it."""

    mute_id: str
    scope: Scope
    until: datetime
    created_at: datetime
    note: str | None = None


class Mutes(Protocol):
    """What people have muted; one that was ended before its time has that time instead."""

    def save(self, mute: Mute) -> None:
        """Mutes until its time, in the place of an earlier one of its id."""

    def ending_after(self, moment: datetime) -> Sequence[Mute | InvalidInput]:
        """The mutes that last longer, with all that was saved before this call, the first to end first.

        For one that cannot be read, what is wrong with it.
        """
