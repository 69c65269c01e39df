"""Incidents by their keys, where one that cannot be read keeps no other from being read."""

from collections.abc import Mapping, Sequence

from ...errors import InvalidInput
from ...incidents.model import Incident
from ...incidents.reported import IncidentKey
from ...ports.incidents import Incidents


def readable(incidents: Incidents, keys: Sequence[IncidentKey]) -> Mapping[IncidentKey, Incident]:
    """The current incidents of these keys, but those that are unreadable, which `due` reports."""
    if not keys:
        return {}
    try:
        return incidents.current(keys)
    except InvalidInput:
        middle = len(keys) // 2
        halves = (keys[:middle], keys[middle:]) if middle else ()
        return {key: one for half in halves for key, one in readable(incidents, half).items()}
