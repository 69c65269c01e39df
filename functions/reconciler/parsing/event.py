"""From what AWS sends to the model: envelopes of events.

    detail-type                     read as
    ECS Task State Change           Observation
    AWS API Call via CloudTrail     ProtectionCall
    ECS Deployment State Change     DeploymentEvent
    ECS Service Action              ActionEvent, or DeploymentEvent
    ECS Hook State Change           HookEvent
    any other                       Skipped

Only the fields that the ledger keeps are read, so `overrides` and environment values never get past this
package, and whatever AWS adds later is ignored. A wrong field raises `InvalidInput` with its path
(`detail.version`); null and "" count as absent, as SDKs print them for fields that ECS did not send.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..arns import cluster_arn
from ..errors import InvalidInput
from ..model.protection import ProtectionCall
from ..model.service_event import ServiceEvent
from ..model.task import Observation, Source
from .envelope import EVENT_SOURCE, event_detail, event_time, expect, first_resource
from .fields import Fields, inner, kind, objects, required, text
from .fields import arn as arn_field
from .service_event import parse_deployment_event, parse_hook_event, parse_service_action
from .task import task_state, task_version

DETAIL_TYPE = "ECS Task State Change"
CALL_DETAIL_TYPE = "AWS API Call via CloudTrail"

Reported = Observation | ProtectionCall | ServiceEvent


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event of ECS that says nothing of tasks or services, by its kind."""

    detail_type: str


def parse_json(body: str | bytes) -> object:
    """The value of a JSON text; `InvalidInput` for the field `body` when it is none or nested too deeply."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvalidInput("body", f"is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidInput("body", "is nested too deeply for an event") from error


def parse_event(envelope: object) -> Reported | Skipped:
    """What an event of ECS reports; `InvalidInput` for what is none, or has a wrong field."""
    if not isinstance(envelope, Mapping):
        raise InvalidInput("event", f"must be a JSON object, found {kind(envelope)}")
    expect(envelope, "source", EVENT_SOURCE)
    detail_type = required(text(envelope, "detail-type", ""), "detail-type")
    read = READERS.get(detail_type)
    return read(envelope) if read else Skipped(detail_type)


def parse_task_event(envelope: Fields) -> Observation:
    """The observation in an "ECS Task State Change" event.

    The task's ARN is `detail.taskArn`, or where that is missing the first of `resources`. The event's own
    time is `detail.updatedAt`.
    """
    detail = event_detail(envelope)
    return Observation(
        state=task_state(
            detail,
            "detail.",
            task_arn=_event_task_arn(envelope, detail),
            version=required(task_version(detail, "detail."), "detail.version"),
        ),
        source=Source.EVENT,
        observed_at=event_time(envelope, detail, "updatedAt"),
        event_id=text(envelope, "id", ""),
        replay_name=text(envelope, "replay-name", ""),
    )


def parse_protection_call(envelope: Fields) -> ProtectionCall:
    """The call of UpdateTaskProtection that a CloudTrail event reports; any other call is an error.

    Only which tasks to ask about is taken: CloudTrail is best effort and renders times its own way. A call
    that ECS refused protected no task, and leaves nothing to ask.
    """
    detail = event_detail(envelope)
    expect(detail, "eventName", "UpdateTaskProtection", "detail.")
    answer = inner(detail, "responseElements", "detail.")
    at = "detail.responseElements."
    arns = [
        required(arn_field(task, "taskArn", f"{at}protectedTasks[{index}].", "task"), f"{at}protectedTasks")
        for index, task in enumerate(objects(answer, "protectedTasks", at))
    ]
    return ProtectionCall(task_arns=tuple(arns), cluster_arn=_called_cluster(detail, arns))


def _called_cluster(detail: Fields, task_arns: Sequence[str]) -> str:
    """The cluster as the caller named it: by ARN, by name, or not at all, which means `default`."""
    asked = detail.get("requestParameters")
    named = text(asked, "cluster", "detail.requestParameters.") if isinstance(asked, Mapping) else None
    return cluster_arn(named or "default", beside=task_arns[0] if task_arns else "") or ""


def _event_task_arn(envelope: Fields, detail: Fields) -> str:
    found = arn_field(detail, "taskArn", "detail.", "task")
    found = found or arn_field(first_resource(envelope), "resources[0]", "", "task")
    return required(found, "detail.taskArn")


READERS: Mapping[str, Callable[[Fields], Reported]] = {
    DETAIL_TYPE: parse_task_event,
    CALL_DETAIL_TYPE: parse_protection_call,
    "ECS Deployment State Change": parse_deployment_event,
    "ECS Service Action": parse_service_action,
    "ECS Hook State Change": parse_hook_event,
}
