"""The protection of a task as attributes of its entry, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....model.protection import Protection, ProtectionEnd
from ..values import milliseconds, moment, when

if TYPE_CHECKING:
    from ..values import Item, Value

PROTECTED = "protectionExpiresAt"
PROTECTION_ATTRIBUTES = (PROTECTED, "protectionExpiredAt", "protectedSince", "protectionCheckedAt")


def protection_values(held: Protection) -> dict[str, Value]:
    """The attributes that hold a protection; all others of `PROTECTION_ATTRIBUTES` must go."""
    expires = PROTECTED if held.enabled else "protectionExpiredAt"
    times = {"protectionCheckedAt": held.checked_at, expires: held.expires_at, "protectedSince": held.since}
    return {name: milliseconds(time) for name, time in times.items() if time}


def protection(item: Item) -> Protection | None:
    """The protection that an entry holds; None for a task that never had any, as far as is known."""
    if "protectionCheckedAt" not in item:
        return None
    expired, since = when(item, "protectionExpiredAt"), when(item, "protectedSince")
    cleared = None if since else ProtectionEnd.CLEARED
    return Protection(
        ended=ProtectionEnd.EXPIRED if expired else cleared,
        expires_at=expired or when(item, PROTECTED),
        checked_at=moment(item["protectionCheckedAt"]),
        since=since,
    )
