"""Which service deployment is which deployment: ECS says of no `ecs-svc/` id which ARN it has.

They are the same where both began within a few seconds, nothing else did, and no task definition says
otherwise. What cannot be joined for sure is left unjoined.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from ..model.deployment import Deployment, ServiceDeployment
from .signs import is_start_known

_NEAR = timedelta(seconds=10)


def join(
    deployments: Sequence[Deployment], answered: Iterable[ServiceDeployment]
) -> Mapping[str, ServiceDeployment]:
    """By deployment id, the service deployment that it is for sure."""
    candidates = list(answered)
    joined = {}
    for deployment in deployments:
        found = [one for one in candidates if _may_be(deployment, one)]
        if len(found) == 1 and sum(_may_be(other, found[0]) for other in deployments) == 1:
            joined[deployment.deployment_id] = found[0]
    return joined


def _may_be(deployment: Deployment, one: ServiceDeployment) -> bool:
    if not is_start_known(deployment) or abs(deployment.began.at - one.created_at) > _NEAR:
        return False
    known = (deployment.task_definition_arn, one.task_definition_arn)
    return None in known or known[0] == known[1]
