"""From what AWS sends to the model: envelopes of events.

Only the fields that the ledger keeps are read, so `overrides` and environment values never get past this
module, and whatever AWS adds later is ignored. A wrong field raises `InvalidInput` with its path
(`detail.version`); null and "" count as absent, as SDKs print them for fields that ECS did not send.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from ..arns import cluster_arn
from ..errors import InvalidInput
from ..model.protection import ProtectionCall
from ..model.task import Observation, Source
from .fields import Fields, kind, objects, required, text, timestamp
from .fields import arn as arn_field
from .task import task_state, task_version

DETAIL_TYPE = "ECS Task State Change"
CALL_DETAIL_TYPE = "AWS API Call via CloudTrail"
EVENT_SOURCE = "aws.ecs"


def parse_json(body: str | bytes) -> object:
    """The value of a JSON text; `InvalidInput` for the field `body` when it is none or nested too deeply."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvalidInput("body", f"is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidInput("body", "is nested too deeply for an event") from error


def parse_task_event(envelope: object) -> Observation:
    """The observation in an "ECS Task State Change" event.

    The task's ARN is `detail.taskArn`, or where that is missing the first of `resources`. The event's own
    time is `detail.updatedAt` (milliseconds), else `time` (whole seconds; some captures say `event_time`).
    """
    if not isinstance(envelope, Mapping):
        raise InvalidInput("event", f"must be a JSON object, found {kind(envelope)}")
    _expect(envelope, "source", EVENT_SOURCE)
    _expect(envelope, "detail-type", DETAIL_TYPE)
    detail = envelope.get("detail")
    if not isinstance(detail, Mapping):
        raise InvalidInput("detail", f"must be a JSON object, found {kind(detail)}")
    return Observation(
        state=task_state(
            detail,
            "detail.",
            task_arn=_event_task_arn(envelope, detail),
            version=required(task_version(detail, "detail."), "detail.version"),
        ),
        source=Source.EVENT,
        observed_at=_event_time(envelope, detail),
        event_id=text(envelope, "id", ""),
        replay_name=text(envelope, "replay-name", ""),
    )


def parse_protection_call(envelope: object) -> ProtectionCall | None:
    """The call that a CloudTrail event reports; None when the event is none of UpdateTaskProtection.

    Only which tasks to ask about is taken: CloudTrail is best effort and renders times its own way. A call
    that ECS refused protected no task, and leaves nothing to ask.
    """
    if not isinstance(envelope, Mapping) or envelope.get("detail-type") != CALL_DETAIL_TYPE:
        return None
    _expect(envelope, "source", EVENT_SOURCE)
    detail = envelope.get("detail")
    if not isinstance(detail, Mapping):
        raise InvalidInput("detail", f"must be a JSON object, found {kind(detail)}")
    _expect(detail, "eventName", "UpdateTaskProtection", "detail.")
    answer = detail.get("responseElements") or {}
    if not isinstance(answer, Mapping):
        raise InvalidInput("detail.responseElements", f"must be a JSON object, found {kind(answer)}")
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
    resources = envelope.get("resources")
    if found is None and isinstance(resources, list) and resources:
        found = arn_field({"resources[0]": resources[0]}, "resources[0]", "", "task")
    return required(found, "detail.taskArn")


def _event_time(envelope: Fields, detail: Fields) -> datetime:
    found = (
        timestamp(detail, "updatedAt", "detail.")
        or timestamp(envelope, "time", "")
        or timestamp(envelope, "event_time", "")
    )
    return required(found, "time")


def _expect(fields: Fields, name: str, expected: str, at: str = "") -> None:
    found = fields.get(name)
    if found != expected:
        shown = kind(found) if not isinstance(found, str) else f'"{found[:80]}"'
        raise InvalidInput(at + name, f'must be "{expected}", found {shown}')
