"""Single values as DynamoDB holds them, and back."""

from __future__ import annotations

import hashlib
import struct
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from ....errors import InvalidInput
from ....text import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Value = Mapping[str, Any]
    Item = Mapping[str, Value]

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGEST = "sha256:"
_LONGEST_ERROR = 500  # characters: what is wrong with a value may repeat it
_LONGEST_KEY = 1000  # bytes: a sort key may have 1024


@contextmanager
def reading(item: Item, what: str) -> Iterator[None]:
    """Raises `InvalidInput` with the item's key for what cannot be read of it, whoever wrote it."""
    try:
        yield
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError, struct.error) as error:
        raise InvalidInput(_key(item), f"the {what} cannot be read: {error!r}"[:_LONGEST_ERROR]) from error


def read_or_error(read: Callable[[Item], T], item: Item) -> T | InvalidInput:
    """What `read` makes of the item, or what is wrong with it."""
    try:
        return read(item)
    except InvalidInput as error:
        return error


def _key(item: Item) -> str:
    try:
        return f"{item['pk']['S']}/{item['sk']['S']}"
    except (KeyError, TypeError):
        return "row"


def number(value: int) -> Value:
    return {"N": str(value)}


def milliseconds(moment: datetime) -> Value:
    return number((moment - _EPOCH) // _MILLISECOND)


def seconds(moment: datetime) -> Value:
    return number((moment - _EPOCH) // timedelta(seconds=1))


def moment(value: Value) -> datetime:
    return _EPOCH + int(value["N"]) * _MILLISECOND


def when(item: Item, name: str) -> datetime | None:
    return moment(item[name]) if name in item else None


def text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def free_text(item: Item, name: str) -> str | None:
    """What somebody wrote, without credentials: an earlier version stored it as it came."""
    return redact(item[name]["S"]) if name in item else None


def digest(digest: str) -> Value:
    """As its bytes where that loses nothing, which is what every registry gives; else as it is."""
    try:
        raw = bytes.fromhex(digest.removeprefix(_DIGEST))
    except ValueError:
        return {"S": digest}
    return {"B": raw} if _DIGEST + raw.hex() == digest else {"S": digest}


def read_digest(value: Value) -> str:
    return _DIGEST + value["B"].hex() if "B" in value else str(value["S"])


def or_null(text: str | None) -> Value:
    return {"S": text} if text else {"NULL": True}


def or_same(value: Value | None, same: str | None) -> str | None:
    """What the attribute says; where it was left out, what it would have repeated."""
    return same if value is None else value.get("S")


def bounded(text: str) -> str:
    """The text, or where it is too long for a key its beginning with its checksum."""
    encoded = text.encode()
    if len(encoded) <= _LONGEST_KEY:
        return text
    return f"{encoded[:900].decode('utf-8', 'ignore')}#{hashlib.sha256(encoded).hexdigest()}"
