"""What only a reading revealed: deployments that no event had brought, and outcomes that events missed."""

from datetime import datetime, timedelta

from ..model.service import ServiceRecord
from .outcomes import Outcome, histories

# Of what is younger an event may be on its way.
_ON_ITS_WAY = timedelta(minutes=5)
# The outcomes of which ECS sends events, and those that say that it has not sent one yet.
_REPORTED = frozenset({Outcome.COMPLETED, Outcome.FAILED, Outcome.ROLLED_BACK})
_OPEN = frozenset({Outcome.IN_PROGRESS, Outcome.UNKNOWN, Outcome.SUPERSEDED})


def repaired(before: ServiceRecord | None, after: ServiceRecord, now: datetime) -> int:
    """How many deployments a reading made known, or said the outcome of, before any event did.

    A deployment that ended just before the reading is among them, as nothing says when it ended.
    """
    known = {one.deployment.deployment_id: one.outcome for one in histories(before)} if before else {}
    older = [one for one in histories(after) if one.deployment.began.at <= now - _ON_ITS_WAY]
    return sum(_is_news(known, one.deployment.deployment_id, one.outcome) for one in older)


def _is_news(known: dict[str, Outcome], deployment_id: str, outcome: Outcome) -> bool:
    if deployment_id not in known:
        return True
    return known[deployment_id] in _OPEN and outcome in _REPORTED
