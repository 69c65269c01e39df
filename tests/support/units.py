"""What writing to the table costs, by DynamoDB's rules (developer guide, "Item sizes and formats")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.items.task.tag_items import kept_tags
from reconciler.gate import history_row, succeed
from reconciler.model.task import Observation
from taskledger.local.table import INDEXES

RETENTION = timedelta(days=90)
KILOBYTE = 1024

Item = Mapping[str, Any]


def life_units(entries: Iterable[Item], rows: Iterable[Item]) -> int:
    """The write units of a life: of each image that its entry had in turn, and of its other rows."""
    return sum(map(units, rows)) + sum(entry_units(*pair) for pair in pairwise([None, *entries]))


def entry_units(before: Item | None, after: Item | None) -> int:
    """What an UpdateItem costs: the larger image, and each index that the item enters, leaves or moves in.

    An index of keys only costs nothing while its keys stay; `closed` holds all attributes.
    """
    assert after is not None
    cost = max(units(before or {}), units(after))
    for name, sort in INDEXES.items():
        was, now = (before or {}).get(sort), after.get(sort)
        if was != now:
            moved = 1 if was is None or now is None else 2
            cost += moved * (units(after) if name == "closed" and now is not None else 1)
        elif now is not None and name == "closed":
            cost += units(after)
    return cost


def units(item: Item) -> int:
    return -(-size(item) // KILOBYTE)


def read_units(item: Item) -> float:
    """What an eventually consistent GetItem costs; of an item that is not there, as of a small one."""
    return max(1, -(-size(item) // (4 * KILOBYTE))) / 2


def size(item: Item) -> int:
    """The bytes of an item."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def entry_size(observation: Observation) -> int:
    """The bytes of the entry that an observation leaves, its tags kept where the task began."""
    entry = succeed(None, observation)
    if entry.state.tags:
        entry = replace(entry, kept_tags=kept_tags(observation, history_row(observation)))
    return size({**entry_items.key(entry.state.task_arn), **entry_items.entry_values(entry, RETENTION)})


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    sizes: dict[str, Callable[[Any], int]] = {
        "S": lambda text: len(text.encode()),
        "N": _number_size,
        "B": len,
        "BOOL": lambda _: 1,
        "NULL": lambda _: 1,
        "M": lambda fields: 3 + sum(1 + len(name) + _value_size(each) for name, each in fields.items()),
        "L": lambda elements: 3 + sum(1 + _value_size(each) for each in elements),
    }
    return sizes[kind](held)


def _number_size(digits: str) -> int:
    """One byte, and one for each pair of digits from the first to the last that is not 00.

    Pairs are counted from the point, and a negative number has a byte more.
    """
    whole, _, fraction = digits.lstrip("-").partition(".")
    pairs = "0" * (len(whole) % 2) + whole + fraction + "0" * (len(fraction) % 2)
    kept = [pairs[place : place + 2] != "00" for place in range(0, len(pairs), 2)]
    between = len(kept) - kept.index(True) - kept[::-1].index(True) if any(kept) else 0
    return between + 1 + digits.startswith("-")
