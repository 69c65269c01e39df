"""The store of findings and incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import InvalidInput
from ..incidents.model import Incident, IncidentKey, ReportedFinding

MAX_FOUND = 99  # with the incident itself, what DynamoDB takes in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an incident was not saved: findings stored before, by id, or another writer who was faster."""

    known: frozenset[str]
    overtaken: bool


class Incidents(Protocol):
    """Findings, and incidents with their outboxes."""

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        """Those of the findings that were never stored, as far as a read a moment behind can say."""

    def current(self, key: IncidentKey) -> Incident | None:
        """The open incident of that key, with all that was saved before this call."""

    def last_resolved(self, key: IncidentKey, since: datetime) -> Incident | None:
        """The incident of that key that was resolved last, if not before then."""

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        """The cluster's open incidents; those that cannot be read are left to `due`."""

    def latest(self, incident: Incident) -> Incident | None:
        """The same incident as it now stands, open or resolved."""

    def save(
        self, incident: Incident, before: Incident | None, found: Sequence[ReportedFinding], now: datetime
    ) -> Refused | None:
        """Stores the incident and these findings, together or not at all; None when it is done.

        Refused unless the incident still is what it was `before` (None: no open one of its key), and none of
        the findings was ever stored. At most `MAX_FOUND` findings.
        """

    def save_all(self, incidents: Sequence[Incident]) -> bool:
        """Stores the next revisions of up to `MAX_FOUND` incidents, together or not at all.

        False when any of them is not at the revision before. Their status must be what it was.
        """

    def due(self, cluster_arn: str, now: datetime) -> Sequence[Incident | InvalidInput]:
        """The cluster's incidents that are to be looked at by now; for an unreadable one, what is wrong."""
