"""Which deployment an incident began with, if any: the rule "this deployment broke it".

blame        when
unknown      the tasks name no deployment, or the ledger does not know it
not_one      no deployment can cause it (Spot, a host, maintenance, a person); or tasks of an older deployment
             began to fail only after a newer one had begun; or the first failure came a day after it
before       tasks of an older deployment, which had been completed, failed in the same way before it began
began_with   its own tasks failed first; or those of an older one that never was completed, which began it all

Failures are compared by deployment (a task's `startedBy`), over the time of the incident and a day before it.
Earlier ones do not count where the older deployment's tasks ran on without any for an hour before a newer one
began, or one between the two was completed without any, and the newer one's failed while it rolled out. One
that was undone before the incident is not what that began with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ...findings.causes.impaired_service import THROTTLED
from ...findings.causes.runtime import INTERNAL
from ...findings.causes.starts.place import AGENT, CAPACITY
from ...findings.model import Cause, Kind, OpenEnum
from ...model.deployment import Image
from ...model.task import Source
from ...services.outcomes import History, Outcome, rolling_at
from .failures import LOOK_BACK, Failures
from .suspects import Suspect, by_start, that_count, without_failures

_GIVEN = frozenset({Kind.DEPLOYMENT_FAILED, Kind.HOOK_WAITING})
_OF_SERVICE = frozenset({Kind.SERVICE_IMPAIRED, Kind.SCALE_IN_BLOCKED})
_NOT_BY_DEPLOYMENT = frozenset(
    {Kind.CAPACITY_INTERRUPTED, Kind.STOPPED_WHILE_PROTECTED, Kind.STOPPED_AFTER_EXPIRY}
    | {kind for kind in Kind if kind.startswith("PROTECTION_")}
)
_CAUSED_OUTSIDE: frozenset[Cause | None] = frozenset(
    cause.cause for cause in (CAPACITY, AGENT, INTERNAL, THROTTLED)
)


class BlameWord(OpenEnum):
    BEGAN_WITH = "began_with"
    BEFORE = "before"
    NOT_ONE = "not_one"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The deployment that is named, and what came of it; with `not_one` and `unknown` there is none.

    `images` and `previous_images` are None where nobody asked ECS for them. `none_steady` when it began with
    a deployment that is not over, and of which no task ran when ECS was last asked; `replaced` once it was
    rolled back, or a newer one was completed.
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
    none_steady: bool = False
    replaced: bool = False


def blame(
    kind: Kind,
    cause: Cause | None,
    failures: Sequence[Failures],
    histories: Sequence[History] | None,
    since: datetime,
) -> Blame:
    """Which deployment the incident began with, by the failures of its deployments and what came of these.

    `failures` are those of the incident and of the day before `since`, its first failure; of a service's
    incident, by the deployment that was under way. `histories` are None where the ledger knows no deployments
    of the service.
    """
    if kind in _NOT_BY_DEPLOYMENT or cause in _CAUSED_OUTSIDE:
        return Blame(word=BlameWord.NOT_ONE)
    if not histories:
        return Blame(word=BlameWord.UNKNOWN)
    counted = [one for one in failures if one.last_at >= since - LOOK_BACK]
    if not counted:
        return _under_way(histories, since) if kind in _OF_SERVICE else Blame(word=BlameWord.UNKNOWN)
    known = {one.deployment.deployment_id: one for one in histories}
    if any(one.deployment_id not in known for one in counted):
        return Blame(word=BlameWord.UNKNOWN)
    suspects = by_start(counted, known)
    if kind in _GIVEN:
        return _of(suspects[-1], BlameWord.BEGAN_WITH)
    return _of_suspects(suspects, histories, since)


def _under_way(histories: Sequence[History], since: datetime) -> Blame:
    """Of a service's incident that names no deployment: one that became known only afterwards."""
    rolling = rolling_at(histories, since)
    return _named(BlameWord.BEGAN_WITH, rolling) if rolling else Blame(word=BlameWord.NOT_ONE)


def _of_suspects(failed: Sequence[Suspect], histories: Sequence[History], since: datetime) -> Blame:
    well = without_failures(histories, failed)
    suspects = that_count(failed, well, since)
    oldest, newest = suspects[0], suspects[-1]
    if _failed_with_a_newer(oldest, histories):
        return Blame(word=BlameWord.NOT_ONE)
    if _is_older(since, failed):
        return _of(newest, BlameWord.BEFORE)
    over = oldest.failures.last_at < since and oldest.over_before(newest, well)
    if oldest.failed_young and (oldest is newest or not (oldest.ran_well or over)):
        return _of(oldest, BlameWord.BEGAN_WITH)
    return Blame(word=BlameWord.NOT_ONE) if oldest is newest else _of(newest, BlameWord.BEFORE)


def _of(suspect: Suspect, word: BlameWord) -> Blame:
    return _named(word, suspect.history, suspect.failures.task_definition_arn)


def _failed_with_a_newer(oldest: Suspect, histories: Sequence[History]) -> bool:
    """Whether its tasks, which had run well, began to fail only after another deployment had begun.

    Of one that was replaced within a day and never completed nobody knows that its tasks ran well.
    """
    ran_well = oldest.history.outcome is Outcome.COMPLETED or not oldest.failed_young
    return ran_well and any(
        oldest.started_at < one.deployment.began.at <= oldest.failures.first_at for one in histories
    )


def _is_older(since: datetime, failed: Sequence[Suspect]) -> bool:
    """Whether the incident's first failure was that of no known deployment, before all that failed began."""
    if any(one.failures.first_at <= since for one in failed):
        return False
    began = failed[0].history.deployment.began
    return began.source is Source.DESCRIBE and since < began.at


def _named(word: BlameWord, history: History, ran: str | None = None) -> Blame:
    one = history.deployment
    answered = one.service_deployment
    return Blame(
        word=word,
        deployment_id=one.deployment_id,
        task_definition_arn=one.task_definition_arn or ran,
        previous_task_definition_arn=history.previous.task_definition_arn if history.previous else None,
        images=history.images,
        previous_images=answered.source_images if answered else None,
        started_at=one.began.at,
        rolled_back_at=history.rolled_back_at,
        rolled_back_to=history.rolled_back_to,
        none_steady=word is BlameWord.BEGAN_WITH and history.none_steady,
    )
