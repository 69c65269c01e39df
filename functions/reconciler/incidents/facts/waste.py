"""What lives cost that came to nothing: tasks that did not start, or failed soon after; pure."""

from datetime import timedelta
from typing import Final

from ...costs.lives import cost_of
from ...costs.prices import PricesByRegion
from ...costs.total import Total, total_of
from ...findings.model import Kind
from ...model.task import TaskState

# The tasks of a crash loop rarely run for longer; one that crashed after a month has not wasted its month.
EARLY: Final = timedelta(hours=1)
_EARLY_ONLY: Final = {Kind.ESSENTIAL_CONTAINER_FAILED, Kind.HEALTH_CHECK_FAILED}


def is_wasted(kind: Kind, state: TaskState) -> bool:
    """Whether the life of a task with a finding of that kind came to nothing.

    One of which nobody knows how long it ran counts, and has no price.
    """
    if kind not in _EARLY_ONLY:
        return kind is Kind.TASK_FAILED_TO_START
    began, ended = state.started_at, state.stopped_at
    return began is None or ended is None or ended - began < EARLY


def waste(kind: Kind, state: TaskState | None, own: PricesByRegion) -> Total:
    """What was wasted by the task, which has stopped, with that finding; `own` are the policy's prices."""
    if state is None or not is_wasted(kind, state):
        return Total()
    return total_of(cost_of(state, state.stopped_at, own))
