"""The pieces of published files: events, replayed, and the tasks of API answers, parsed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import Any, TypeGuard

from reconciler.errors import InvalidInput
from reconciler.findings.model import Fault
from reconciler.findings.policy import DEFAULT
from reconciler.findings.stop import explain
from reconciler.gate import description
from reconciler.model.task import Observation, TaskState
from reconciler.parsing.answer import parse_described_task
from reconciler.parsing.envelope import EVENT_SOURCE
from reconciler.parsing.event import CALL_DETAIL_TYPE, DETAIL_TYPE, READERS, parse_event, parse_json
from taskledger.local.memory_incidents import MemoryNotifier
from taskledger.local.system import memory_system
from taskledger.replay.captures import SUFFIXES, Captured, Unreadable, read
from taskledger.replay.delivery import deliver
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.units import entry_size

READ = (*SUFFIXES, ".txt")
EVENTS = tuple(name for name in READERS if name != CALL_DETAIL_TYPE)
REQUIRED = ("source", "detail.clusterArn", "detail.version", "detail.lastStatus")
ELSEWHERE = (("detail.taskArn", "resources[0]"), ("detail.updatedAt", "time", "event_time"))

_PLACEHOLDER = re.compile(r".*<.*>.*|.*redacted.*|[a-z_#*.]+", re.IGNORECASE | re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+")
_DESCRIBED_AT = datetime(2026, 11, 20, tzinfo=UTC)
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class Fate(StrEnum):
    """What became of a piece."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # though it has all that is required: a fault
    INCOMPLETE = "incomplete"  # a required value is missing, or a placeholder stands for it
    OTHER = "other"  # no event of a task or a service, and no task


@dataclass(frozen=True)
class Piece:
    """One thing in a file: `what` it is, its fate, and what it came out as or what is wrong with it.

    `entry_bytes` are those of the entry that a state leaves; None for all else.
    """

    file: str
    index: int
    what: str
    fate: Fate
    shown: str
    entry_bytes: int | None = None


def pieces(folder: Path) -> Iterator[Piece]:
    """All pieces of all files below the folder that can hold events or answers."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name.removesuffix(".gz").endswith(READ):
            yield from _of_file(path, path.relative_to(folder).as_posix())


def outcome(stop: Fault | None) -> str:
    return f"{stop.kind} {stop.cause}" if stop else "no finding"


def _of_file(path: Path, file: str) -> Iterator[Piece]:
    found = list(read(str(path)))
    clock = Clock()
    ecs = SimulatedEcs(clock)
    system = memory_system(ecs, clock, DEFAULT, MemoryNotifier(lambda: clock.now))
    rejected = deliver(found, system, ecs).rejected
    refused = {one.index: f"{one.field}: {one.error}" for one in rejected}
    for one in found:
        value = _value(one)
        if tasks := _tasks(value):
            yield from (_answered(file, one.index, task) for task in tasks)
        elif _is_event(value):
            yield _event(file, one.index, value, refused.get(one.index))
        else:
            shown = refused.get(one.index, "not refused")
            yield Piece(file, one.index, _what(value), Fate.OTHER, shown)


def _value(one: Captured | Unreadable) -> object:
    """The JSON value; None where there is none."""
    try:
        return parse_json(one.body) if isinstance(one, Captured) else None
    except InvalidInput:
        return None


def _what(value: object) -> str:
    if value is None:
        return "no JSON"
    kind = value.get("detail-type") if isinstance(value, Mapping) else None
    return kind[:60] if isinstance(kind, str) else "other JSON"


def _is_event(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is an event of a task or a service, or would be one if its source were given."""
    if not isinstance(value, Mapping) or value.get("source") not in (None, "", EVENT_SOURCE):
        return False
    return value.get("detail-type") in EVENTS


def _event(file: str, index: int, envelope: Mapping[str, Any], refused: str | None) -> Piece:
    what = envelope["detail-type"]
    if refused is None:
        return Piece(file, index, what, Fate.ACCEPTED, *_reported(envelope))
    field = refused.partition(": ")[0]
    missing = _missing(envelope, field)
    fate = Fate.INCOMPLETE if missing or _is_placeholder(_at(envelope, field)) else Fate.REFUSED
    return Piece(file, index, what, fate, f"lacks {', '.join(missing)}" if missing else refused)


def _missing(envelope: Mapping[str, Any], field: str) -> list[str]:
    """What an event requires and this one lacks; of one of a service, the field that it was refused by."""
    if envelope["detail-type"] != DETAIL_TYPE:
        return [field] if _absent(envelope, field) else []
    missing = [path for path in REQUIRED if _absent(envelope, path)]
    return missing + [paths[0] for paths in ELSEWHERE if all(_absent(envelope, path) for path in paths)]


def _reported(envelope: Mapping[str, Any]) -> tuple[str, int | None]:
    found = parse_event(envelope)
    if isinstance(found, Observation):
        return _outcome(found.state), entry_size(found)
    return str(envelope["detail"]["eventName"]), None


def _tasks(value: object) -> Sequence[Mapping[str, Any]]:
    """The tasks of a DescribeTasks, RunTask, StartTask or StopTask answer, or a task by itself."""
    if not isinstance(value, Mapping):
        return ()
    if isinstance(tasks := value.get("tasks"), list):
        return [task for task in tasks if isinstance(task, Mapping)]
    task = value.get("task", value)
    return [task] if isinstance(task, Mapping) and {"taskArn", "lastStatus"} <= task.keys() else ()


def _answered(file: str, index: int, task: Mapping[str, Any]) -> Piece:
    what = "task of an answer"
    try:
        state = parse_described_task(_dated(task))
        return Piece(
            file, index, what, Fate.ACCEPTED, _outcome(state), entry_size(description(state, _DESCRIBED_AT))
        )
    except InvalidInput as error:
        wrong = _at(task, error.field.removeprefix("task."))
        fate = Fate.INCOMPLETE if wrong in (None, "") or _is_placeholder(wrong) else Fate.REFUSED
        return Piece(file, index, what, fate, str(error))


def _dated(value: Any) -> Any:
    """The value as boto3 gives it, where a recording wrote each time as an object of its parts."""
    if isinstance(value, list):
        return [_dated(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("__class__") == "datetime":
        return datetime(**{name: value[name] for name in _PARTS if name in value}, tzinfo=UTC)
    return {name: _dated(item) for name, item in value.items()}


def _outcome(state: TaskState) -> str:
    stop = explain(state)
    return f"{state.last_status}, {outcome(stop)}" if stop else state.last_status


def _at(value: Any, path: str) -> Any:
    """The value at a path like `detail.containers[0].name`; None where there is none."""

    def into(inner: Any, step: str) -> Any:
        if isinstance(inner, list) and step.isdecimal():
            return inner[int(step)] if int(step) < len(inner) else None
        return inner.get(step) if isinstance(inner, Mapping) else None

    return reduce(into, _STEP.findall(path), value)


def _absent(value: Any, path: str) -> bool:
    return _at(value, path) in (None, "")


def _is_placeholder(value: object) -> bool:
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None
