"""What was published, held against what went wrong: how much, how soon, who was left out, what stayed open.

A message is of the matter of its owner, kind and cause that went on when its last fault was. Who has to hear
of a matter are the subscribers whose filter policy passes the message that a careful colleague would send.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconciler.findings.model import Severity

from .filters import Policy, accepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.notifications.message import Message

    from .account import Fault
    from .truth import Matter, Trouble

CLOSED = ("RESOLVED",)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, or one line of a digest, as far as it is judged."""

    at: datetime
    document: Mapping[str, Any]
    attributes: Mapping[str, Any]

    @property
    def type(self) -> str:
        return str(self.document["type"])

    @property
    def incident_id(self) -> str:
        return str(self.document["incidentId"])

    @property
    def owners(self) -> frozenset[str]:
        several = self.document.get("owners") or [self.document]
        return frozenset(str(one["group"]) for one in several)

    @property
    def last_at(self) -> datetime:
        return datetime.fromisoformat(self.document["lastSeenAt"])

    def is_of(self, matter: Matter) -> bool:
        fault = (self.document["kind"], self.document["cause"])
        return (
            fault in matter.trouble.faults
            and self.document["cluster"] == matter.cluster
            and not self.owners.isdisjoint(matter.owners)
            and matter.is_on(self.last_at)
        )

    def is_heard(self, severity: str) -> bool:
        """Whether it says that something is wrong, and at least so bad."""
        return self.type not in CLOSED and Severity(self.document["severity"]).rank >= Severity(severity).rank


@dataclass(slots=True, kw_only=True, repr=False)
class Judgement:
    """`digested` are the matters that a digest listed, `stray` the messages of nothing that went wrong."""

    matters: Sequence[Matter]
    digests: int
    sent: Sequence[Sent]
    of_matter: Mapping[int, Sequence[Sent]]
    stray: Sequence[Sent]
    digested: frozenset[int]
    since: Mapping[int, datetime] = field(default_factory=dict)

    def of(self, trouble: Trouble) -> Sequence[Sent]:
        """The messages of all matters of the trouble."""
        return [one for number in self.numbers(trouble) for one in self.of_matter.get(number, ())]

    def numbers(self, trouble: Trouble) -> Sequence[int]:
        return [number for number, matter in enumerate(self.matters) if matter.trouble is trouble]

    def received(self, policy: Policy) -> Sequence[Sent]:
        """The messages but digests that pass the policy."""
        return [one for one in self.sent if accepts(policy, one.attributes)]

    def delay(self, number: int, policy: Policy) -> timedelta | None:
        """How long after it had to, or before, a subscriber heard; None when that was never."""
        matter = self.matters[number]
        heard = (
            one.at
            for one in self.of_matter.get(number, ())
            if one.is_heard(matter.trouble.severity or "") and accepts(policy, one.attributes)
        )
        first = min(heard, default=None)
        return first - self.since[number] if first else None

    def deaf(self, policy: Policy) -> Sequence[Matter]:
        """The matters of which a subscriber with that policy had to hear and did not, or not in time."""
        return [
            matter
            for number, matter in enumerate(self.matters)
            if matter.trouble.severity and any(accepts(policy, one) for one in _ideal(matter))
            and not self._in_time(number, policy)
        ]  # fmt: skip

    def left_open(self, policy: Policy) -> Sequence[Sent]:
        """The last OPENED of each incident that nothing closed for a subscriber with that policy."""
        opened: dict[str, Sent] = {}
        closed: dict[str, datetime] = {}
        joined: dict[str, set[str]] = defaultdict(set)
        for one in self.received(policy):
            joined[one.incident_id] |= {one.incident_id, *one.document.get("joined", ())}
            if one.type == "OPENED":
                opened[one.incident_id] = one
            if one.type in CLOSED:
                closed |= dict.fromkeys(joined[one.incident_id], one.at)
        return [one for name, one in opened.items() if closed.get(name, one.at) <= one.at]

    def unmentioned(self) -> Sequence[Matter]:
        """The matters that are in no message and no digest."""
        known = self.digested | self.of_matter.keys()
        return [matter for number, matter in enumerate(self.matters) if number not in known]

    def _in_time(self, number: int, policy: Policy) -> bool:
        """The team of one of several services is in time until it is over: that service may fail last."""
        matter, delay = self.matters[number], self.delay(number, policy)
        within = matter.trouble.within
        if "service" in policy and len(matter.owners) > 1:
            within = max(within, matter.ends - self.since[number])
        return delay is not None and delay <= within


def judge(
    mail: Iterable[tuple[datetime, Message]], matters: Sequence[Matter], faults: Sequence[Fault]
) -> Judgement:
    """The messages by matter, the latest begun where several fit."""
    everything = [Sent(at, message.document, message.attributes) for at, message in mail]
    sent = [one for one in everything if one.type != "DIGEST"]
    digests = [one for one in everything if one.type == "DIGEST"]
    of_matter: dict[int, list[Sent]] = defaultdict(list)
    stray: list[Sent] = []
    for one in sent:
        number = _number(one, matters)
        (stray if number is None else of_matter[number]).append(one)
    listed = {
        _number(Sent(one.at, each, {}), matters) for one in digests for each in one.document["incidents"]
    }
    return Judgement(
        matters=matters,
        digests=len(digests),
        sent=sent,
        of_matter=of_matter,
        stray=stray,
        digested=frozenset(number for number in listed if number is not None),
        since={number: _since(matter, faults) for number, matter in enumerate(matters)},
    )


def _number(one: Sent, matters: Sequence[Matter]) -> int | None:
    fitting = [number for number, matter in enumerate(matters) if one.is_of(matter)]
    return max(fitting, key=lambda number: matters[number].begins, default=None)


def _since(matter: Matter, faults: Iterable[Fault]) -> datetime:
    """When people could know: at its begin, or when as many owners as it takes have a fault."""
    if matter.trouble.owners == 1:
        return matter.begins
    first: dict[str, datetime] = {}
    for one in faults:
        if matter.covers(one.cluster, one.owner, one.at):
            first.setdefault(one.owner, one.at)
    return sorted(first.values())[matter.trouble.owners - 1]


def _ideal(matter: Matter) -> Iterator[Mapping[str, Any]]:
    """The attributes of the message that had to be sent of it, for each of its owners."""
    kind, cause = matter.trouble.faults[0]
    for owner in matter.owners:
        sort, _, name = owner.partition(":")
        yield {
            "type": "OPENED",
            "kind": kind,
            **({"cause": cause} if cause else {}),
            "severity": matter.trouble.severity,
            "cluster": matter.cluster,
            **({"service": name} if sort == "service" else {}),
            "incidentId": owner,
        }
