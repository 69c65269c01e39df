"""Of what ECS is asked more than DescribeServices says: service deployments, and which tasks are protected.

Each service asked about costs calls of its own, so only what may have an answer is asked for:

    deployment                          asked about
    its service deployment is over      never
    under way, or something is wrong    by each sweep
    begun within a day                  by each sweep
    any other                           never: what came of it is known, or will not be known any more
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from ..model.deployment import Deployment
from ..model.service import ServiceRecord
from ..model.task import Source
from .merge import UNDER_WAY

_LATELY = timedelta(days=1)


def to_ask_about(record: ServiceRecord, wrong: Collection[str], now: datetime) -> Sequence[Deployment]:
    """The deployments whose service deployments may say more; `wrong` are the ids of those with a finding."""
    if record.state is None or record.state.deployment_controller != "ECS":
        return ()  # there are service deployments of ECS's own alone
    return [
        one
        for one in record.deployments
        if _can_be_answered(one)
        and (one.rolling or one.deployment_id in wrong or now - one.began.at < _LATELY)
    ]


def may_be_blocked(record: ServiceRecord) -> bool:
    """Whether protected tasks may keep the service from scaling in: more run than are desired."""
    state = record.state
    return state is not None and state.running_count > state.desired_count and record.closed_at is None


def _can_be_answered(one: Deployment) -> bool:
    """Whether a service deployment can be joined to it, and is not known to be over."""
    known = one.service_deployment
    return one.began.source is Source.DESCRIBE and (known is None or known.status in UNDER_WAY)
