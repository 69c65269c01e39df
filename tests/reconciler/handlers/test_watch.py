"""The watch function, and what both scheduled functions are configured with."""

import json
from collections.abc import Iterator

import pytest

from reconciler.adapters.clients import Pace
from reconciler.errors import TransientError
from reconciler.findings.policy import DEFAULT
from reconciler.wiring.alerting import policy
from reconciler.wiring.sweep import sweep_services
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.simulator.engine.errors import ApiError
from tests.reconciler.handlers.conftest import Functions, measured
from tests.support.system import SHOP


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
    """What a sweep reported goes on while it stands, and the watch resolves it once a look finds it over."""
    arn = functions.system.start()
    functions.system.deliver()
    functions.system.wait(6)
    functions.sweep()
    functions.system.wait(60 * 5)
    assert functions.watch()["resolved"] == []
    functions.system.report(arn, "PENDING", "RUNNING")
    functions.system.deliver()
    functions.system.wait(60 * 5)
    (resolved,) = functions.watch()["resolved"]
    assert "|STUCK|PROVISIONING|" in resolved
    assert [message.document["type"] for message in functions.sent()] == ["OPENED", "RESOLVED"]
    assert functions.lines("resolved")[0]["incidentId"] == resolved


def test_a_watch_names_clusters_that_fail(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
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
    counted = {name: value for name, value in found.items() if value}
    assert counted == {"WatchClusterFailures": 1, "TransientErrors": 1}


def test_a_cluster_that_is_gone_is_no_failure(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where ECS knows a cluster no more, there is nothing to watch, to log or to count: all of it is over."""
    arn = functions.system.running()
    functions.system.deliver()
    functions.system.protect(arn)
    functions.system.end([functions.system.running()], 1)
    functions.system.deliver()
    functions.system.wait(20)
    functions.sweep()
    functions.system.api.refuse = lambda *_: ApiError("ClusterNotFoundException", "Cluster not found.")
    for minutes in (100, 5):
        functions.system.wait(minutes)
        capsys.readouterr()
        answer = functions.watch()
        assert (answer["errors"], answer["unsettled"]) == ({}, [])
        found = measured(capsys, "watch")
        assert (found["WatchClusterFailures"], found["IncidentFailures"]) == (0, 0)
        assert found.keys().isdisjoint({"TransientErrors", "TerminalErrors"})
    assert isinstance(functions.alerts.incidents, MemoryIncidents)
    assert [(one.cause, one.status) for one in functions.alerts.incidents.everything()] == [
        ("EXIT_CODE", "RESOLVED")
    ]


def test_a_watch_without_its_clusters_is_a_failure(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers with the error, which is logged and counted."""

    def active_clusters() -> None:
        raise TransientError("throttled")

    monkeypatch.setattr(functions.system.ledger, "active_clusters", active_clusters)
    answer = functions.watch()
    assert (answer["unsettled"], answer["errors"]) == (["throttled"], {})
    assert [line["error"] for line in functions.lines("not maintained")] == ["throttled"]
    found = measured(capsys, "watch")
    assert (found["IncidentFailures"], found["TransientErrors"]) == (1, 1)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    variables = {"LEDGER_TABLE_NAME": "ledger", "LEDGER_RETENTION_DAYS": "90", "SWEEP_CALLS_PER_SECOND": "10"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    sweep_services.cache_clear()
    policy.cache_clear()
    yield monkeypatch
    sweep_services.cache_clear()
    policy.cache_clear()


def test_a_sweep_works_with_what_the_environment_names(environment: pytest.MonkeyPatch) -> None:
    """The same services at every call, within the budget of ECS calls that was chosen."""
    environment.setenv("CLUSTERS", "shop,batch")
    environment.setenv("PROTECTION_LEAD_MINUTES", "30")
    services = sweep_services()
    assert services is sweep_services()
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
