"""The page's data: what its script reads and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.arns import cluster_name

from . import incidents, lanes, lives
from .moments import moments
from .offsets import Offsets, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from .content import Chapter
    from .lanes import Lane


def document(chapters: Sequence[Chapter]) -> dict[str, Any]:
    """All chapters, each with tables of its own."""
    return {"chapters": [_chapter(one) for one in chapters]}


def _chapter(chapter: Chapter) -> dict[str, Any]:
    found = lanes.lanes(chapter)
    start = _start(chapter, found)
    offsets = Offsets(start)
    packed = lives.PackedLives(offsets)
    return {
        "title": text(chapter.title),
        "start": int(start.timestamp() * 1000),
        "since": offsets.of(chapter.since),
        "now": offsets.of(chapter.now),
        "end": offsets.of(chapter.ended_at),
        "clusters": sorted({text(one) or "" for one in _clusters(chapter, found)}),
        "tasks": len(chapter.lives),
        "messages": incidents.number_of_messages(chapter),
        "typed": chapter.messages is not None,
        "incidents": incidents.incident_forms(chapter, offsets),
        "lanes": [lanes.lane_form(one, packed, offsets) for one in found],
        **packed.tables,
    }


def _start(chapter: Chapter, found: Sequence[Lane]) -> datetime:
    """Since when the chapter is; where that is not said, when anything first happened."""
    return chapter.since or min(_moments(chapter, found), default=chapter.now)


def _moments(chapter: Chapter, found: Sequence[Lane]) -> Iterator[datetime]:
    yield from (at for life in chapter.lives for at, _ in moments(life))
    yield from (at for lane in found for at in lanes.moments_of(lane))
    yield from incidents.moments_of(chapter.incidents, incidents.marks_of(chapter))


def _clusters(chapter: Chapter, found: Sequence[Lane]) -> Iterator[str]:
    yield from (lane.cluster for lane in found)
    yield from (cluster_name(one.key.cluster_arn) or "" for one in chapter.incidents)
