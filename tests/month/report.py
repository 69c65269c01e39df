"""The judgement of a month as a table within 80 columns, or as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .subscribers import ON_CALL, SUBSCRIBERS
from .truth import TROUBLES, Matter, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from .account import Account
    from .judge import Judgement, Sent

ALL, CALLS = 150, 45  # messages a month, with digests; and to whoever is on call
WEEK, HALF = 7, 2  # days; the worst week may take half of what a month may


def values(account: Account, judgement: Judgement, days: int) -> dict[str, Any]:
    """All that the table shows, and what is behind it."""
    month = days > WEEK
    return {
        "seed": account.seed,
        **account.counts,
        "faults": len(account.faults),
        "matters": len(judgement.matters),
        "troubles": [_trouble(judgement, one, month=month) for one in TROUBLES if judgement.numbers(one)],
        "digests": _counted(judgement.digests, days + 1),
        "messages": _counted(len(judgement.sent) + judgement.digests, ALL if month else ALL // HALF),
        "onCall": _counted(len(judgement.received(ON_CALL)), CALLS if month else CALLS // HALF),
        "stray": [_sent(one) for one in judgement.stray],
        "unmentioned": [_matter(one) for one in judgement.unmentioned()],
        "deaf": {
            who: [_matter(one) for one in judgement.deaf(policy)] for who, policy in SUBSCRIBERS.items()
        },
        "leftOpen": {
            who: [_sent(one) for one in judgement.left_open(policy)] for who, policy in SUBSCRIBERS.items()
        },
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table."""
    yield f"Seed {found['seed']}: {found['events']:,} events, {found['stopped']:,} stopped tasks,"
    yield f"{found['faults']:,} faults in {found['matters']:,} matters."
    yield ""
    yield _row("matter", "number", "messages", "goal", "heard after")
    for one in found["troubles"]:
        yield _row(*(one[name] for name in ("name", "matters", "messages", "goal", "heardAfter")))
    for name, key in (("digests", "digests"), ("in all", "messages"), ("on call", "onCall")):
        yield _row(name, "", found[key]["messages"], found[key]["goal"], "")
    yield ""
    yield f"messages of nothing that went wrong: {len(found['stray'])}"
    yield f"matters in no message and no digest: {len(found['unmentioned'])}"
    for who in found["deaf"]:
        deaf, left = len(found["deaf"][who]), len(found["leftOpen"][who])
        yield f"{who:<44} unheard {deaf:>4}, left open {left:>4}"


def missed(found: Mapping[str, Any]) -> Sequence[str]:
    """What is not as it is to be: too many messages, somebody unheard, a page that nothing closes."""
    counted = [(one["name"], one) for one in found["troubles"]]
    counted += [(name, found[name]) for name in ("digests", "messages", "onCall")]
    calls = [who for who, policy in SUBSCRIBERS.items() if policy == ON_CALL]
    left = [f"{who}: left open" for who in calls if found["leftOpen"][who]]
    deaf = [f"{who}: unheard" for who, matters in found["deaf"].items() if matters]
    several = [name for name, one in counted if one["messages"] > one["goal"]]
    return [*several, *deaf, *left, *(name for name in ("stray", "unmentioned") if found[name])]


def _counted(messages: int, goal: int) -> dict[str, int]:
    return {"messages": messages, "goal": goal}


def _row(name: object, *columns: object) -> str:
    widths = (8, 10, 8, 14)
    cells = (f"{cell!s:>{width}}" for cell, width in zip(columns, widths, strict=True))
    return f"{name!s:<34}{''.join(cells)}".rstrip()


def _trouble(judgement: Judgement, trouble: Trouble, *, month: bool) -> dict[str, Any]:
    return {
        "name": trouble.name,
        "matters": len(judgement.numbers(trouble)),
        "messages": len(judgement.of(trouble)),
        "goal": trouble.month if month else trouble.week,
        "heardAfter": _longest(judgement, trouble),
    }


def _longest(judgement: Judgement, trouble: Trouble) -> str:
    """The longest time until anybody heard at the severity that it has."""
    if not trouble.severity:
        return "-"
    delays = [judgement.delay(number, {}) for number in judgement.numbers(trouble)]
    known = [one for one in delays if one is not None]
    return _span(max(known)) if len(known) == len(delays) else "never"


def _span(span: timedelta) -> str:
    seconds = max(
        round(span.total_seconds()), 0
    )  # in a matter of several, the first of them may have said it
    return f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"


def _matter(one: Matter) -> dict[str, Any]:
    owners: Sequence[str] = sorted(one.owners)
    return {"name": one.trouble.name, "owners": owners[:3], "begins": one.begins.isoformat()}


def _sent(one: Sent) -> dict[str, Any]:
    names = ("type", "severity", "kind", "cause", "cluster", "group", "lastSeenAt", "incidentId")
    return {"at": one.at.isoformat(), **{name: one.document[name] for name in names}}
