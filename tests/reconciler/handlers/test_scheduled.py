"""The sweep's and the watch's Lambda functions: what they answer, log and measure."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest

from reconciler import wiring
from reconciler.adapters.aws import Pace
from reconciler.errors import LedgerError, TransientError
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.handlers import sweep as sweep_module
from reconciler.handlers import watch as watch_module
from reconciler.notifications.message import Message
from reconciler.use_cases.notify import Alerts
from reconciler.wiring import Services, SweepServices
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.simulator.engine.errors import ApiError
from tests.support.system import BATCH, SHOP, System
from tests.support.values import task_arn

QUIET = {"complete": True, "excluded": False, "errors": [], "clusters": {}}
IN_ORDER = {"tasks": 0, "stuck": [], "errors": []}


@dataclass
class Context:
    """What Lambda tells a function of its invocation."""

    times: Callable[[], int] = lambda: 600_000
    function_name: str = "sweep"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:111122223333:function:sweep"
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        return self.times()


@dataclass
class Functions:
    """Both functions in the system, with what they log and measure."""

    system: System
    logged: io.StringIO
    alerts: Alerts
    clusters: tuple[str, ...] = ()
    saved: list[Policy] = field(default_factory=list)
    refusal: LedgerError | None = None

    def save_policy(self, policy: Policy, _: datetime) -> bool:
        if self.refusal:
            raise self.refusal
        self.saved.append(policy)
        return True

    def sweep(self, **told: Any) -> dict[str, Any]:
        return sweep_module.handler({}, Context(**told))  # type: ignore[arg-type]  # as much as the handler reads

    def watch(self) -> dict[str, Any]:
        return watch_module.handler({}, Context())  # type: ignore[arg-type]  # as much as the handler reads

    def sent(self) -> list[Message]:
        assert isinstance(self.alerts.notifier, MemoryNotifier)
        return self.alerts.notifier.sent

    def lines(self, message: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.logged.getvalue().splitlines())
        return [line for line in lines if line["message"] == message]


@pytest.fixture
def functions(system: System, monkeypatch: pytest.MonkeyPatch) -> Functions:
    alerts = Alerts(
        incidents=MemoryIncidents(),
        notifier=MemoryNotifier(),
        policy=system.policy,
        clock=lambda: system.clock.now,
    )
    functions = Functions(system, io.StringIO(), alerts)
    services = Services(tasks=system.tasks, ledger=system.ledger)

    def sweep_services() -> SweepServices:
        return SweepServices(
            tasks=system.tasks,
            ledger=system.ledger,
            progress_store=system.progress_store,
            policy=system.policy,
            save_policy=functions.save_policy,
            clusters=functions.clusters,
        )

    for module in (sweep_module, watch_module):
        _stand(module, functions, monkeypatch)
    monkeypatch.setattr(sweep_module, "sweep_services", sweep_services)
    monkeypatch.setattr(watch_module, "services", lambda: services)
    return functions


def _stand(module: ModuleType, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_now", lambda: functions.system.clock.now)
    monkeypatch.setattr(module, "alerts", lambda _: functions.alerts)
    monkeypatch.setattr(module.logger.registered_handler, "stream", functions.logged)


def measured(capsys: pytest.CaptureFixture[str], service: str) -> dict[str, float]:
    """The metrics of the last invocation, by name, without those of single clusters."""
    blobs = map(json.loads, capsys.readouterr().out.splitlines())
    (found,) = (blob for blob in blobs if blob["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]])
    names = [metric["Name"] for metric in found["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    assert found["service"] == service
    return {name: found[name][0] for name in names}


def test_a_sweep_answers_with_its_summary(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON by cluster, one line of log for each, and a metric for each drift."""
    arn = functions.system.running()
    functions.system.drop()
    functions.system.protect(arn)
    answer = functions.sweep()
    shop = {"tasks": 1, "unrecorded": 1, "repaired": 1, "protected": 1, "stuck": [], "errors": []}
    assert answer == {**QUIET, "clusters": {BATCH: IN_ORDER, SHOP: shop}}
    assert json.loads(json.dumps(answer)) == answer
    lines = functions.lines("swept")
    assert [(line["clusterArn"], line["tasks"], line["level"]) for line in lines] == [
        (BATCH, 0, "INFO"),
        (SHOP, 1, "INFO"),
    ]
    found = measured(capsys, "sweep")
    assert {name: value for name, value in found.items() if value} == {
        "SweepTasks": 1,
        "SweepRepaired": 1,
        "SweepUnrecorded": 1,
        "SweepCompleted": 1,
    }
    assert set(found) >= {
        "SweepMissed",
        "SweepVanished",
        "SweepUnknown",
        "SweepAhead",
        "SweepClosed",
        "SweepDuration",
    }


def test_a_sweep_stores_the_policy(functions: Functions) -> None:
    """Where that fails, it is an error of the sweep, which goes on."""
    assert functions.sweep() == {**QUIET, "clusters": {BATCH: IN_ORDER, SHOP: IN_ORDER}}
    assert functions.saved == [functions.system.policy]
    functions.refusal = TransientError("slow")
    answer = functions.sweep()
    assert (answer["errors"], answer["complete"], len(answer["clusters"])) == (
        ["TransientError: slow"],
        True,
        2,
    )


def test_repairs_are_measured_by_cluster(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """How many events each cluster lost can be told."""
    functions.system.start()
    functions.system.drop()
    functions.sweep()
    blobs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {blob["cluster"]: blob["SweepRepaired"] for blob in blobs if "cluster" in blob} == {
        "batch": [0],
        "shop": [1],
    }


def test_a_failing_cluster_is_told(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """By name in the answer and in the log, each error once; in metrics that can alarm."""
    for _ in range(201):
        functions.system.start()
    functions.system.drop()
    functions.system.api.refuse = lambda operation, request: (
        ApiError("AccessDeniedException", "not yours") if operation == "DescribeTasks" else None
    )
    answer = functions.sweep()
    assert (answer["complete"], answer["clusters"][SHOP]["unknown"]) == (True, 201)
    (error,) = answer["clusters"][SHOP]["errors"]
    assert error.startswith("TerminalError: An error occurred (AccessDeniedException)")
    (line,) = functions.lines("cluster failed")
    assert (line["level"], line["clusterArn"], line["errorClass"]) == ("ERROR", SHOP, "TerminalError")
    found = measured(capsys, "sweep")
    assert (found["SweepClusterFailures"], found["TerminalErrors"]) == (1, 1)


def test_clusters_that_cannot_be_listed_are_told(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """What belongs to no cluster is an error of the sweep."""
    functions.system.api.refuse = lambda *_: ApiError("ThrottlingException", "Rate exceeded")
    answer = functions.sweep()
    assert [error.split(":")[0] for error in answer["errors"]] == ["TransientError"]
    (line,) = functions.lines("not swept")
    assert (line["level"], line["errorClass"]) == ("WARNING", "TransientError")
    found = measured(capsys, "sweep")
    assert (found["SweepClusterFailures"], found["TransientErrors"]) == (1, 1)


def test_a_sweep_stops_before_its_time_is_up(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """With less than half a minute left it leaves its place, and the next run goes on."""
    for _ in range(150):
        functions.system.start()
    functions.system.drop()
    left = iter([600_000, 60_000, 30_000, 30_000, 29_999])
    answer = functions.sweep(times=lambda: next(left))
    assert (answer["complete"], answer["clusters"][SHOP]["tasks"]) == (False, 100)
    assert measured(capsys, "sweep")["SweepCompleted"] == 0
    answer = functions.sweep(aws_request_id="another")
    assert (answer["complete"], answer["clusters"][SHOP]["tasks"]) == (True, 50)


def test_a_sweep_beside_another_says_so(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no success and no failure."""
    now = functions.system.clock.now
    functions.system.progress_store.acquire("another", now, now)
    assert functions.sweep() == {**QUIET, "complete": False, "excluded": True}
    found = measured(capsys, "sweep")
    assert (found["SweepCompleted"], found["SweepClusterFailures"]) == (0, 0)


def test_a_long_sweep_tells_how_far_it_is(functions: Functions) -> None:
    """A line of log for each thousand tasks."""
    for number in range(2050):
        functions.system.ecs.learn(
            {
                "taskArn": task_arn(number),
                "clusterArn": SHOP,
                "version": 1,
                "lastStatus": "STOPPED",
                "desiredStatus": "STOPPED",
                "stoppedAt": "2026-11-20T09:00:00Z",
            }
        )
    functions.sweep()
    assert [line["tasks"] for line in functions.lines("sweeping")] == [1000, 2000]


def test_stuck_tasks_are_told(functions: Functions) -> None:
    """By ARN in the answer, with words in the log."""
    arn = functions.system.start()
    functions.system.deliver()
    functions.system.wait(6)
    assert functions.sweep()["clusters"][SHOP]["stuck"] == [arn]
    (line,) = functions.lines("stuck")
    assert (line["taskArn"], "PROVISIONING for 6 min" in line["summary"]) == (arn, True)
    assert functions.lines("swept")[-1]["stuck"] == 1


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_clusters_may_be_chosen_by_name(functions: Functions, partition: str) -> None:
    """A name is a cluster of the function's own account and Region, in whichever partition."""
    arn = f"arn:{partition}:lambda:eu-central-1:111122223333:function:sweep"
    chosen = sweep_module.cluster_arns(("shop", BATCH), arn)
    assert chosen == [f"arn:{partition}:ecs:eu-central-1:111122223333:cluster/shop", BATCH]
    functions.clusters = ("shop",)
    assert set(functions.sweep()["clusters"]) == {SHOP}


def test_a_watch_answers_with_what_it_found(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings by id, changes by task, and a line of log for each."""
    arn = functions.system.running()
    functions.system.deliver()
    functions.system.protect(arn)
    functions.sweep()
    capsys.readouterr()
    functions.system.wait(121)
    answer = functions.watch()
    assert answer == {
        "findings": [f"{arn.rsplit('/', 1)[1]}.PROTECTION_EXPIRED.20261120T110000Z"],
        "changes": {arn: "EXPIRED"},
        "errors": {},
        "resolved": [],
        "unsettled": [],
    }
    assert json.loads(json.dumps(answer)) == answer
    assert [line["kind"] for line in functions.lines("found")] == ["PROTECTION_EXPIRED"]
    assert [line["change"] for line in functions.lines("protection")] == ["EXPIRED"]
    found = measured(capsys, "watch")
    assert {name: value for name, value in found.items() if value} == {"WatchFindings": 1, "Findings": 1}
    assert [message.document["kind"] for message in functions.sent()] == ["PROTECTION_EXPIRED"]


def test_a_watch_looks_after_incidents(functions: Functions) -> None:
    """What a sweep told of is over when it was not seen for a while, and the watch says so."""
    functions.system.start()
    functions.system.deliver()
    functions.system.wait(6)
    functions.sweep()
    functions.system.wait(60 * 5)
    (resolved,) = functions.watch()["resolved"]
    assert "|STUCK|PROVISIONING|" in resolved
    assert [message.document["type"] for message in functions.sent()] == ["OPENED", "RESOLVED"]
    assert functions.lines("resolved")[0]["incidentId"] == resolved


def test_a_watch_tells_of_clusters_that_fail(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """By ARN in the answer and in the log, and in metrics that can alarm."""
    arn = functions.system.running()
    functions.system.deliver()
    functions.system.protect(arn)
    functions.sweep()
    capsys.readouterr()
    functions.system.wait(121)
    functions.system.api.refuse = lambda *_: ApiError("ThrottlingException", "Rate exceeded")
    assert list(functions.watch()["errors"]) == [SHOP]
    assert [line["clusterArn"] for line in functions.lines("not watched")] == [SHOP]
    found = measured(capsys, "watch")
    assert (found["WatchClusterFailures"], found["TransientErrors"]) == (1, 1)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    variables = {"LEDGER_TABLE_NAME": "ledger", "LEDGER_RETENTION_DAYS": "90", "SWEEP_CALLS_PER_SECOND": "10"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    wiring.sweep_services.cache_clear()
    wiring.policy.cache_clear()
    yield monkeypatch
    wiring.sweep_services.cache_clear()
    wiring.policy.cache_clear()


def test_a_sweep_works_with_what_the_environment_names(environment: pytest.MonkeyPatch) -> None:
    """The same services at every call, within the budget of ECS calls that was chosen."""
    environment.setenv("CLUSTERS", "shop,batch")
    environment.setenv("PROTECTION_LEAD_MINUTES", "30")
    services = wiring.sweep_services()
    assert services is wiring.sweep_services()
    assert (services.clusters, services.policy == DEFAULT) == (("shop", "batch"), False)


def test_calls_keep_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quickly they are asked for, calls go through at the rate; idle time is not saved up."""
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))
        now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", sleep)
    pace = Pace(10)
    for _ in range(3):
        pace()
    now[0] += 60
    for _ in range(3):
        pace()
    assert waits == [0.1, 0.1, 0.1, 0.1]
