"""Changes that somebody else's program, an edit by hand or a broken line makes of a value; seeded."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]

TEXTS = (
    "",
    " ",
    "\x00\x1b[31m\u202e",
    "[bold]x[/bold] [link=https://example.com]y[/link] [/]",
    "\ud800",
    "\U0001f4a5" * 400,
    "a" * 5000,
    "arn:aws:ecs:eu-central-1:111122223333:task/shop/1",
    "arn:aws:ecs:::cluster/",
    "2026-02-30T25:61:61Z",
    "2026-11-20T09:00:00.123456789Z",
    "Fri, 20 Nov 2026 09:00:00 GMT",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "password=hunter2 https://user:secret@example.com/?X-Amz-Signature=abc",
    "STOPPED",
    "null",
    "NaN",
)
NUMBERS = (0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**36, 1e308, -0.0, 1.5, float("inf"), float("nan"))
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": {}}, DEEP, [None], [{"name": None}])

# DynamoDB's own values: what a row can hold, whoever wrote it.
TYPED: tuple[dict[str, Any], ...] = (
    {"S": "x"},
    {"S": "\x1b[31m\u202e[/]"},
    {"N": "0"},
    {"N": "-1"},
    {"N": "1" + "0" * 36},
    {"N": "1.5"},
    {"BOOL": True},
    {"NULL": True},
    {"L": []},
    {"L": [{"S": "x"}, {"N": "1"}]},
    {"M": {}},
    {"M": {"name": {"N": "1"}}},
    {"B": b"\x00"},
    {"SS": ["a"]},
)


class Mutator:
    """One run's changes: the same seed, the same changes."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def json(self, value: Any) -> Any:
        """The value with one to four places changed."""
        changed = copy.deepcopy(value)
        for _ in range(self.random.randint(1, 4)):
            changed = self._somewhere(changed, self._odd)
        return changed

    def text(self, value: Any) -> str:
        """The value as JSON, mostly; or cut, doubled, or with characters changed."""
        text = json.dumps(value)
        how = self.random.randrange(8)
        if how == 0:
            return text[: self.random.randrange(len(text))]
        if how == 1:
            place = self.random.randrange(len(text))
            return (
                text[:place] + self.random.choice(("\x00", "{", '"', "\\", "\ud800", "}")) + text[place + 1 :]
            )
        if how == 2:
            return text + text
        return text

    def row(self, item: Mapping[str, Any], keep: tuple[str, ...] = ("pk", "sk")) -> dict[str, Any]:
        """The item with some attributes changed or gone, but for its keys."""
        changed = copy.deepcopy(dict(item))
        for name in self.random.sample(sorted(changed), min(len(changed), self.random.randint(1, 4))):
            if name in keep:
                continue
            if self.random.random() < 0.3:
                del changed[name]
            else:
                changed[name] = self._typed(changed[name])
        return changed

    def _typed(self, value: dict[str, Any]) -> dict[str, Any]:
        """Another value of DynamoDB's, or the same with one of its parts changed."""
        (kind, held), *_ = value.items()
        if kind not in ("L", "M") or not held or self.random.random() < 0.4:
            return copy.deepcopy(self.random.choice(TYPED))
        place = self.random.randrange(len(held)) if kind == "L" else self.random.choice(sorted(held))
        held[place] = self._typed(held[place])
        return value

    def _odd(self, value: Any) -> Any:
        choice = self.random.random()
        if choice < 0.45:
            return self.random.choice(TEXTS)
        if choice < 0.75:
            return self.random.choice(NUMBERS)
        if choice < 0.95:
            return copy.deepcopy(self.random.choice(OTHERS))
        return [value, value]

    def _somewhere(self, value: Any, change: Callable[[Any], Any]) -> Any:
        """The value with what stands at a place of it, any deep, changed or taken out."""
        if not isinstance(value, dict | list) or not value or self.random.random() < 0.15:
            return change(value)
        place = (
            self.random.choice(sorted(value))
            if isinstance(value, dict)
            else self.random.randrange(len(value))
        )
        if self.random.random() < 0.15:
            del value[place]
        else:
            value[place] = self._somewhere(value[place], change)
        return value
