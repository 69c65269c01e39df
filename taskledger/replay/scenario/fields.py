"""Readers of what a scenario's step says: the value in its right type, or an error that names the key."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.parsing.fields import kind, required, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from reconciler.parsing.fields import Fields

    Reader = Callable[[Fields, str], Any]

LONGEST = timedelta(days=3)  # of a scenario: a watch every minute for so long takes seconds

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_DEFINITION = re.compile(r"[A-Za-z0-9_-]{1,255}:[1-9]\d{0,8}")
_SPAN = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?")


def name(values: Fields, key: str) -> str:
    """A name that ECS would take for a cluster or service, and that is short enough to read."""
    value = required(text(values, key, ""), key)
    if not _NAME.fullmatch(value):
        raise InvalidInput(key, f'must be a name of letters, digits, - and _, found "{value[:40]}"')
    return value


def definition(values: Fields, key: str) -> str:
    """A revision of a task definition: `checkout:2`."""
    value = required(text(values, key, ""), key)
    if not _DEFINITION.fullmatch(value):
        raise InvalidInput(key, f'must be a task definition such as web:2, found "{value[:40]}"')
    return value


def sentence(values: Fields, key: str) -> str:
    return required(text(values, key, ""), key)


def span(values: Fields, key: str) -> timedelta:
    """A time since the scenario began, or between two runs: `90s`, `1h30m`."""
    value = required(text(values, key, ""), key)
    parts = _SPAN.fullmatch(value)
    if not parts:
        raise InvalidInput(key, f'must be a time such as 90s, 20m or 1h30m, found "{value[:40]}"')
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if found > LONGEST:
        raise InvalidInput(key, f"must be within {LONGEST.days} days, found {value}")
    return found


def interval(values: Fields, key: str) -> timedelta:
    found = span(values, key)
    if found < timedelta(minutes=1):
        raise InvalidInput(key, f"must be a minute or more, found {values[key]}")
    return found


def yes(values: Fields, key: str) -> bool:
    if values.get(key) is not True:
        raise InvalidInput(key, f"must be true, found {kind(values.get(key))}")
    return True


def choice(allowed: Collection[str]) -> Reader:
    """A reader of one of these words."""

    def read(values: Fields, key: str) -> str:
        value = required(text(values, key, ""), key)
        if value not in allowed:
            raise InvalidInput(key, f'must be one of {", ".join(allowed)}, found "{value[:40]}"')
        return value

    return read


def number(least: int, most: int) -> Reader:
    """A reader of a whole number within these limits."""

    def read(values: Fields, key: str) -> int:
        value = required(whole(values, key, "", negative=True), key)
        if not least <= value <= most:
            raise InvalidInput(key, f"must be from {least} to {most}, found {value}")
        return value

    return read


def facts(values: Fields, keys: Collection[str]) -> Mapping[str, Any]:
    """What is expected, by field; only what JSON can hold can be what `--json` prints."""
    if not keys:
        raise InvalidInput("expect", "says nothing that is expected: lastStatus, version, findings, ...")
    found = {key: values[key] for key in keys}
    for key, value in found.items():
        try:
            json.dumps(value)
        except (TypeError, RecursionError) as error:
            raise InvalidInput(key, "must be as --json prints it: a time is a text there") from error
    return found
