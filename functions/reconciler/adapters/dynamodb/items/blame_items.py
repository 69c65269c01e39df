"""The failures of deployments, and the blame that follows, as attributes of their incident, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....incidents.blame import Blame, BlameWord
from ....incidents.failures import Failures
from ....model.deployment import Image
from .values import milliseconds, moment, number, text, when

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .values import Item, Value

_TEXTS = {
    "deploymentId": "deployment_id",
    "taskDefinitionArn": "task_definition_arn",
    "previousTaskDefinitionArn": "previous_task_definition_arn",
    "rolledBackTo": "rolled_back_to",
}
_TIMES = {"startedAt": "started_at", "rolledBackAt": "rolled_back_at"}
_IMAGES = {"images": "images", "previousImages": "previous_images"}


def failures_value(failures: tuple[Failures, ...]) -> Value:
    return {"L": [{"M": _failure(one)} for one in failures]}


def read_failures(value: Value | None) -> tuple[Failures, ...]:
    return tuple(_read_failure(one["M"]) for one in value["L"]) if value else ()


def blame_value(blame: Blame) -> Value:
    values: dict[str, Value] = {"word": {"S": blame.word}}
    values |= {name: {"S": held} for name, field in _TEXTS.items() if (held := getattr(blame, field))}
    values |= {name: milliseconds(held) for name, field in _TIMES.items() if (held := getattr(blame, field))}
    for name, field in _IMAGES.items():
        if (images := getattr(blame, field)) is not None:
            values[name] = images_value(images)
    return {"M": values}


def read_blame(value: Value | None) -> Blame | None:
    if value is None:
        return None
    held = value["M"]
    return Blame(
        word=BlameWord(held["word"]["S"]),
        deployment_id=text(held, "deploymentId"),
        task_definition_arn=text(held, "taskDefinitionArn"),
        previous_task_definition_arn=text(held, "previousTaskDefinitionArn"),
        images=read_images(held.get("images")),
        previous_images=read_images(held.get("previousImages")),
        started_at=when(held, "startedAt"),
        rolled_back_at=when(held, "rolledBackAt"),
        rolled_back_to=text(held, "rolledBackTo"),
    )


def images_value(images: tuple[Image, ...]) -> Value:
    return {"L": [{"M": _image(one)} for one in images]}


def read_images(value: Value | None) -> tuple[Image, ...] | None:
    return None if value is None else tuple(_read_image(one["M"]) for one in value["L"])


def _image(one: Image) -> Mapping[str, Value]:
    texts = {"container": one.container, "image": one.image, "digest": one.digest}
    return {name: {"S": held} for name, held in texts.items() if held}


def _read_image(held: Item) -> Image:
    return Image(container=held["container"]["S"], image=text(held, "image"), digest=text(held, "digest"))


def _failure(one: Failures) -> Mapping[str, Value]:
    values: dict[str, Value] = {
        "deploymentId": {"S": one.deployment_id},
        "firstAt": milliseconds(one.first_at),
        "lastAt": milliseconds(one.last_at),
        "count": number(one.count),
    }
    if one.task_definition_arn:
        values["taskDefinitionArn"] = {"S": one.task_definition_arn}
    return values


def _read_failure(held: Item) -> Failures:
    return Failures(
        deployment_id=held["deploymentId"]["S"],
        first_at=moment(held["firstAt"]),
        last_at=moment(held["lastAt"]),
        count=int(held["count"]["N"]),
        task_definition_arn=text(held, "taskDefinitionArn"),
    )
