"""Since when `taskledger at` and `diff` say that the ledger knows what ran; before that they say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from tests.support.deployed import TABLE, Deployment, ago, other_cluster
from tests.support.recorded_past import forget_rows, found, life, seen
from tests.support.running import Ran, taskledger
from tests.support.tabled import HUGE
from tests.support.values import CLUSTER, resetting, task_arn

if TYPE_CHECKING:
    from datetime import datetime


def ask(span: str) -> Ran:
    return taskledger("at", span, "--json")


def is_known(span: str) -> bool:
    """Whether it is known what ran then."""
    ran = ask(span)
    assert ran.code == 0 or (ran.code == 2 and "is not known" in ran.err)
    return ran.code == 0


def stamped(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_events_of_a_task_that_runs(deployment: Deployment) -> None:
    """The ledger knows since its first event."""
    life(deployment, 1, ago(hours=9))
    assert is_known("9h")
    assert not is_known("10h")
    assert f"the ledger knows shop since {stamped(ago(hours=9))}. Give a later time." in ask("10h").err


def test_events_of_a_task_that_is_over(deployment: Deployment) -> None:
    """They count from the first on, too, not from when it closed."""
    life(deployment, 1, ago(hours=9), ago(hours=2))
    assert is_known("9h")
    assert not is_known("10h")
    assert f"since {stamped(ago(hours=9))}" in ask("10h").err


def test_what_a_sweep_found(deployment: Deployment) -> None:
    """That a task began long before the first sweep says nothing of what else ran then."""
    own = {"task_arn": task_arn(1), "created_at": ago(days=9), "started_at": ago(days=9)}
    deployment.record(found(3, ago(hours=5), **own))
    deployment.record(seen(4, ago(hours=1), **own))
    assert is_known("1h")
    assert not is_known("6h")


def test_a_reset(deployment: Deployment) -> None:
    """Its row has the time at which ECS was asked."""
    own = {"task_arn": task_arn(1), "created_at": ago(days=9), "started_at": ago(days=9)}
    deployment.record(found(50, ago(hours=5), **own))
    entry = deployment.ledger.entry(task_arn(1))
    assert entry
    above = replace(entry, above_since=ago(hours=4))
    deployment.ledger.mark_above(entry, ago(hours=4))
    assert deployment.ledger.reset(above, resetting(found(3, ago(hours=3), **own)))
    deployment.record(seen(4, ago(hours=1), **own))
    assert is_known("3h")
    assert not is_known("6h")


def test_a_stop_that_a_sweep_found(deployment: Deployment) -> None:
    """ECS described it with all others of the hour, so the ledger knows since the stop."""
    over: dict[str, Any] = {
        "task_arn": task_arn(1),
        "created_at": ago(days=9),
        "stopped_at": ago(hours=5),
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
    }
    deployment.record(found(6, ago(hours=4, minutes=30), **over))
    assert is_known("5h")
    assert not is_known("6h")


def test_some_clusters(deployment: Deployment) -> None:
    """One that was not known then is named, and its tasks are left out, though some of them ran."""
    life(deployment, 1, ago(hours=9))
    batch = {"cluster_arn": other_cluster("batch"), "task_arn": task_arn(2), "created_at": ago(hours=9)}
    deployment.record(found(3, ago(hours=3), **batch))
    ran = ask("5h")
    assert ran.code == 0
    assert [one["taskArn"] for one in ran.document["tasks"]] == [task_arn(1)]
    assert [(one["cluster"], one["knownSince"]) for one in ran.document["clusters"]] == [
        ("batch", f"{ago(hours=3):%Y-%m-%dT%H:%M:%S.000Z}"),
        ("shop", f"{ago(hours=9):%Y-%m-%dT%H:%M:%S.000Z}"),
    ]
    assert ran.err.splitlines() == [
        f"Left out, as it is not known what ran then: the ledger knows batch since {stamped(ago(hours=3))}."
    ]
    assert len(ask("2h").document["tasks"]) == 2


def test_a_cluster_of_which_nothing_is_left(deployment: Deployment) -> None:
    """Its mark alone says nothing of any time."""
    life(deployment, 1, ago(hours=9))
    deployment.ledger.mark_cluster(other_cluster("empty"), ago(hours=1), has_tasks=True)
    ran = ask("5h")
    assert {one["cluster"]: one["knownSince"] for one in ran.document["clusters"]}["empty"] is None
    assert "the ledger knows nothing of empty." in ran.err


def closing(deployment: Deployment, number: int, ended: datetime, days: int) -> None:
    """A task that ended then, in a ledger that was deployed with that retention."""
    kept = DynamoLedger(deployment.dynamodb, TABLE, timedelta(days=days))
    life(replace(deployment, ledger=kept), number, ended - timedelta(hours=1), ended)


@pytest.mark.parametrize(
    ("retentions", "known"),
    [((90, 90), "80d"), ((90, 30), "29d"), ((30, 90), "29d")],
)
def test_what_is_deleted(deployment: Deployment, retentions: tuple[int, int], known: str) -> None:
    """Nothing is known from before the shortest retention, of the oldest or of the newest that closed."""
    life(deployment, 1, ago(days=89))
    for number, (days, ended) in enumerate(zip(retentions, (28, 1), strict=True), start=2):
        closing(deployment, number, ago(days=ended), days)
    assert is_known(known)
    assert not is_known(f"{min(retentions) + 1}d")
    horizon = ago(days=min(retentions))
    assert f"closed before {stamped(horizon)} may be deleted" in ask("95d").err


def test_known_since_the_retention(deployment: Deployment) -> None:
    """That a task of an older time is still there says nothing of the others of that time."""
    life(deployment, 1, ago(days=89))
    closing(deployment, 2, ago(days=1), 30)
    (cluster,) = ask("2d").document["clusters"]
    assert cluster["knownSince"] == f"{ago(days=30):%Y-%m-%dT%H:%M:%S.000Z}"


def test_a_retention_that_is_not_known(deployment: Deployment) -> None:
    """Where nothing has closed, no more is sure than the shortest one that can be deployed."""
    life(deployment, 1, ago(days=5))
    assert is_known("23h")
    assert f"closed before {stamped(ago(days=1))} may be deleted" in ask("2d").err


def test_rows_that_have_expired(deployment: Deployment) -> None:
    """A proof is not needed where a task closed before."""
    arn = life(deployment, 1, ago(days=60), ago(hours=1))
    life(deployment, 2, ago(days=71), ago(days=70))
    forget_rows(deployment, arn)
    (task,) = ask("2h").document["tasks"]
    assert (task["taskArn"], task["inferred"]) == (arn, True)


def test_a_closed_entry_that_cannot_be_read(deployment: Deployment) -> None:
    """The next one says how long entries are kept, and one line names it."""
    life(deployment, 1, ago(hours=9), ago(hours=8))
    life(deployment, 2, ago(hours=9), ago(hours=7))
    key = {"pk": {"S": task_arn(2)}, "sk": {"S": "ENTRY"}}
    item = deployment.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    deployment.dynamodb.put_item(TableName=TABLE, Item={**item, "closedAt": HUGE})
    ran = ask("8h")
    assert ran.code == 0
    assert [line.split(": ")[1].split("/ENTRY")[0] for line in ran.err.splitlines()] == [task_arn(2)]
    assert ran.document["clusters"][0]["clusterArn"] == CLUSTER
