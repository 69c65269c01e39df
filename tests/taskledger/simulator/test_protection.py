"""Scale-in protection in the simulated ECS."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.conftest import Shop


@pytest.fixture
def task(ecs: SimulatedEcs) -> str:
    return ecs.start_service_task("web", "web:7", cluster="shop")


@pytest.fixture
def protect(client: Any, task: str) -> Callable[..., Any]:
    def update(*, enabled: bool = True, **request: Any) -> Answer:
        answer = client.update_task_protection(
            cluster="shop", tasks=[task], protectionEnabled=enabled, **request
        )
        return answer["protectedTasks"][0]

    return update


@pytest.fixture
def protection(client: Any, task: str) -> Callable[..., Any]:
    return lambda: client.get_task_protection(cluster="shop", tasks=[task])["protectedTasks"][0]


def test_a_task_is_not_protected_until_asked(protection: Callable[..., Any], task: str) -> None:
    """Then it is listed all the same, without an expiry."""
    assert protection() == {"taskArn": task, "protectionEnabled": False}


@pytest.mark.parametrize(("request_", "minutes"), [({}, 120), ({"expiresInMinutes": 2880}, 2880)])
def test_protection_holds_for_two_hours_unless_asked_otherwise(
    protect: Callable[..., Any], protection: Callable[..., Any], clock: Clock, request_: Answer, minutes: int
) -> None:
    """The expiry is reported by the update and by what is asked after."""
    until = clock.now + timedelta(minutes=minutes)
    assert protect(**request_)["expirationDate"] == until
    assert (protection()["protectionEnabled"], protection()["expirationDate"]) == (True, until)


def test_protecting_again_starts_the_time_anew(
    protect: Callable[..., Any], protection: Callable[..., Any], clock: Clock
) -> None:
    """Longer or shorter."""
    protect(expiresInMinutes=60)
    clock.advance(600)
    protect(expiresInMinutes=5)
    assert protection()["expirationDate"] == clock.now + timedelta(minutes=5)


def test_protection_expires_by_the_clock(
    protect: Callable[..., Any], protection: Callable[..., Any], clock: Clock, task: str
) -> None:
    """What has expired reads like what never was."""
    protect(expiresInMinutes=1)
    clock.advance(59)
    assert protection()["protectionEnabled"]
    clock.advance(1)
    assert protection() == {"taskArn": task, "protectionEnabled": False}


def test_protection_can_be_cleared(
    protect: Callable[..., Any], protection: Callable[..., Any], task: str
) -> None:
    """Before its time."""
    protect()
    assert protect(enabled=False) == protection() == {"taskArn": task, "protectionEnabled": False}


def test_protection_is_no_change_of_the_task(
    protect: Callable[..., Any], shop: Shop, task: str, clock: Clock, events: list[Answer]
) -> None:
    """Neither set, nor cleared, nor expired makes a version or an event."""
    protect(expiresInMinutes=1)
    clock.advance(61)
    protect(enabled=False)
    assert (shop.task(task)["version"], events) == (1, [])


def test_what_cannot_be_protected_is_a_failure_beside_the_answers(
    client: Any, shop: Shop, task: str, ecs: SimulatedEcs
) -> None:
    """A standalone task is not valid, nor is a stopped one; an unknown one is missing."""
    stopped, standalone, unknown = (
        ecs.start_service_task("web", "web:7", cluster="shop"),
        shop.run(),
        "0" * 32,
    )
    shop.submit(stopped, "STOPPED")
    asked = {"cluster": "shop", "tasks": [task, standalone, stopped, unknown]}
    for answer in (
        client.get_task_protection(**asked),
        client.update_task_protection(**asked, protectionEnabled=True),
    ):
        assert [found["taskArn"] for found in answer["protectedTasks"]] == [task]
        assert [(failure["arn"], failure["reason"]) for failure in answer["failures"]] == [
            (standalone, "TASK_NOT_VALID"),
            (stopped, "TASK_NOT_VALID"),
            (f"arn:aws:ecs:us-east-1:111122223333:task/shop/{unknown}", "MISSING"),
        ]


@pytest.mark.parametrize("minutes", [0, 2881])
def test_protection_lasts_from_a_minute_to_two_days(
    client: Any, protect: Callable[..., Any], protection: Callable[..., Any], minutes: int
) -> None:
    """Anything else is refused, and changes nothing."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        protect(expiresInMinutes=minutes)
    assert not protection()["protectionEnabled"]


def test_ten_tasks_are_updated_and_a_hundred_asked_in_one_call(client: Any, task: str) -> None:
    """More need another call."""
    client.update_task_protection(cluster="shop", tasks=[task] * 10, protectionEnabled=True)
    client.get_task_protection(cluster="shop", tasks=[task] * 100)
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.update_task_protection(cluster="shop", tasks=[task] * 11, protectionEnabled=True)
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.get_task_protection(cluster="shop", tasks=[task] * 101)
