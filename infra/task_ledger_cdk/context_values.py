"""What a context value may be: each rule says what it allows, and turns what it finds into that.

`-c key=value` gives text, cdk.json gives JSON: every rule takes both. Reading a value that breaks the rule
raises ValueError, and `allowed` has the words for it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """What is allowed, in words for people, and the reading of a value."""

    allowed: str
    read: Callable[[object], T]


def whole(low: int, high: int) -> Rule[int]:
    def read(value: object) -> int:
        _require(low <= (number := _whole(value)) <= high)
        return number

    return Rule(allowed=f"a whole number from {low} to {high}", read=read)


def optional_whole(low: int, high: int) -> Rule[int | None]:
    """As `whole`, with None for an empty value."""
    rule = whole(low, high)
    return Rule(
        allowed=f"{rule.allowed}; empty for none",
        read=lambda value: None if value in (None, "") else rule.read(value),
    )


def whole_of(*choices: int) -> Rule[int]:
    def read(value: object) -> int:
        _require((number := _whole(value)) in choices)
        return number

    return Rule(allowed=_alternatives(*map(str, choices)), read=read)


def word_of(*choices: str) -> Rule[str]:
    def read(value: object) -> str:
        _require((word := _text(value)) in choices)
        return word

    return Rule(allowed=_alternatives(*choices), read=read)


def flag() -> Rule[bool]:
    def read(value: object) -> bool:
        _require(isinstance(value, bool) or value in ("true", "false"))
        return value in (True, "true")

    return Rule(allowed="true or false", read=read)


def text(pattern: str, allowed: str) -> Rule[str]:
    return Rule(allowed=allowed, read=lambda value: _matching(pattern, value))


def optional_text(pattern: str, allowed: str) -> Rule[str | None]:
    """As `text`, with None for an empty value."""
    return Rule(allowed=allowed, read=lambda value: _matching(pattern, value) if value else None)


def texts(pattern: str, allowed: str, *, at_most: int) -> Rule[tuple[str, ...]]:
    """Several texts: a JSON list, or one text with commas between; each once, in the order given."""

    def read(value: object) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(_matching(pattern, item) for item in _items(value)))
        _require(len(found) <= at_most)
        return found

    return Rule(allowed=allowed, read=read)


def pairs(name: str, value: str, allowed: str, *, at_most: int) -> Rule[tuple[tuple[str, str], ...]]:
    """Names with values, by name: a JSON object, or one text such as `team=shop,env=live`."""

    def read(given: object) -> tuple[tuple[str, str], ...]:
        items = given.items() if isinstance(given, Mapping) else map(_split, _items(given))
        found = {_matching(name, key): _matching(value, each) for key, each in items}
        _require(len(found) <= at_most)
        return tuple(sorted(found.items()))

    return Rule(allowed=allowed, read=read)


def _items(value: object) -> list[object]:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")] if value else []
    if isinstance(value, list):
        return value
    raise ValueError


def _split(item: object) -> tuple[str, str]:
    key, equals, value = _text(item).partition("=")
    _require(bool(equals))
    return key, value


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(_matching("[0-9]{1,9}", value))


def _matching(pattern: str, value: object) -> str:
    _require(bool(re.fullmatch(pattern, found := _text(value))))
    return found


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError


def _require(holds: bool) -> None:  # noqa: FBT001 - reads as what it is: require this
    if not holds:
        raise ValueError


def _alternatives(*choices: str) -> str:
    return " or ".join((", ".join(choices[:-1]), choices[-1]))
