"""The failures of deployments, and the blame that follows, as attributes of their incident."""

from ....incidents.deployments.blame import Blame, BlameWord
from ....incidents.deployments.failures import Failures
from .layout import ARN, FLAG, NUMBER, TEXT, TIME, Codec, Layout
from .service_deployment_items import IMAGES

_WORD = Codec(TEXT.write, lambda value, _: BlameWord(value["S"]))

FAILURES = Layout(
    Failures,
    {
        "deploymentId": ("deployment_id", TEXT),
        "firstAt": ("first_at", TIME),
        "lastAt": ("last_at", TIME),
        "count": ("count", NUMBER),
        "taskDefinitionArn": ("task_definition_arn", ARN),
    },
).several

BLAME = Layout(
    Blame,
    {
        "word": ("word", _WORD),
        "deploymentId": ("deployment_id", TEXT),
        "taskDefinitionArn": ("task_definition_arn", ARN),
        "previousTaskDefinitionArn": ("previous_task_definition_arn", ARN),
        "images": ("images", IMAGES),
        "previousImages": ("previous_images", IMAGES),
        "startedAt": ("started_at", TIME),
        "rolledBackAt": ("rolled_back_at", TIME),
        "rolledBackTo": ("rolled_back_to", ARN),
        "noneSteady": ("none_steady", FLAG),
        "replaced": ("replaced", FLAG),
    },
).one
