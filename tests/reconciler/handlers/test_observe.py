"""What the observe function answers, logs and measures."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from reconciler.handlers import observe as observe_module
from reconciler.parsing.home import Home
from reconciler.wiring.observe import Services
from tests.reconciler.handlers.conftest import Context, measured
from tests.support.service_events import OLD_SERVICE, deployment_change, event_of, hook_change, service_action
from tests.support.services import SERVICE, deployment_id
from tests.support.system import System
from tests.support.values import envelope

INSTANCE = "ECS Container Instance State Change"


class Function:
    """The function on the system's ports."""

    def __init__(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logged = io.StringIO()
        services = Services(
            tasks=system.tasks,
            ledger=system.ledger,
            services=system.services,
            home=Home("111122223333", "eu-central-1"),
        )
        monkeypatch.setattr(observe_module, "services", lambda: services)
        monkeypatch.setattr(observe_module.logger.registered_handler, "stream", self.logged)

    def run(self, *events: Any) -> list[str]:
        """The ids of the messages that are to come again."""
        records = [{"messageId": f"m{n}", "body": json.dumps(event)} for n, event in enumerate(events)]
        answer = observe_module.handler({"Records": records}, Context())  # type: ignore[arg-type]  # as much as it reads
        return [item["itemIdentifier"] for item in answer["batchItemFailures"]]

    def lines(self, *messages: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.logged.getvalue().splitlines())
        facts = ("serviceArn", "event", "deploymentId", "hookId", "verdict", "detailType", "count", "field")
        return [
            {name: line[name] for name in facts if name in line}
            for line in lines
            if line["message"] in messages
        ]


@pytest.fixture
def function(system: System, monkeypatch: pytest.MonkeyPatch) -> Function:
    return Function(system, monkeypatch)


def test_events_of_services(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each, and a count of all that were recorded."""
    steady = service_action(eventName="SERVICE_STEADY_STATE", eventType="INFO")
    assert function.run(deployment_change(), steady, hook_change()) == []
    assert function.lines("service observed") == [
        {
            "serviceArn": SERVICE,
            "event": "SERVICE_DEPLOYMENT_IN_PROGRESS",
            "deploymentId": deployment_id(1),
            "verdict": "NEW",
        },
        {"serviceArn": SERVICE, "event": "SERVICE_STEADY_STATE"},
        {
            "serviceArn": SERVICE,
            "event": "AWAITING_ACTION",
            "hookId": "ecs-pause-e7tK9G_WRJq",
            "verdict": "NEW",
        },
    ]
    found = measured(capsys, "observe")
    assert (found["ServiceEvents"], found["EventsFailed"], found["EventsRejected"]) == (3, 0, 0)
    assert {"EventsSkipped", "EventsUnplaced", "EventLag"} & found.keys() == set()


def test_what_is_skipped_or_cannot_be_placed(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither is an error: both are counted, with a line for each kind of what is skipped."""
    instance = event_of(INSTANCE, None, {})
    assert function.run(instance, instance, deployment_change(resource=OLD_SERVICE, clusterArn=None)) == []
    assert function.lines("skipped") == [{"detailType": INSTANCE, "count": 2}]
    assert [line["deploymentId"] for line in function.lines("unplaced")] == [deployment_id(1)]
    found = measured(capsys, "observe")
    assert (found["EventsSkipped"], found["EventsUnplaced"]) == (2, 1)
    assert "ServiceEvents" not in found


def test_of_tasks_alone_nothing_more_is_measured(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    """A metric costs money as soon as it exists."""
    assert function.run(envelope(1)) == []
    assert {"ServiceEvents", "EventsSkipped", "EventsUnplaced"} & measured(capsys, "observe").keys() == set()


def test_what_is_refused(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    """Its line names the field, and all else of its batch is recorded."""
    assert function.run(deployment_change(deploymentId=5), "nonsense", hook_change()) == ["m0", "m1"]
    assert [line["field"] for line in function.lines("not recorded")] == ["detail.deploymentId", "event"]
    found = measured(capsys, "observe")
    assert (found["EventsRejected"], found["ServiceEvents"]) == (2, 1)


def test_a_record_that_cannot_be_read(
    system: System,
    function: Function,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The line names the service and the event."""

    def throttled(*_: object) -> None:
        raise observe_module.LedgerError("throttled")

    monkeypatch.setattr(system.services, "service", throttled)
    assert function.run(deployment_change()) == ["m0"]
    (line,) = function.lines("not recorded")
    assert (line["serviceArn"], line["deploymentId"]) == (SERVICE, deployment_id(1))
    assert measured(capsys, "observe")["EventsFailed"] == 1
