"""What the ports of logs promise, of the APIs and of what stands in for them in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.adapters.logs import ApiLogStreams, ApiTaskDefinitions
from reconciler.errors import AccessDenied
from reconciler.model.logs import Place
from reconciler.ports.logs import LogStreams, TaskDefinitions
from tests.support import container_logs
from tests.support.container_logs import Desk
from tests.support.task_logs import AWSLOGS, Definitions, Streams
from tests.support.values import TASK, state

REVISION = "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:1"
PLACE = Place(
    container="app", region="eu-central-1", group="/ecs/checkout", stream=f"web/app/{state().task_id}"
)


@dataclass
class World:
    """Both ports; `write` puts lines into the stream of TASK, `refuse` lets nothing be read any more."""

    definitions: TaskDefinitions
    streams: LogStreams
    write: Callable[[Sequence[str]], None]
    refuse: Callable[[], None]


@pytest.fixture(params=["memory", "api"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield in_memory()
        return
    with container_logs.desk() as desk:
        yield on_apis(desk)


def in_memory() -> World:
    definitions, lines = Definitions(), dict[str, Any]()

    def refuse() -> None:
        definitions.error = AccessDenied("no")
        lines[PLACE.group] = AccessDenied("no")

    return World(definitions, Streams(lines), lambda texts: lines.update({PLACE.group: texts}), refuse)


def on_apis(desk: Desk) -> World:
    desk.task()
    logs: Any = desk.session.client("logs")

    def refuse() -> None:
        for client in (logs, desk.ecs):
            client.meta.events.register("before-call", denied)

    return World(
        ApiTaskDefinitions(desk.ecs),
        ApiLogStreams(lambda _: logs),
        lambda texts: desk.write(state(task_arn=TASK), *texts),
        refuse,
    )


def denied(**_: object) -> None:
    answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    raise ClientError(answer, "GetLogEvents")


def test_how_containers_log(world: World) -> None:
    """By their names, and nothing else of the task definition."""
    assert world.definitions.log_settings(REVISION) == {"app": AWSLOGS}


def test_the_last_lines(world: World) -> None:
    """So many at the most, the newest last."""
    world.write([f"line {number}" for number in range(30)])
    found = world.streams.last_lines(PLACE, 20)
    assert found is not None
    assert [line.text for line in found] == [f"line {number}" for number in range(10, 30)]


def test_a_stream_that_is_not_there(world: World) -> None:
    """None, which is no error: a container that never ran has no stream."""
    assert world.streams.last_lines(PLACE, 20) is None


def test_what_may_not_be_asked(world: World) -> None:
    """Both say so."""
    world.refuse()
    with pytest.raises(AccessDenied):
        world.definitions.log_settings(REVISION)
    with pytest.raises(AccessDenied):
        world.streams.last_lines(PLACE, 20)
