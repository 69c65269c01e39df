"""Services that take a connection and never answer: every function ends in time, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.reconciler.handlers.conftest import measured
from tests.support.findings import killed
from tests.support.hanging import CLUSTERS, SERVICES, World, messages, world
from tests.support.stream import batch
from tests.support.values import CLUSTER

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(monkeypatch) as found:
        yield found


def failed_services(*names: str) -> dict[str, Any]:
    """A batch of the stream: a task of each of these services was killed for its memory."""
    return batch([killed(number, group=f"service:{name}") for number, name in enumerate(names)])


def items(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_observe_records_without_ecs(aws: World, capsys: Capsys) -> None:
    """While ECS does not answer, events of however many clusters are recorded as unverified."""
    aws.hang("ecs")
    assert items(aws.run("observe", messages(CLUSTERS[:4]))) == []
    found = measured(capsys, "observe")
    assert (found["DescribeFailures"], found["CurrencyUnverified"], found["EventsFailed"]) == (4, 4, 0)
    assert [len(aws.ledger.open_tasks(cluster)) for cluster in CLUSTERS[:4]] == [1, 1, 1, 1]


@pytest.mark.parametrize("services", [("dynamodb",), ("ecs", "dynamodb")])
def test_observe_asks_for_all_again_without_the_table(
    aws: World, capsys: Capsys, services: tuple[str, ...]
) -> None:
    """While DynamoDB does not answer, each message is answered as failed, and this is measured."""
    for cluster in CLUSTERS[:4]:
        aws.ecs.call("CreateCluster", {"clusterName": cluster.rsplit("/", 1)[1]})
    aws.hang(*services)
    assert items(aws.run("observe", messages(CLUSTERS[:4]))) == ["0", "1", "2", "3"]
    found = measured(capsys, "observe")
    assert (found["EventsFailed"], found["DescribeFailures"]) == (4, 4 if "ecs" in services else 0)


def test_assess_leaves_messages_to_the_watch(aws: World, capsys: Capsys) -> None:
    """While SNS does not answer, incidents are stored, and the watch sends each message once."""
    aws.record(CLUSTER)
    aws.hang("sns")
    assert items(aws.run("assess", failed_services("a", "b", "c"))) == []
    found = measured(capsys, "assess")
    assert (found["NotificationsFailed"], found["FindingsNotStored"], found["Findings"]) == (3, 0, 3)
    assert (len(aws.pending()), aws.sent()) == (3, [])
    aws.hang()
    aws.later("watch", minutes=2)
    aws.run("watch")
    assert (aws.pending(), aws.sent()) == ([], [("OPENED", name) for name in "abc"])
    aws.run("watch")
    assert aws.sent() == []


@pytest.mark.parametrize("services", [("dynamodb",), ("dynamodb", "sns")])
def test_assess_begins_again_at_the_first(aws: World, capsys: Capsys, services: tuple[str, ...]) -> None:
    """While DynamoDB does not answer, the batch is asked for again from its first record on."""
    aws.hang(*services)
    assert items(aws.run("assess", failed_services("a", "b"))) == ["0"]
    found = measured(capsys, "assess")
    assert (found["FindingsNotStored"], found["Findings"]) == (2, 0)


def test_the_watch_counts_clusters_without_ecs(aws: World, capsys: Capsys) -> None:
    """While ECS does not answer, the watch reports each cluster in which it should have asked."""
    aws.protect(*CLUSTERS[:2])
    aws.hang("ecs")
    assert sorted(aws.run("watch")["errors"]) == sorted(CLUSTERS[:2])
    found = measured(capsys, "watch")
    assert (found["WatchClusterFailures"], found["IncidentFailures"]) == (2, 0)


def test_the_watch_sends_without_ecs(aws: World) -> None:
    """While ECS answers for none of many clusters, the watch still sends what is pending."""
    aws.protect(*CLUSTERS)
    aws.leave_pending("a", "b")
    aws.hang("ecs")
    aws.run("watch")
    assert aws.sent() == [("OPENED", "a"), ("OPENED", "b")]


@pytest.mark.parametrize("services", [("sns",), ("ecs", "sns")])
def test_the_watch_counts_what_it_cannot_send(aws: World, capsys: Capsys, services: tuple[str, ...]) -> None:
    """While SNS does not answer, the watch measures it for its alarm, and the messages stay pending."""
    asked = CLUSTERS if "ecs" in services else ()
    aws.protect(*asked)
    aws.leave_pending("a", "b")
    aws.hang(*services)
    assert aws.run("watch")["unsettled"] != []
    found = measured(capsys, "watch")
    assert (found["WatchClusterFailures"], found["IncidentFailures"] > 0) == (len(asked), True)
    assert len(aws.pending()) == 2
    aws.hang()
    aws.run("watch")
    assert (aws.pending(), aws.sent()) == ([], [("OPENED", "a"), ("OPENED", "b")])


@pytest.mark.parametrize("services", [("dynamodb",), SERVICES])
@pytest.mark.parametrize(
    ("function", "metric"), [("watch", "IncidentFailures"), ("sweep", "SweepClusterFailures")]
)
def test_scheduled_functions_measure_a_silent_table(
    aws: World, capsys: Capsys, function: str, metric: str, services: tuple[str, ...]
) -> None:
    """While DynamoDB does not answer, watch and sweep end in time, with the metric of their alarm."""
    aws.protect(CLUSTER)
    aws.leave_pending("a")
    aws.hang(*services)
    capsys.readouterr()
    aws.run(function)
    assert measured(capsys, function)[metric] == 1
    aws.hang()
    aws.run(function)
    assert aws.sent() == ([("OPENED", "a")] if function == "watch" else [])


def test_the_sweep_stops_without_ecs(aws: World, capsys: Capsys) -> None:
    """While ECS does not answer, the sweep reports it, and lets the next run go on where it stopped."""
    aws.record(*CLUSTERS)
    aws.hang("ecs")
    answer = aws.run("sweep")
    assert (answer["complete"], answer["excluded"], len(answer["errors"])) == (False, False, 1)
    assert all(cluster["errors"] for cluster in answer["clusters"].values())
    assert measured(capsys, "sweep")["SweepClusterFailures"] == 1 + len(answer["clusters"])
    aws.hang()
    again = aws.run("sweep")
    assert (again["complete"], again["excluded"]) == (True, False)
    assert {*answer["clusters"], *again["clusters"]} == {*CLUSTERS}


def test_the_sweep_counts_what_it_cannot_send(aws: World, capsys: Capsys) -> None:
    """While SNS does not answer, the sweep completes all the same, and its message is left to the watch."""
    aws.cut_off(CLUSTER)
    aws.hang("sns")
    aws.later("sweep", minutes=11)
    assert aws.run("sweep")["complete"]
    found = measured(capsys, "sweep")
    assert (found["NotificationsFailed"], found["TransientErrors"], found["SweepCompleted"]) == (1, 1, 1)
    assert (len(aws.pending()), aws.sent()) == (1, [])
