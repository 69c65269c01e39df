"""Of which deployments ECS is asked more than DescribeServices says.

Each service asked about costs calls of its own, so only what may have an answer is asked for:

    deployment                            asked about
    wrong, or blamed by an open incident  until its service deployment is over, and for a day until its
                                          images are known
    under way, or begun within a day      until its service deployment is over
    any other                             never: what came of it is known, or will not be known any more
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from ..model.deployment import Deployment
from ..model.service import ServiceRecord
from .merge import UNDER_WAY
from .signs import is_start_known

_LATELY = timedelta(days=1)


def to_ask_about(record: ServiceRecord, wrong: Collection[str], now: datetime) -> Sequence[Deployment]:
    """The deployments whose service deployments may say more; `wrong` are the ids of those with a fault."""
    if record.state is None or not record.deployed_by_ecs:
        return ()  # there are service deployments of ECS's own alone
    lately = now - _LATELY
    return [
        one
        for one in record.deployments
        if is_start_known(one)
        and _may_say_more(one, wrong=one.deployment_id in wrong, recent=one.began.at > lately)
    ]


def _may_say_more(one: Deployment, *, wrong: bool, recent: bool) -> bool:
    known = one.service_deployment
    if known is not None and known.status not in UNDER_WAY:
        return wrong and recent and lacks_images(one)
    return wrong or recent or one.rolling


def lacks_images(one: Deployment) -> bool:
    return one.service_deployment is None or one.service_deployment.images is None
