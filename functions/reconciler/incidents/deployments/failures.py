"""The failures of an incident by the deployment that started the failing tasks; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LOOK_BACK = timedelta(hours=24)  # for which the failures of before an incident count
_KEPT = 5  # deployments that failed first, and as many that failed last


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failures of one deployment's tasks: how many, and when the first and the last were.

    `task_definition_arn` is what these ran, which may be all that says what was deployed.
    """

    deployment_id: str
    first_at: datetime
    last_at: datetime
    count: int = 1
    task_definition_arn: str | None = None


def add_failure(
    failures: Sequence[Failures], deployment_id: str, at: datetime, task_definition_arn: str | None = None
) -> tuple[Failures, ...]:
    """With one more failure of a deployment's task, the deployment that failed first before the others.

    The order in which failures are added does not matter. Of more than ten deployments those in the middle
    are left out.
    """
    by_id = {one.deployment_id: one for one in failures}
    known = by_id.get(deployment_id, Failures(deployment_id=deployment_id, first_at=at, last_at=at, count=0))
    first, last = min(known.first_at, at), max(known.last_at, at)
    ran = known.task_definition_arn or task_definition_arn
    by_id[deployment_id] = replace(
        known, first_at=first, last_at=last, count=known.count + 1, task_definition_arn=ran
    )
    ordered = sorted(by_id.values(), key=lambda one: (one.first_at, one.deployment_id))
    return tuple(ordered if len(ordered) <= 2 * _KEPT else ordered[:_KEPT] + ordered[-_KEPT:])
