"""The sweep's and the watch's Lambda functions: what they answer, log and measure."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from reconciler.errors import TransientError
from reconciler.handlers import sweep as sweep_module
from reconciler.parsing.home import Home
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.services.outcomes import no_place
from tests.reconciler.handlers.conftest import Functions, measured
from tests.support.system import BATCH, SHOP
from tests.support.values import envelope, task_arn

QUIET = {"complete": True, "excluded": False, "errors": [], "clusters": {}}
IN_ORDER = {"tasks": 0, "stuck": [], "findings": [], "errors": []}


def test_a_sweep_answers_with_its_summary(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON by cluster, one line of log for each, and a metric for each drift."""
    arn = functions.system.running()
    functions.system.drop()
    functions.system.protect(arn)
    answer = functions.sweep()
    shop = {**IN_ORDER, "tasks": 1, "unrecorded": 1, "repaired": 1, "protected": 1}
    assert answer == {**QUIET, "clusters": {BATCH: IN_ORDER, SHOP: shop}}
    assert json.loads(json.dumps(answer)) == answer
    lines = functions.lines("swept")
    assert [(line["clusterArn"], line["tasks"], line["level"]) for line in lines] == [
        (BATCH, 0, "INFO"),
        (SHOP, 1, "INFO"),
    ]
    found = measured(capsys, "sweep")
    assert found == {
        "SweepTasks": 1,
        "SweepRepaired": 1,
        "SweepUnrecorded": 1,
        "SweepCompleted": 1,
        "SweepClusterFailures": 0,
        "SweepDuration": 0,
    }


def test_a_reset_is_answered_and_measured(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """With the sweep that made it, and with no other."""
    system = functions.system
    arn = system.running()
    system.deliver()
    system.observe({"1": json.dumps(envelope(900, taskArn=arn))})
    measures = []
    for _ in range(3):
        answer = functions.sweep()["clusters"][SHOP]
        measures.append(
            (answer.get("ahead"), answer.get("reset"), measured(capsys, "sweep").get("SweepReset"))
        )
        system.wait(10)
    assert measures == [(1, None, None), (1, 1, 1), (None, None, None)]


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


def test_repairs_are_logged_by_cluster(functions: Functions) -> None:
    """How many events each cluster lost is in the line of the cluster: a metric of each would cost."""
    functions.system.start()
    functions.system.drop()
    functions.sweep()
    assert {line["clusterArn"]: line.get("repaired") for line in functions.lines("swept")} == {
        BATCH: None,
        SHOP: 1,
    }


def test_a_failing_cluster_is_reported(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
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
    assert error.startswith("AccessDenied: An error occurred (AccessDeniedException)")
    (line,) = functions.lines("cluster failed")
    assert (line["level"], line["clusterArn"], line["errorClass"]) == ("ERROR", SHOP, "AccessDenied")
    found = measured(capsys, "sweep")
    assert (found["SweepClusterFailures"], found["TerminalErrors"]) == (1, 1)


def test_services_are_answered_and_measured(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """How many were read, what no event had reported, and what stands, with words in the log."""
    system = functions.system
    system.ecs.plan("checkout:42", no_place())
    wanted = {"serviceName": "checkout", "taskDefinition": "checkout:42", "desiredCount": 2}
    system.ecs.call("CreateService", {"cluster": "shop", "launchType": "FARGATE", **wanted})
    system.drop()
    system.ecs.run_until(system.clock.now + timedelta(minutes=31))
    answer = functions.sweep()["clusters"][SHOP]
    assert (answer["services"], answer["servicesRepaired"], answer["errors"]) == (1, 1, [])
    (stalled,) = answer["findings"]
    assert stalled.startswith("shop/checkout.DEPLOYMENT_FAILED.ecs-svc/")
    (line,) = functions.lines("found")
    assert (line["findingId"], line["serviceArn"].rsplit(":", 1)[1]) == (stalled, "service/shop/checkout")
    assert functions.lines("swept")[-1]["findings"] == 1
    found = measured(capsys, "sweep")
    assert (found["SweepServices"], found["SweepServicesRepaired"], found["Findings"]) == (1, 1, 1)
    assert "OptionalCallsRefused" not in found
    assert [message.document["cause"] for message in functions.sent()] == ["STALLED"]


def test_a_refused_optional_call_fails_nothing(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is one line of log and a metric of the run, however many services it was to be made for."""
    system = functions.system
    for name in ("checkout", "basket"):
        wanted = {"serviceName": name, "taskDefinition": f"{name}:42", "desiredCount": 2}
        system.ecs.call("CreateService", {"cluster": "shop", "launchType": "FARGATE", **wanted})
    system.api.refuse = lambda operation, _: (
        ApiError("AccessDeniedException", "not yours") if operation == "ListServiceDeployments" else None
    )
    answer = functions.sweep()
    assert (answer["complete"], answer["clusters"][SHOP]["errors"]) == (True, [])
    (line,) = functions.lines("not allowed to ask")
    assert (line["level"], list(line["refused"])) == ("WARNING", ["service deployments"])
    found = measured(capsys, "sweep")
    assert (found["OptionalCallsRefused"], found["SweepClusterFailures"], found["SweepServices"]) == (1, 0, 2)


def test_clusters_that_cannot_be_listed_are_reported(
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


def test_a_long_sweep_says_how_far_it_is(functions: Functions) -> None:
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


def test_stuck_tasks_are_reported(functions: Functions) -> None:
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


def test_a_cluster_of_another_account_is_an_error_of_its_own(functions: Functions) -> None:
    """A setting that names a cluster elsewhere is reported by its key, and the others are swept."""
    foreign = SHOP.replace("111122223333", "999999999999")
    functions.clusters, functions.home = (foreign, SHOP), Home("111122223333", "eu-central-1")
    functions.system.start()
    answer = functions.sweep()
    assert (answer["complete"], answer["clusters"][SHOP]["tasks"]) == (True, 1)
    (error,) = answer["clusters"][foreign]["errors"]
    assert error.startswith("InvalidInput: clusters: is of account 999999999999")
    assert not [request for _, request in functions.system.api.calls if request.get("cluster") == foreign]


def test_late_findings_are_counted(functions: Functions, capsys: pytest.CaptureFixture[str]) -> None:
    """Only where there are any: the alarm on them needs no zero, and the metric costs nothing until then."""
    arns = [functions.system.running() for _ in range(3)]
    functions.system.end(arns, 1)
    functions.system.deliver()
    for minutes, late in ((9, None), (2, 3), (15, None)):
        functions.system.wait(minutes)
        functions.sweep()
        found = measured(capsys, "sweep")
        assert (found.get("FindingsLate"), found["Findings"]) == (late, late or 0)
    assert [message.document["count"] for message in functions.sent()] == [3]


def test_a_sweep_without_its_place_is_a_failure(
    functions: Functions, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers with the error, which is logged and counted, and completes nothing."""

    def acquire(*_: object) -> None:
        raise TransientError("throttled")

    monkeypatch.setattr(functions.system, "progress_store", SimpleNamespace(acquire=acquire))
    assert functions.sweep() == {**QUIET, "complete": False, "errors": ["TransientError: throttled"]}
    assert [line["error"] for line in functions.lines("not swept")] == ["throttled"]
    found = measured(capsys, "sweep")
    assert (found["SweepCompleted"], found["SweepClusterFailures"], found["TransientErrors"]) == (0, 1, 1)
