"""Causes that strike several owners: whoever is struck is kept first, so the last to come sees all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ...incidents.model import Incident
from ...incidents.reported import IncidentKey
from ...incidents.shared import TOGETHER, of_several, owners_needed
from ...incidents.speaking import shared_key
from ...ports.incidents import Incidents
from .readable import readable


def strike(
    incidents: Incidents, incident: Incident, known: Incident | None, now: datetime
) -> Incident | None:
    """The incident of all owners that the cause strikes, if it has to be opened now, before its next step.

    `known` is that incident as it was read, open or over. None where it is open, or the owners are too few.
    """
    key = shared_key(incident)
    if key is None:
        return None
    incidents.join(key, incident.key.owner, now)
    if known and known.open:
        return None
    struck = {one.owner for one in incidents.members(key, now - TOGETHER)} | {incident.key.owner}
    if len(struck) < owners_needed(key):
        return None
    return of_several(key, known, [*members_of(incidents, key, struck - {incident.key.owner}), incident], now)


def members_of(incidents: Incidents, key: IncidentKey, owners: set[str]) -> Sequence[Incident]:
    """The incidents of these owners of the cause."""
    found = readable(incidents, [replace(key, owner=owner) for owner in sorted(owners)])
    return list(found.values())
