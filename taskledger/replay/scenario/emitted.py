"""What ECS sent, in words: of which task or service it is, and what it says."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from reconciler.use_cases.recording.service_events import ObservedService
from reconciler.use_cases.recording.task_events import Observed

from .words import state_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.use_cases.observe import ObserveResult
    from reconciler.use_cases.recording.service_events import ServiceOutcome
    from reconciler.use_cases.recording.task_events import Failed

    from ...simulator.engine.shapes import Fields

TASK = "ECS Task State Change"
DETAIL_TYPES = (TASK, "ECS Deployment State Change", "ECS Service Action", "ECS Hook State Change")


def service_of(event: Fields) -> str:
    """The name of the service that the event is of; of a standalone task, of its family."""
    detail = event["detail"]
    if "taskArn" in detail:
        return str(detail.get("group", "")).rpartition(":")[2]
    return str(detail.get("serviceArn") or event["resources"][0]).rpartition("/")[2]


def free_name(service: str, taken: Collection[str]) -> str:
    """What the next task that the scheduler started of this service is called: `web-1`, `web-2`, ..."""
    return next(name for number in count(1) if (name := f"{service}-{number}") not in taken)


def subject(event: Fields, name: str) -> str:
    """Which event it is: `web version 3`, `SERVICE_DEPLOYMENT_FAILED of web`."""
    detail = event["detail"]
    return (
        f"{name} version {detail['version']}" if "version" in detail else f"{detail['eventName']} of {name}"
    )


def words(event: Fields, name: str) -> str:
    """What happened, as the steps of a script report what they do themselves."""
    detail = event["detail"]
    if "taskArn" not in detail:
        more = detail.get("reason") or detail.get("lifecycleStage")
        return f"{name}: {detail['eventName']}{f', {more}' if more else ''}"
    if detail["version"] == 1:
        return f"{name} of {detail['group']} starts in {_cluster(detail)}: {state_words(detail)}"
    why = f", {detail['stopCode']}: {detail['stoppedReason']}" if _newly_stopping(detail) else ""
    return f"{name}: {state_words(detail)}{why}"


def _cluster(detail: Fields) -> str:
    return str(detail["clusterArn"]).rpartition("/")[2]


def _newly_stopping(detail: Fields) -> bool:
    """Whether this is the event of the wish that the task stop; it has been stopping for no time then."""
    return bool(detail.get("stoppingAt") == detail["updatedAt"])


def arrivals(result: ObserveResult) -> Sequence[str]:
    """What observe made of each event, in their order; raises why one is not recorded."""
    for error in result.failed.values():
        raise error
    outcomes: Mapping[str, Observed | Failed | ServiceOutcome] = {**result.events, **result.services}
    return [_arrival(outcomes[number]) for number in sorted(outcomes, key=int)]


def _arrival(outcome: Observed | Failed | ServiceOutcome) -> str:
    if isinstance(outcome, Observed):
        return f"{outcome.verdict}, {outcome.currency}"
    verdict = outcome.verdict if isinstance(outcome, ObservedService) else "unplaced"
    return verdict or "information"
