"""Entries and history rows as DynamoDB items, and back.

    pk        sk                           holds
    taskArn   ENTRY                        the task's current entry
    taskArn   v0000000000000000003#event   one version as one source reported it

Items stay under 1 KB, which is one write unit: times are epoch milliseconds, a digest is its 32 bytes, an
ARN is kept without the part that it shares with the cluster's, and what only repeats is left out: a
desiredStatus that is the lastStatus, a container's status or health that is the task's, a closedAs that is
STOPPED (null stands for none). Attributes bear ECS's names. `openSince` and `closedAt` are there only while
the task is open or closed: they are the sort keys that make the indexes `open` and `closed` sparse, as
`protectionExpiresAt` does for `protected`, while protection is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....model.entry import Closure, LedgerEntry, Passing
from .....model.task import ClosedAs, Source, TaskState
from ..values import milliseconds, moment, number, or_null, or_same, seconds, when
from .container_items import container_item, read_container
from .life_items import ATTRIBUTES as LIFE_ATTRIBUTES
from .life_items import life_fields, life_values
from .protection_items import protection
from .tag_items import ATTRIBUTES as TAG_ATTRIBUTES
from .tag_items import tag_fields, tag_values
from .text_items import ATTRIBUTES as TEXT_ATTRIBUTES
from .text_items import text_fields, text_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from ..values import Item, Value

ENTRY = "ENTRY"

OPEN = "openSince"
CLOSED = "closedAt"

# Attribute, and the field of TaskState that it holds.
_TIMES = {
    "createdAt": "created_at",
    "startedAt": "started_at",
    "stoppingAt": "stopping_at",
    "stoppedAt": "stopped_at",
}
ENTRY_ATTRIBUTES = (
    *TEXT_ATTRIBUTES,
    *_TIMES,
    *LIFE_ATTRIBUTES,
    "version",
    "desiredStatus",
    "taskDefinitionArn",
    *TAG_ATTRIBUTES,
    "containers",
    "source",
    "observedAt",
    "describedAt",
    "closedAs",
    "closedAt",
    "missingSince",
    "aboveSince",
    "passingStatus",
    "passingSince",
    "replayed",
    "ttl",
)


def key(task_arn: str) -> dict[str, Value]:
    return {"pk": {"S": task_arn}, "sk": {"S": ENTRY}}


def state_values(state: TaskState) -> dict[str, Value]:
    """The attributes that hold a state; an unknown field has none."""
    values: dict[str, Value] = {"version": number(state.version)} | text_values(state)
    for name, field in _TIMES.items():
        if moment := getattr(state, field):
            values[name] = milliseconds(moment)
    if state.desired_status != state.last_status:
        values["desiredStatus"] = or_null(state.desired_status)
    return values | life_values(state) | _parts(state)


def _parts(state: TaskState) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if arn := state.task_definition_arn:
        values["taskDefinitionArn"] = {"S": arn.removeprefix(_task_definitions(state.cluster_arn))}
    if state.containers:
        values["containers"] = {"L": [container_item(item, state) for item in state.containers]}
    return values


def state(item: Item, tags: Mapping[str, str] | None = None) -> TaskState:
    fields: dict[str, Any] = dict(text_fields(item))
    fields |= {field: moment(item[name]) for name, field in _TIMES.items() if name in item}
    fields |= life_fields(item, fields)
    if "taskDefinitionArn" in item:
        fields["task_definition_arn"] = _full(item["taskDefinitionArn"]["S"], fields["cluster_arn"])
    containers = item["containers"]["L"] if "containers" in item else ()
    return TaskState(
        task_arn=item["pk"]["S"],
        version=int(item["version"]["N"]),
        desired_status=or_same(item.get("desiredStatus"), fields["last_status"]),
        containers=tuple(read_container(value["M"], fields) for value in containers),
        tags=tags,
        **fields,
    )


def entry_values(entry: LedgerEntry, retention: timedelta) -> dict[str, Value]:
    """All attributes of an entry but its key and `openSince`, which outlives the versions."""
    values = state_values(entry.state) | tag_values(entry)
    if entry.source is not Source.EVENT:
        values["source"] = {"S": entry.source}
    values["observedAt"] = milliseconds(entry.observed_at)
    if entry.replayed:
        values["replayed"] = {"BOOL": True}
    if entry.described_at:
        values["describedAt"] = milliseconds(entry.described_at)
    if entry.closed:
        if entry.unobserved:
            values["closedAs"] = {"S": entry.closed.how}
        values["closedAt"] = milliseconds(entry.closed.at)
        values["ttl"] = seconds(entry.closed.at + retention)
    return values


def entry(item: Item) -> LedgerEntry:
    closed_at = when(item, CLOSED)
    closed_as = ClosedAs(item["closedAs"]["S"]) if "closedAs" in item else ClosedAs.STOPPED
    tags, kept_tags = tag_fields(item)
    return LedgerEntry(
        state=state(item, tags),
        source=Source(item["source"]["S"]) if "source" in item else Source.EVENT,
        observed_at=moment(item["observedAt"]),
        described_at=when(item, "describedAt"),
        closed=Closure(closed_as, closed_at) if closed_at else None,
        protection=protection(item),
        missing_since=when(item, "missingSince"),
        above_since=when(item, "aboveSince"),
        replayed="replayed" in item,
        passing=_passing(item),
        kept_tags=kept_tags,
    )


def passing_values(passing: Passing) -> dict[str, Value]:
    return {"passingStatus": {"S": passing.status}, "passingSince": milliseconds(passing.since)}


def _passing(item: Item) -> Passing | None:
    since = when(item, "passingSince")
    return Passing(item["passingStatus"]["S"], since) if since else None


def _task_definitions(cluster_arn: str) -> str:
    """How the ARNs of task definitions begin beside this cluster."""
    return cluster_arn[: cluster_arn.index("cluster/")] + "task-definition/"


def _full(arn: str, cluster_arn: str) -> str:
    return arn if arn.startswith("arn:") else _task_definitions(cluster_arn) + arn
