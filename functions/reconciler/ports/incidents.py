"""The store of findings and incidents, of whom a cause struck, and of how much was published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import InvalidInput
from ..incidents.model import Incident
from ..incidents.reported import IncidentKey, ReportedFinding

MAX_FOUND = 98  # with the incident and the one before it, what DynamoDB takes in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an incident was not saved: findings stored before, by id, or another writer who was faster."""

    known: frozenset[str]
    overtaken: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A service or task family that a cause struck, as its incident's key names it, and when it last did."""

    owner: str
    at: datetime


class Incidents(Protocol):
    """Findings, and incidents with their outboxes; of each key the newest is current, open or over."""

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        """Those of the findings that were never stored, as far as a read a moment behind can say."""

    def current(self, keys: Collection[IncidentKey]) -> Mapping[IncidentKey, Incident]:
        """The newest incident of each of these keys that has one, with all that was saved before."""

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        """The cluster's open incidents; those that cannot be read are left to `due`."""

    def latest(self, incident: Incident) -> Incident | None:
        """The same incident as it now stands, open or resolved, current or archived."""

    def save(
        self, incident: Incident, before: Incident | None, found: Sequence[ReportedFinding], now: datetime
    ) -> Refused | None:
        """Stores the incident and these findings, together or not at all; None when it is done.

        Refused unless the current incident of its key still is what it was `before` (None: there was none),
        and none of the findings was ever stored. Where the one before is another incident, it is archived. At
        most `MAX_FOUND` findings.
        """

    def save_all(self, incidents: Sequence[Incident]) -> bool:
        """Stores the next revisions of up to `MAX_FOUND` incidents, together or not at all.

        False when any of them is not at the revision before.
        """

    def due(self, cluster_arn: str, now: datetime) -> Sequence[Incident | InvalidInput]:
        """The cluster's incidents that are to be looked at by now; for an unreadable one, what is wrong."""

    def join(self, shared: IncidentKey, owner: str, now: datetime) -> None:
        """Keeps for a day or more that the cause of this key struck the owner then."""

    def members(self, shared: IncidentKey, since: datetime) -> Sequence[Member]:
        """The owners that the cause struck since then, with all that joined before this call."""

    def messages(self, hour: datetime) -> int:
        """About how many messages were counted for that hour."""

    def count_messages(self, hour: datetime, number: int) -> None:
        """Counts so many more for that hour."""
