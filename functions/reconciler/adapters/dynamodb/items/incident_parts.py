"""Parts of an incident's row: when it occurred, its impact, its waste, whom else it struck, and its outbox.

The outbox lies among the attributes of its incident: `notified_at` as `toldAt`, `notified_count` as
`toldCount`. Version 0.1.0 stored one occurrence alone, and of what was published only when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....costs.total import Total
from ....costs.usd import dollars, units
from ....findings.model import Severity
from ....incidents.facts.impact import Impact, Level
from ....incidents.facts.occurrences import Occurrence, Occurrences
from ....incidents.model import Owner, Shared, Status
from ....incidents.outbox import NotificationType, Outbox, PendingNotification
from .layout import FLAG, NUMBER, TIME, Codec, Layout
from .values import milliseconds, moment, number, when

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .values import Item, Value


def _write_runs(runs: Iterable[Occurrence]) -> Value:
    """Three numbers each: the first in milliseconds, how many of them until the last, and the count."""
    return {"L": [part for one in runs for part in _run(one)]}


def _run(one: Occurrence) -> tuple[Value, Value, Value]:
    first, last = milliseconds(one.first_at), milliseconds(one.last_at)
    return first, number(int(last["N"]) - int(first["N"])), number(one.count)


def _read_runs(value: Value) -> tuple[Occurrence, ...]:
    parts = [int(part["N"]) for part in value["L"]]
    return tuple(
        Occurrence(moment(number(first)), moment(number(first + lasted)), count)
        for first, lasted, count in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def _write_owner(owner: Owner) -> Value:
    return {"L": [{"S": owner.name}, number(owner.count), {"S": owner.level}]}


def _read_owner(value: Value) -> Owner:
    name, count, level = value["L"]
    return Owner(name["S"], int(count["N"]), Level(level["S"]))


NAMES = Codec(
    lambda names, _: {"L": [{"S": name} for name in names]},
    lambda value, _: tuple(name["S"] for name in value["L"]),
)
_RUNS = Codec(lambda runs, _: _write_runs(runs), lambda value, _: _read_runs(value))
_OWNERS = Codec(
    lambda owners, _: {"L": [_write_owner(one) for one in owners]},
    lambda value, _: tuple(map(_read_owner, value["L"])),
)

_AMOUNT = Codec(lambda amount, _: number(units(amount)), lambda value, _: dollars(int(value["N"])))

OCCURRENCES = Layout(
    Occurrences,
    {"newestLast": ("newest_last", _RUNS), "older": ("older", NUMBER), "beganAt": ("began_at", TIME)},
).one

IMPACT = Layout(
    Impact,
    {
        "desired": ("desired", NUMBER),
        "running": ("running", NUMBER),
        "pending": ("pending", NUMBER),
        "checkedAt": ("checked_at", TIME),
        "zeroSince": ("zero_since", TIME),
        "halfSince": ("half_since", TIME),
        "belowSince": ("below_since", TIME),
        "estimated": ("estimated", FLAG),
    },
).one

SHARED = Layout(
    Shared,
    {
        "owners": ("owners", _OWNERS),
        "others": ("others", NUMBER),
        "named": ("named", NUMBER),
        "namedDown": ("named_down", NAMES),
    },
).one

WASTE = Layout(
    Total,
    {"picodollars": ("amount", _AMOUNT), "priced": ("priced", NUMBER), "unpriced": ("unpriced", NUMBER)},
).one


def released_occurrences(item: Item) -> Occurrences:
    """What a row says that has no occurrences: that there was one."""
    first = moment(item["firstSeenAt"])
    only = Occurrence(first, moment(item["lastSeenAt"]), int(item["count"]["N"]))
    return Occurrences((only,), 0, first)


def outbox_values(outbox: Outbox) -> dict[str, Value]:
    values: dict[str, Value] = {
        "pending": {"L": [{"M": _pending(one)} for one in outbox.pending]},
        "sequence": number(outbox.sequence),
        "digests": number(outbox.digests),
        "toldCount": number(outbox.notified_count),
        "published": {"M": {severity: milliseconds(at) for severity, at in outbox.published.items()}},
        "reminders": number(outbox.reminders),
    }
    if outbox.news_since:
        values["newsSince"] = milliseconds(outbox.news_since)
    if outbox.notified_at:
        values["toldAt"] = milliseconds(outbox.notified_at)
    if outbox.standing:
        values["standing"] = {"S": outbox.standing}
    return values


def read_outbox(item: Item) -> Outbox:
    published = _published(item) if "published" in item else _released_published(item)
    return Outbox(
        pending=tuple(_read_pending(value["M"]) for value in item["pending"]["L"]),
        sequence=int(item["sequence"]["N"]),
        digests=int(item["digests"]["N"]),
        news_since=when(item, "newsSince") or _released_news(item),
        notified_count=int(item["toldCount"]["N"]),
        notified_at=when(item, "toldAt"),
        **published,
    )


def _released_news(item: Item) -> datetime | None:
    return moment(item["notedAt"]) if "news" in item and item["news"]["BOOL"] else None


def _published(item: Item) -> dict[str, Any]:
    return {
        "standing": Severity(item["standing"]["S"]) if "standing" in item else None,
        "published": {Severity(name): moment(at) for name, at in item["published"]["M"].items()},
        "reminders": int(item["reminders"]["N"]),
    }


def _released_published(item: Item) -> dict[str, Any]:
    """What was published is taken to have been of the severity that the incident has."""
    at, severity = when(item, "toldAt"), Severity(item["severity"]["S"])
    if at is None or int(item["sequence"]["N"]) == 0:
        return {}
    closed = item["status"]["S"] == Status.RESOLVED and not item["pending"]["L"]
    return {"standing": None if closed else severity, "published": {severity: at}}


def _pending(one: PendingNotification) -> Mapping[str, Value]:
    """`to` is there where only some destinations lack it."""
    values: dict[str, Value] = {"type": {"S": one.type}, "id": {"S": one.notification_id}}
    if one.to is not None:
        values["to"] = {"L": [{"S": name} for name in one.to]}
    return values


def _read_pending(values: Item) -> PendingNotification:
    to = tuple(name["S"] for name in values["to"]["L"]) if "to" in values else None
    return PendingNotification(NotificationType(values["type"]["S"]), values["id"]["S"], to)
