"""Which deployment an incident began with, if any: the rule "this deployment broke it".

blame        when
unknown      the tasks name no deployment, or the ledger does not know it
not_one      no deployment can cause it (Spot, a host, maintenance, a person); or tasks of an older deployment
             began to fail only after a newer one had begun; or the first failure came a day after it
before       tasks of an older deployment failed in the same way before it began
began_with   its own tasks failed first

Failures are compared by deployment (a task's `startedBy`), over the time of the incident and a day before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..findings.model import Kind
from ..model.deployment import Image

LOOK_BACK = timedelta(hours=24)
_RAN_ON = timedelta(hours=1)  # without a failure: the older deployment's tasks ran on

_NOT_BY_DEPLOYMENT = frozenset({Kind.CAPACITY_INTERRUPTED})


class BlameWord(StrEnum):
    BEGAN_WITH = "began_with"
    BEFORE = "before"
    NOT_ONE = "not_one"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failures of one deployment's tasks: how many, and when the first and the last were."""

    deployment_id: str
    first_at: datetime
    last_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The deployment that is named, and what came of it; with `not_one` and `unknown` there is none.

    `images` and `previous_images` are None where nobody asked ECS for them.
    """

    word: BlameWord
    deployment_id: str | None = None
    task_definition_arn: str | None = None
    previous_task_definition_arn: str | None = None
    images: tuple[Image, ...] | None = None
    previous_images: tuple[Image, ...] | None = None
    started_at: datetime | None = None
    rolled_back_at: datetime | None = None
    rolled_back_to: str | None = None
