"""What people heard of incidents, message by message; digests are left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tests.support.system import Inbox

RANKS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message: when it came, what it is of, and the deployment that it names as the beginning."""

    at: datetime
    type: str
    severity: str
    kind: str
    what: str
    began_with: str
    joined: frozenset[str]


def heard(inbox: Inbox) -> Mapping[str, Sequence[Heard]]:
    """The messages about each incident, by its id, in their order."""
    found = defaultdict(list)
    for at, message in inbox.mail:
        one = message.document
        if one["type"] == "DIGEST":
            continue
        blame = one["deployment"]
        found[one["incidentId"]].append(
            Heard(
                at=at,
                type=one["type"],
                severity=one["severity"],
                kind=one["kind"],
                what=f"{one['kind']} {one['cause']}",
                began_with=blame["deploymentId"] if blame["blame"] == "began_with" else "",
                joined=frozenset(one["joined"]),
            )
        )
    return found


def first_page(messages: Sequence[Heard]) -> Heard | None:
    """The first that is high."""
    return next((one for one in messages if one.severity == "high"), None)


def is_closed(messages: Sequence[Heard]) -> bool:
    """Whether the last that people heard of it is its end."""
    return messages[-1].type == "RESOLVED"


def repeated(messages: Sequence[Heard]) -> Sequence[Heard]:
    """Those that say again what stands: an OPENED that is no worse, and an end of what is over."""
    found, standing = [], -1
    for one in messages:
        rank = RANKS.index(one.severity)
        if one.type == "RESOLVED":
            found += [one] if standing < 0 else []
            standing = -1
        elif one.type == "OPENED":
            found += [one] if rank <= standing else []
            standing = rank
    return found
