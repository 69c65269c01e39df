"""Whether a service runs fewer tasks than it should, or more."""

from ..model.service import ServiceReading, ServiceRecord


def is_below_desired(reading: ServiceReading) -> bool:
    """Whether fewer tasks run than are desired; of a service that rolls, than have to run meanwhile.

    Never of a service that is to run nothing. While a deployment is under way, as many must run as its
    minimumHealthyPercent says, rounded up (Amazon ECS guide, deployment-type-ecs).
    """
    state = reading.state
    if state.desired_count == 0 or state.status != "ACTIVE":
        return False
    return state.running_count < least(reading)


def has_surplus(record: ServiceRecord) -> bool:
    """Whether more tasks run than are desired, or some of a deployment that another one took the place of.

    A deployment that is drained is read no more: what it ran when it was read last says nothing.
    """
    state = record.state
    if state is None or record.closed_at:
        return False
    rollouts = (one.rollout for one in record.deployments if one.rollout)
    primary = next((one for one in rollouts if one.status == "PRIMARY"), None)
    ran_by_primary = primary.running_count if primary else state.running_count
    return state.running_count > min(state.desired_count, ran_by_primary)


def least(reading: ServiceReading) -> int:
    """How many of its tasks have to run: fewer than desired while it rolls, where it may."""
    state = reading.state
    rolling = any(one.rollout.rollout_state == "IN_PROGRESS" for one in reading.deployments)
    percent = state.minimum_healthy_percent if rolling else None
    return state.desired_count if percent is None else -(-state.desired_count * min(percent, 100) // 100)
