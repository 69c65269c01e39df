"""Whether a service runs fewer tasks than it should."""

from ..model.service import ServiceReading


def is_below_desired(reading: ServiceReading) -> bool:
    """Whether fewer tasks run than are desired; of a service that rolls, than have to run meanwhile.

    Never of a service that is to run nothing. While a deployment is under way, as many must run as its
    minimumHealthyPercent says, rounded up (Amazon ECS guide, deployment-type-ecs).
    """
    state = reading.state
    if state.desired_count == 0 or state.status != "ACTIVE":
        return False
    return state.running_count < _least(reading)


def _least(reading: ServiceReading) -> int:
    state = reading.state
    rolling = any(one.rollout.rollout_state == "IN_PROGRESS" for one in reading.deployments)
    percent = state.minimum_healthy_percent if rolling else None
    return state.desired_count if percent is None else -(-state.desired_count * min(percent, 100) // 100)
