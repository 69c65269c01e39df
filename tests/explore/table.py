"""The table in memory, as numbers: items, what each was before, and whole tables are each known by one.

A call is answered by the very expressions that it brings. What it did is cached by the call and the items
that it met, so that an expression is evaluated once for each of these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from task_ledger_cdk.check_table.layout import INDEXES

from .expressions import Given, holds, updated

T = TypeVar("T")
Key = tuple[str, str]
Rows = tuple[int, ...]  # by slot the number of a pair: the item, and the item before it


class Numbered(Generic[T]):
    """Values by number and back; 0 is the first."""

    def __init__(self, first: T, key: Any = None) -> None:
        self.values: list[T] = []
        self._numbers: dict[Any, int] = {}
        self.number(first, key)

    def __getitem__(self, number: int) -> T:
        return self.values[number]

    def __len__(self) -> int:
        return len(self.values)

    def number(self, value: T, key: Any = None) -> int:
        """The number of the value; `key` is what it is recognised by where it cannot be hashed."""
        key = value if key is None else key
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.values)
            self.values.append(value)
        return known


@dataclass(frozen=True, slots=True)
class Call:
    """A call of AWS that a program waits for."""

    operation: str
    request: Mapping[str, Any]


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class Done:
    """What a call came to: its answer by number, and the items that it left, by slot.

    `time` is when it was answered, where that may be longer ago than it is seen; by number, -1 for now.
    """

    answer: int
    writes: tuple[tuple[int, int], ...] = ()
    how: str = ""
    time: int = -1


REFUSED = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}}
Item = dict[str, Any]


@dataclass(slots=True)
class Table:
    """Whatever was in the table in any state, and what each call did to it.

    An eventually consistent read of the rows that `lags` covers may show what was before the last write. Rows
    lag `together` where one read shows all as they are, or all as they were. What is `unread` in the instance
    is not kept.
    """

    lags: Callable[[Key], bool] = lambda key: False
    unread: Callable[[Key], bool] = lambda key: False
    together: bool = False
    items: Numbered[Item | None] = field(default_factory=lambda: Numbered[Item | None](None, ""))
    pairs: Numbered[tuple[int, int]] = field(default_factory=lambda: Numbered((0, 0)))
    rows: Numbered[Rows] = field(default_factory=lambda: Numbered(()))
    slots: Numbered[Key] = field(default_factory=lambda: Numbered(("", "")))
    answers: Numbered[Any] = field(default_factory=lambda: Numbered[Any](None, ""))
    evaluated: list[tuple[Call, int]] = field(default_factory=list)
    _written: dict[tuple[int, int], tuple[bool, int]] = field(default_factory=dict)
    _shown: dict[tuple[int, int], bool] = field(default_factory=dict)

    def item_number(self, item: Item | None) -> int:
        return self.items.number(item, as_text(item))

    def answer(self, answer: Any, key: Any = None) -> int:
        return self.answers.number(answer, key or as_text(answer))

    def slot(self, key: Mapping[str, Any]) -> int:
        return self.slots.number((key["pk"]["S"], key["sk"]["S"]))

    def now(self, rows: Rows, slot: int) -> int:
        return self.pairs[rows[slot]][0] if slot < len(rows) else 0

    def with_writes(self, rows: int, writes: Sequence[tuple[int, int]]) -> int:
        """The table after these writes; a write that changes nothing leaves what was before as well."""
        after = list(self.rows[rows])
        for slot, item in writes:
            after += [0] * (slot + 1 - len(after))
            before = self.pairs[after[slot]][0]
            if before != item:
                old = before if self.lags(self.slots[slot]) else 0
                after[slot] = self.pairs.number((item, old))
        return self.rows.number(tuple(after))

    # What calls do.

    def outcomes(self, call: int, what: Call, rows_number: int) -> Iterator[Done]:
        """All that may come of the call, besides faults."""
        rows = self.rows[rows_number]
        yield from getattr(self, f"_{what.operation}")(call, what, rows)

    def _update_item(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        slot = self.slot(what.request["Key"])
        before = self.now(rows, slot)
        accepted, after = self._write(call, what, before)
        if not accepted:
            yield self._refused(call, what, before)
            return
        shown = {"ALL_OLD": before, "ALL_NEW": after}.get(what.request.get("ReturnValues", ""), 0)
        answer = {"Attributes": self.items[shown]} if shown else {}
        writes = () if self.unread(self.slots[slot]) else ((slot, after),)
        yield Done(self.answer(answer, (call, "accepted", shown)), writes, "accepted")

    def _put_item(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        slot = self.slot(what.request["Item"])
        before = self.now(rows, slot)
        accepted, after = self._write(call, what, before)
        if accepted:
            yield Done(self.answer({}), ((slot, after),), "accepted")
        else:
            yield self._refused(call, what, before)

    def _refused(self, call: int, what: Call, before: int) -> Done:
        error: dict[str, Any] = {**REFUSED}
        if before and what.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            error["Item"] = self.items[before]
        return Done(self.answer({"error": error}, (call, "refused", before)), (), "refused")

    def _write(self, call: int, what: Call, before: int) -> tuple[bool, int]:
        """Whether the condition held, and the item after the write."""
        known = self._written.get((call, before))
        if known is None:
            self.evaluated.append((what, before))
            known = self._written[call, before] = self.evaluate(what.request, before)
        return known

    def evaluate(self, asked: Mapping[str, Any], before: int) -> tuple[bool, int]:
        """Whether the condition held for the item, and the item after the write, both by number."""
        item = self.items[before]
        given = Given(
            item or {},
            asked.get("ExpressionAttributeNames", {}),
            asked.get("ExpressionAttributeValues", {}),
        )
        if not holds(asked.get("ConditionExpression"), given):
            return False, before
        if "Item" in asked:
            return True, self.item_number(dict(asked["Item"]))
        after = updated(asked["UpdateExpression"], given)
        return True, self.item_number({**after, **asked["Key"]})

    def _batch_write_item(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        ((_, requests),) = what.request["RequestItems"].items()
        puts = [one["PutRequest"]["Item"] for one in requests]
        kept = [put for put in puts if not self.unread((put["pk"]["S"], put["sk"]["S"]))]
        yield Done(self.answer({}), tuple((self.slot(put), self.item_number(put)) for put in kept))

    def _transact_write_items(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        writes, reasons = [], []
        for number, action in enumerate(what.request["TransactItems"]):
            ((_, asked),) = action.items()
            slot = self.slot(asked["Item"])
            before = self.now(rows, slot)
            part = self.answer(None, (call, number))  # a number of its own for this action of the call
            accepted, after = self._write(-part, Call("put_item", asked), before)
            reasons.append("None" if accepted else "ConditionalCheckFailed")
            writes.append((slot, after))
        if set(reasons) == {"None"}:
            yield Done(self.answer({}), tuple(writes), "accepted")
            return
        error = {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }
        yield Done(self.answer({"error": error}), (), "refused")

    # What reads show.

    def _get_item(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        slot = self.slot(what.request["Key"])
        for (found,) in self._views(rows, [slot], lagging=not what.request.get("ConsistentRead")):
            answer = {"Item": self.items[found]} if found else {}
            yield Done(self.answer(answer, (call, found)))

    def _batch_get_item(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        ((table, asked),) = what.request["RequestItems"].items()
        slots = [self.slot(key) for key in asked["Keys"]]
        for found in self._views(rows, slots, lagging=not asked.get("ConsistentRead")):
            answer = {"Responses": {table: [self.items[one] for one in found if one]}}
            yield Done(self.answer(answer, (call, *found)))

    def _query(self, call: int, what: Call, rows: Rows) -> Iterator[Done]:
        index = what.request.get("IndexName")
        lagging = bool(index) or not what.request.get("ConsistentRead")
        slots = [slot for slot in range(1, len(rows)) if rows[slot]]
        for found in self._views(rows, slots, lagging=lagging):
            shown = tuple(one for one in found if one and self._is_shown(call, what, index, one))
            yield Done(self.answer(self._page(what, index, shown), (call, *shown)))

    def _is_shown(self, call: int, what: Call, index: str | None, item: int) -> bool:
        known = self._shown.get((call, item))
        if known is None:
            asked, held = what.request, self.items[item] or {}
            given = Given(held, asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"])
            indexed = index is None or {"clusterArn", INDEXES[index].sort_key} <= held.keys()
            known = indexed and holds(asked["KeyConditionExpression"], given)
            self._shown[call, item] = known
        return known

    def _page(self, what: Call, index: str | None, shown: Sequence[int]) -> Any:
        found = [self.items[one] or {} for one in shown]
        if index is None:
            found.sort(key=lambda item: item["sk"]["S"])
        else:
            found.sort(key=lambda item: Decimal(item[INDEXES[index].sort_key]["N"]))
            found = [_projected(index, item) for item in found]
        if what.request.get("ScanIndexForward") is False:
            found.reverse()
        return {"Items": found[: what.request.get("Limit", len(found))]}

    def _views(self, rows: Rows, slots: Sequence[int], *, lagging: bool) -> list[tuple[int, ...]]:
        """What a read may show of these slots: what is there, or where it lags, what was there before."""
        found: list[tuple[int, ...]] = [()]
        if self.together and lagging:
            pairs = [self.pairs[rows[slot]] if slot < len(rows) else (0, 0) for slot in slots]
            return [tuple(pair[which] for pair in pairs) for which in (0, 1)]
        for slot in slots:
            pair = self.pairs[rows[slot]] if slot < len(rows) else (0, 0)
            seen = dict.fromkeys(pair if lagging and self.lags(self.slots[slot]) else pair[:1])
            found = [(*one, item) for one in found for item in seen]
        return found


def _projected(index: str, item: Item) -> Item:
    how = INDEXES[index]
    if how.projection == "ALL":
        return item
    named = {"pk", "sk", "clusterArn", how.sort_key, *how.attributes}
    return {name: value for name, value in item.items() if name in named}
