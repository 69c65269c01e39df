"""Chapters of a page for tests, and what a page holds, unpacked by other code than its own script."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from taskledger.page.content import Chapter, Life
from tests.support.hostile import World
from tests.support.many_lives import UNTIL, many_lives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def data(page: str) -> dict[str, Any]:
    (found,) = DATA.findall(page)
    return dict(json.loads(found))


def chapter(lives: Sequence[Life] = (), now: datetime = UNTIL, **values: Any) -> Chapter:
    facts: dict[str, Any] = {
        "title": "a test",
        "now": now,
        "ended_at": now,
        "policy": DEFAULT,
        "lives": lives,
        "services": [],
        "incidents": [],
    }
    return Chapter(**(facts | values))


def hostile(text: str) -> Chapter:
    """A task, a service, an incident and its message, with the text in every field."""
    made = World(text)
    said = {"type": text, "severity": text, "incidentId": made.incident.incident_id}
    return chapter(
        [Life(entry=made.entry, rows=made.rows, findings=[made.finding])],
        title=text,
        services=[(made.service, [made.finding])],
        incidents=[made.incident],
        messages=[replace(made.sent, message=replace(made.sent.message, document=said))],
    )


def judged(number: int, seed: int, *, with_rows: bool = True) -> list[Life]:
    """So many lives, with what is wrong with each."""
    return [
        Life(
            entry=one.entry,
            findings=findings(one.entry, UNTIL, DEFAULT),
            rows=one.rows if with_rows else (),
        )
        for one in many_lives(number, seed)
    ]


def unpacked(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lives of a chapter, each with its lane, its moments, and the rows of the tables that it names."""
    start = datetime.fromtimestamp(found["start"] / 1000, UNTIL.tzinfo)
    for lane in found["lanes"]:
        before = 0
        for number, (task_id, course, standing, kind, host, *gaps) in enumerate(lane["lives"]):
            times, at = [], before
            for gap in gaps:
                at += gap
                times.append(start + timedelta(seconds=at / 10))
            before += gaps[0]
            yield {
                "id": task_id,
                "lane": lane,
                "moments": list(zip(times, map(tuple, found["courses"][course]), strict=True)),
                "standing": standing_of(found, standing),
                "kind": found["kinds"][kind],
                "host": found["hosts"][host],
                "held": {int(place): held for place, held in lane["protected"].items()}.get(number),
            }


def standing_of(found: dict[str, Any], place: int) -> list[Any]:
    """How a task stands, with its containers and faults."""
    *own, containers, faults = found["standings"][place]
    return [*own, [found["containers"][one] for one in containers], [found["faults"][one] for one in faults]]
