"""What `taskledger show` finds by an ARN, an id and the beginning of one, and what it shows of the task."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from reconciler.model.entry import LedgerEntry
from reconciler.model.task import Container
from tests.support.deployed import NOW, Deployment, ago, other_cluster
from tests.support.findings import DEFINITION
from tests.support.panes import pane
from tests.support.running import taskledger
from tests.support.values import CLUSTER, TASK, at, describe, event, resetting, task_arn

ID = TASK.rsplit("/", 1)[1]
OLD_TASK = TASK.replace("task/shop/", "task/")
UUID = "0e5bf1d2-8c1b-4d57-9a3c-2f1f0c7a9b11"


def shown(*arguments: object) -> str:
    """The ARN of the task that is shown."""
    ran = taskledger("show", "--json", *arguments)
    assert ran.code == 0, ran.err
    return str(ran.document["taskArn"])


def failed(deployment: Deployment, **values: object) -> None:
    """A task that was started, and ended badly."""
    deployment.record(
        event(1, last_status="PROVISIONING"),
        describe(3, seconds=30),
        event(
            6,
            last_status="STOPPED",
            desired_status="STOPPED",
            stopped_at=ago(minutes=5),
            stop_code="EssentialContainerExited",
            stopped_reason="Essential container in task exited",
            containers=(Container(name="app", last_status="STOPPED", exit_code=3),),
            **values,
        ),
    )


@pytest.mark.parametrize("wanted", [TASK, ID, ID[:8], ID[:1]])
@pytest.mark.parametrize("life", ["open", "closed"])
def test_a_task_is_found(deployment: Deployment, wanted: str, life: str) -> None:
    """By its ARN, its id, and a beginning of it that no other task's id has."""
    record = deployment.open if life == "open" else deployment.close
    record(1, ago(minutes=2), task_arn=TASK)
    record(2, ago(minutes=1))
    assert shown(wanted) == TASK


def test_an_id_finds_a_task_in_any_cluster(deployment: Deployment) -> None:
    """However long ago it closed: its ARN is put together from the clusters that the ledger knows."""
    deployment.open(1, ago(minutes=1))
    batch = task_arn(2).replace("task/shop/", "task/batch/")
    deployment.close(2, ago(days=80), task_arn=batch, cluster_arn=other_cluster("batch"))
    assert shown(batch.rsplit("/", 1)[1]) == batch


@pytest.mark.parametrize("wanted", [OLD_TASK, ID, ID[:8]])
def test_arns_of_the_old_form(deployment: Deployment, wanted: str) -> None:
    """Without a cluster in them; found like any other."""
    deployment.open(1, ago(minutes=1), task_arn=OLD_TASK)
    assert shown(wanted) == OLD_TASK


@pytest.mark.parametrize("wanted", [UUID, UUID[:8], UUID[:20]])
def test_ids_of_the_old_form(deployment: Deployment, wanted: str) -> None:
    """UUIDs with their hyphens."""
    arn = f"arn:aws-cn:ecs:cn-north-1:111122223333:task/{UUID}"
    deployment.open(1, ago(minutes=1), task_arn=arn, cluster_arn=arn.replace(f"task/{UUID}", "cluster/shop"))
    assert shown(wanted) == arn


def test_a_beginning_of_several_ids(deployment: Deployment) -> None:
    """The error names the tasks that match, and none is shown."""
    arns = [deployment.open(1, ago(minutes=1)), deployment.close(2, ago(minutes=1))]
    ran = taskledger("show", "0000")
    assert (ran.code, ran.out) == (1, "")
    assert [arn for arn in arns if arn not in ran.err] == []


def test_a_beginning_finds_what_closed_recently(deployment: Deployment) -> None:
    """In the last day, unless --since says otherwise: then it reads that far back."""
    deployment.close(1, ago(days=3), task_arn=TASK)
    ran = taskledger("show", ID[:8])
    assert (ran.code, "--since" in ran.err, "whole id" in ran.err) == (1, True, True)
    assert shown(ID[:8], "--since", "4d") == TASK


@pytest.mark.parametrize("wanted", [TASK, ID, "deadbeef", UUID])
def test_no_such_task(deployment: Deployment, wanted: str) -> None:
    """Exit code 1, and the error names what was not found."""
    deployment.open(1, ago(minutes=1))
    ran = taskledger("show", wanted)
    assert (ran.code, ran.out) == (1, "")
    assert f'no task "{wanted}"' in ran.err


@pytest.mark.parametrize("wanted", ["a b", "a/b/c", CLUSTER, "arn:aws:s3:::task/x", "%", "é"])
@pytest.mark.usefixtures("deployment")
def test_what_is_no_name_of_a_task(wanted: str) -> None:
    """It is wrong usage."""
    ran = taskledger("show", wanted)
    assert (ran.code, ran.out) == (2, "")
    assert "neither the ARN of a task, nor an id" in ran.err


def test_the_document(deployment: Deployment) -> None:
    """The task with its history, and what is wrong with it."""
    failed(deployment)
    document = taskledger("show", "--json", TASK).document
    assert (document["versionsSeen"], document["versionsMissing"]) == ([1, 3, 6], [2, 4, 5])
    assert [(row["version"], row["lastStatus"], row["source"]) for row in document["history"]] == [
        (1, "PROVISIONING", "event"),
        (3, "RUNNING", "describe"),
        (6, "STOPPED", "event"),
    ]
    (finding,) = document["findings"]
    assert (finding["kind"], finding["cause"]) == ("ESSENTIAL_CONTAINER_FAILED", "EXIT_CODE")
    assert (finding["taskArn"], finding["exitCodes"]) == (TASK, {"app": 3})


def test_the_text(deployment: Deployment) -> None:
    """What is wrong and what to look at next; then its life, state, reason and source."""
    failed(deployment, group="service:checkout")
    ran = taskledger("show", ID)
    title, _, wrong, *_ = ran.out.splitlines()
    assert (title, wrong) == (f"{ID}  STOPPED", "medium  ESSENTIAL_CONTAINER_FAILED EXIT_CODE")
    wanted = [
        "EssentialContainerExited",
        "service:checkout",
        "Essential container in task exited",
        "exit 3",
        "v3",
        "PROVISIONING",
        "not recorded: version 2, 4, 5",
    ]
    assert ran.code == 0
    assert [words for words in wanted if words not in ran.out] == []
    assert "\x1b" not in ran.out


def test_the_timeline(deployment: Deployment) -> None:
    """How long each moment took since the one before, and between them the versions as they were reported."""
    life: Any = {"created_at": at(0), "started_at": at(41), "stopping_at": at(7241)}
    over: Any = {"last_status": "STOPPED", "desired_status": "STOPPED", "stop_code": "UserInitiated"}
    deployment.record(
        event(1, seconds=1, last_status="PROVISIONING", created_at=at(0)),
        event(3, seconds=42, created_at=at(0), started_at=at(41)),
        event(4, seconds=7242, **(life | over | {"last_status": "RUNNING"})),
        event(6, seconds=7272, stopped_at=at(7271), **life, **over),
    )
    lines = taskledger("show", TASK).out.partition("timeline\n")[2].splitlines()
    assert [line.split() for line in lines[:8]] == [
        ["created", "2026-11-20T09:00:00.000Z"],
        ["v1", "2026-11-20T09:00:01.000Z", "PROVISIONING", "->", "RUNNING,", "event"],
        ["started", "2026-11-20T09:00:41.000Z", "41s"],
        ["v3", "2026-11-20T09:00:42.000Z", "RUNNING", "event"],
        ["stopping", "2026-11-20T11:00:41.000Z", "2h", "0m"],
        ["v4", "2026-11-20T11:00:42.000Z", "RUNNING", "->", "STOPPED,", "event"],
        ["stopped", "2026-11-20T11:01:11.000Z", "30s"],
        ["v6", "2026-11-20T11:01:12.000Z", "STOPPED", "event"],
    ]


def test_the_timeline_of_an_open_task(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends now."""
    deployment.open(1, ago(minutes=9), task_arn=TASK, started_at=ago(minutes=8))
    monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
    found = re.search(r"^  now +\S+ +(.*?) *$", taskledger("show", TASK).out, re.MULTILINE)
    assert found
    assert found[1] == "8m 0s"


def test_no_value_is_cut(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ARN is longer than a line of 80 columns: it is folded."""
    failed(deployment, task_definition_arn=f"{DEFINITION.replace('checkout', 'c' * 100)}:42")
    shown = pane(monkeypatch, 80, "show", TASK).out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    assert TASK in "".join(shown.split())


def test_a_healthy_task(deployment: Deployment) -> None:
    """Says that nothing is wrong, and has no line for what there is not."""
    deployment.open(1, NOW - timedelta(hours=1), task_arn=TASK, containers=())
    out = taskledger("show", TASK).out
    assert "nothing is wrong" in out
    assert [words for words in ("stop code", "containers", "None", "protection") if words in out] == []


def test_history_is_read_to_its_end(deployment: Deployment) -> None:
    """However many versions a task had."""
    deployment.record(*(event(version, seconds=version) for version in range(1, 40)))
    assert len(taskledger("show", "--json", TASK).document["history"]) == 39
    assert at(39).isoformat()[:19] in taskledger("show", TASK).out


def test_a_reset_is_shown(deployment: Deployment) -> None:
    """As a row with its own source, in the text and in the document."""
    deployment.record(event(3), event(900, seconds=20))
    deployment.ledger.mark_above(shown_entry(deployment), at(60))
    deployment.ledger.reset(shown_entry(deployment), resetting(describe(3, seconds=1800)))
    document = taskledger("show", "--json", TASK).document
    assert (document["version"], document["source"]) == (3, "describe")
    assert document["versionsMissing"] == [1, 2]
    assert [(row["version"], row["source"]) for row in document["history"]] == [
        (3, "event"),
        (3, "reset"),
        (900, "event"),
    ]
    (line,) = (line for line in taskledger("show", TASK).out.splitlines() if "reset" in line)
    assert "v3" in line


def shown_entry(deployment: Deployment) -> LedgerEntry:
    entry = deployment.ledger.entry(TASK)
    assert entry is not None
    return entry
