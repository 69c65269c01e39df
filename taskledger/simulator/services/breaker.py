"""The deployment circuit breaker, and how long the scheduler waits before it tries again.

| failed tasks in a row | wait |
| --- | --- |
| 1, 2 | none |
| 3, 4, 5 ... | 30 s, 60 s, 120 s ..., at most 27 minutes |
| refused before there was a task | at least 30 s |
"""

from .model import Rollout, Service

IMPAIRED = 3  # from so many on SERVICE_TASK_START_IMPAIRED, and waits
_FIRST_WAIT = 30.0
_LONGEST_WAIT = 27 * 60.0


def tripped(service: Service) -> bool:
    """Whether the deployment in progress has failed as often as the circuit breaker allows."""
    primary, configuration = service.primary, service.configuration
    if not configuration.breaker or primary.rollout is not Rollout.IN_PROGRESS:
        return False
    return primary.failed_tasks >= configuration.threshold(service.desired)


def wait(failed_tasks: int, *, refused: bool = False) -> float:
    """Seconds from a failure to the next try."""
    if failed_tasks < IMPAIRED:
        return _FIRST_WAIT if refused else 0
    doublings = min(failed_tasks - IMPAIRED, 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
