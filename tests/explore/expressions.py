"""DynamoDB's expressions, as far as the adapters use them, on one item; moto is asked in a test if it agrees.

condition   OR, AND, NOT, ( ), = <> < <= > >=, BETWEEN, IN,
            attribute_exists, attribute_not_exists, begins_with
update      SET name = value or if_not_exists(name, value), REMOVE, ADD to a number
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

Item = Mapping[str, Any]
Operand = Callable[["Given"], Any]
Test = Callable[["Given"], bool]

_TOKEN = re.compile(r"<=|>=|<>|[=<>(),]|[#:]?\w+")
_CLAUSES = frozenset({"SET", "REMOVE", "ADD"})
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What an expression is evaluated on: the item, and the names and values that it stands with."""

    item: Item
    names: Mapping[str, str]
    values: Mapping[str, Any]

    def name(self, token: str) -> str:
        return self.names[token] if token.startswith("#") else token

    def value(self, token: str) -> Any:
        """What a name or a placeholder stands for; None where the item has no such attribute."""
        return self.values[token] if token.startswith(":") else self.item.get(self.name(token))


def holds(condition: str | None, given: Given) -> bool:
    """Whether the condition holds for the item; one that is not there is empty."""
    return condition is None or _condition(condition)(given)


def updated(expression: str, given: Given) -> dict[str, Any]:
    """The item after the update; every value is taken from the item as it was."""
    after = dict(given.item)
    for change in _changes(expression):
        change(given, after)
    return after


def plain(value: Any) -> Any:
    """A value as it compares: its type, and for a number what it is and not how it is written."""
    if value is None:
        return None
    (kind, held), *_ = value.items()
    return kind, Decimal(held) if kind == "N" else held


@cache
def _condition(text: str) -> Test:
    parser = _Parser(_TOKEN.findall(text))
    test = parser.either()
    assert parser.peek() is None, text
    return test


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._place = tokens, 0

    def peek(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def take(self, expected: str | None = None) -> str:
        token = self._tokens[self._place]
        assert expected in (None, token), (expected, self._tokens)
        self._place += 1
        return token

    def either(self) -> Test:
        tests = [self._both()]
        while self.peek() == "OR":
            self.take()
            tests.append(self._both())
        return lambda given: any(test(given) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self.peek() == "AND":
            self.take()
            tests.append(self._one())
        return lambda given: all(test(given) for test in tests)

    def _one(self) -> Test:
        if self.peek() == "NOT":
            self.take()
            test = self._one()
            return lambda given: not test(given)
        if self.peek() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        first = self.take()
        return self._function(first) if self.peek() == "(" else self._comparison(first)

    def _function(self, name: str) -> Test:
        path, *others = self.listed()
        if name == "begins_with":
            return lambda given: (
                (given.value(path) or {}).get("S", "").startswith(given.value(others[0])["S"])
            )
        assert name in {"attribute_exists", "attribute_not_exists"}, name
        wanted = name == "attribute_exists"
        return lambda given: (given.value(path) is not None) == wanted

    def listed(self) -> list[str]:
        self.take("(")
        found = [self.take()]
        while self.peek() == ",":
            self.take()
            found.append(self.take())
        self.take(")")
        return found

    def _comparison(self, left: str) -> Test:
        how = self.take()
        if how == "IN":
            several = self.listed()
            return lambda given: _equal(given, left, several)
        right = self.take()
        if how == "BETWEEN":
            self.take("AND")
            most = self.take()
            return lambda given: _ordered(given, ">=", left, right) and _ordered(given, "<=", left, most)
        if how in _ORDER:
            return lambda given: _ordered(given, how, left, right)
        return lambda given: _equal(given, left, [right]) == (how == "=")


def _equal(given: Given, left: str, others: list[str]) -> bool:
    value = plain(given.value(left))
    return value is not None and value in [plain(given.value(other)) for other in others]


def _ordered(given: Given, how: str, left: str, right: str) -> bool:
    """False where one is missing or of another type."""
    one, other = plain(given.value(left)), plain(given.value(right))
    return one is not None and other is not None and one[0] == other[0] and _ORDER[how](one[1], other[1])


Change = Callable[[Given, dict[str, Any]], object]


@cache
def _changes(text: str) -> tuple[Change, ...]:
    parser, clause, found = _Parser(_TOKEN.findall(text)), "", []
    while (token := parser.peek()) is not None:
        if token in _CLAUSES:
            clause = parser.take()
        elif token == ",":
            parser.take()
        else:
            found.append(_change(clause, parser))
    return tuple(found)


def _change(clause: str, parser: _Parser) -> Change:
    name = parser.take()
    if clause == "REMOVE":
        return lambda given, after: after.pop(given.name(name), None)
    if clause == "ADD":
        number = parser.take()
        return lambda given, after: after.update({given.name(name): _sum(given, name, number)})
    assert clause == "SET", clause
    parser.take("=")
    value = parser.take()
    if value != "if_not_exists":
        return lambda given, after: after.update({given.name(name): given.value(value)})
    path, other = parser.listed()
    return lambda given, after: after.update({given.name(name): given.value(path) or given.value(other)})


def _sum(given: Given, name: str, number: str) -> dict[str, str]:
    before = given.value(name) or {"N": "0"}
    return {"N": str(Decimal(before["N"]) + Decimal(given.value(number)["N"]))}
