"""Incidents that a mute held back until a short while ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ...incidents import rules
from ...incidents.model import Incident
from ...ports.incidents import Incidents
from ...ports.mutes import Mute, Mutes

_LATELY = timedelta(minutes=10)  # for which each watch takes them up, however clocks may differ


def unmuted(incidents: Incidents, mutes: Mutes, clusters: Sequence[str], now: datetime) -> Sequence[Incident]:
    """The open incidents of these clusters that a mute covers which is over, though not for long.

    Their `due_at` knows nothing of a mute that a person ended before its time.
    """
    if not clusters:
        return ()
    known = (one for one in mutes.ending_after(now - _LATELY) if isinstance(one, Mute))
    over = [one.scope for one in known if one.until <= now]
    return [
        one
        for cluster_arn in (clusters if over else ())
        for one in incidents.unresolved(cluster_arn)
        if any(scope.covers(*rules.about(one, name)) for scope in over for name in (None, *rules.owners(one)))
    ]
