"""What a policy changes of what would have been sent, against the default policy; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.incidents.model import Incident

    from ..local.memory_incidents import SentMessage

DIGESTS = ""  # the key of what is of no single incident


@dataclass(frozen=True, slots=True)
class Sent:
    """What one policy makes of the events."""

    incidents: Sequence[Incident]
    notifications: Sequence[SentMessage]


@dataclass(frozen=True, slots=True)
class Change:
    """An incident of which the policy sends more or fewer messages; None for digests.

    However often it opened, it is one.
    """

    incident: Incident | None
    by_default: int
    by_policy: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many messages each of them sends, and the incidents that differ, those that differ most first."""

    by_default: int
    by_policy: int
    changes: Sequence[Change]

    @property
    def fewer(self) -> int:
        return sum(max(one.by_default - one.by_policy, 0) for one in self.changes)

    @property
    def more(self) -> int:
        return sum(max(one.by_policy - one.by_default, 0) for one in self.changes)


def compare(default: Sent, policy: Sent) -> Comparison:
    before, after = _by_key(default.notifications), _by_key(policy.notifications)
    known = {_key(one.incident_id): one for one in (*default.incidents, *policy.incidents)}
    changes = [
        Change(known.get(key), before[key], after[key])
        for key in before.keys() | after.keys()
        if before[key] != after[key]
    ]
    ordered = sorted(changes, key=lambda one: (-abs(one.by_default - one.by_policy), _name(one)))
    return Comparison(before.total(), after.total(), ordered)


def _by_key(sent: Iterable[SentMessage]) -> Counter[str]:
    """How many messages there are of each incident, whenever it opened."""
    return Counter(_key(one.message.document.get("incidentId")) for one in sent)


def _key(incident_id: str | None) -> str:
    """The id without the time at which it opened, on which policies may differ."""
    return incident_id.rpartition("|")[0] if incident_id else DIGESTS


def _name(change: Change) -> str:
    return change.incident.incident_id if change.incident else DIGESTS
