"""What is wrong with an input is reported by file, index and field; all that is right with it is recorded."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import lines, replay, taskledger, versioned, write
from tests.support.values import CLUSTER, TASK, envelope, task_arn

GOOD = [envelope(1, taskArn=task_arn(1)), envelope(2, taskArn=task_arn(2))]
OVER = 2**63


def without(*names: str, **changed: Any) -> dict[str, Any]:
    """An event without these fields of its envelope, and with others."""
    return {name: value for name, value in (envelope(1) | changed).items() if name not in names}


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


# What stands for an event, the field that is wrong with it, and a part of what is said of it.
BAD: dict[str, tuple[object, str, str]] = {
    "not JSON": ("nonsense", "body", "is not JSON: "),
    "JSON cut short": (json.dumps(envelope(1))[:200], "body", "is not JSON: "),
    "single quotes": ("{'detail': {}}", "body", "is not JSON: "),
    "a megabyte of nonsense": ("x" * 2**20, "body", "is not JSON: "),
    "a megabyte of a number": ("9" * 2**20, "body", "is not JSON: "),
    "nested deeply": (nested(100_000), "body", "is nested too deeply for an event"),
    "nested objects": ('{"message":' * 100_000, "body", "is nested too deeply for an event"),
    "nested less": (nested(400).replace("[]", "[1]"), "event", "must be a JSON object, found "),
    "a field nested deeply": (
        json.dumps(envelope(1, deep=0)).replace('"deep": 0', f'"deep": {nested(100_000)}'),
        "body",
        "is nested too deeply for an event",
    ),
    "a number": ("5", "event", "must be a JSON object, found 5"),
    "a text": ('"ECS Task State Change"', "body", "is not JSON: "),
    "nothing": ("null", "event", "must be a JSON object, found nothing"),
    "an empty object": ({}, "source", 'must be "aws.ecs", found nothing'),
    "an answer of the API": ({"tasks": [], "failures": []}, "source", 'must be "aws.ecs", found nothing'),
    "another source": (without(source="aws.ec2"), "source", 'must be "aws.ecs", found "aws.ec2"'),
    "no detail-type": (without("detail-type"), "detail-type", "is missing"),
    "a detail-type of another event": (
        without(**{"detail-type": "ECS Service Action"}),
        "detail.eventName",
        "is missing",
    ),
    "no detail": (without("detail"), "detail", "must be a JSON object, found nothing"),
    "detail is a list": (without(detail=[]), "detail", "must be a JSON object, found a list"),
    "no taskArn": (
        without("resources", detail=envelope(1, taskArn=None)["detail"]),
        "detail.taskArn",
        "is missing",
    ),
    "taskArn is a number": (envelope(1, taskArn=5), "detail.taskArn", "must be a string, found 5"),
    "taskArn of a service": (
        envelope(1, taskArn=TASK.replace(":task/", ":service/")),
        "detail.taskArn",
        "must be the ARN of an ECS task, found ",
    ),
    "taskArn of Lambda": (
        envelope(1, taskArn="arn:aws:lambda:eu-central-1:111122223333:function:task"),
        "detail.taskArn",
        "must be the ARN of an ECS task, found ",
    ),
    "taskArn is an id": (
        envelope(1, taskArn=TASK[-32:]),
        "detail.taskArn",
        "must be the ARN of an ECS task, found ",
    ),
    "no clusterArn": (envelope(1, clusterArn=None), "detail.clusterArn", "is missing"),
    "clusterArn is a list": (
        envelope(1, clusterArn=[CLUSTER]),
        "detail.clusterArn",
        "must be a string, found a list",
    ),
    "clusterArn of a task": (
        envelope(1, clusterArn=TASK),
        "detail.clusterArn",
        "must be the ARN of an ECS cluster",
    ),
    "no version": (versioned(version=None), "detail.version", "is missing"),
    "a negative version": (envelope(-1), "detail.version", "is out of range"),
    "a float version": (versioned(version=1.0), "detail.version", "must be a whole number, found 1.0"),
    "a text version": (versioned(version="1"), "detail.version", "must be a whole number, found a string"),
    "a true version": (versioned(version=True), "detail.version", "must be a whole number, found true"),
    "version 2^63": (envelope(OVER), "detail.version", "is out of range"),
    "no lastStatus": (envelope(1, lastStatus=None), "detail.lastStatus", "is missing"),
    "an empty lastStatus": (envelope(1, lastStatus=""), "detail.lastStatus", "is missing"),
    "lastStatus is a number": (envelope(1, lastStatus=3), "detail.lastStatus", "must be a string, found 3"),
    "a megabyte of a group": (envelope(1, group="g" * 2**20), "detail.group", "has 1048576 characters"),
    "containers is a text": (
        envelope(1, containers="app"),
        "detail.containers",
        "must be a list, found a string",
    ),
    "a container without a name": (
        envelope(1, containers=[{"name": "app"}, {"exitCode": 1}]),
        "detail.containers[1].name",
        "is missing",
    ),
    "a time that is none": (
        envelope(1, startedAt="yesterday"),
        "detail.startedAt",
        "is not a time: 'yesterday'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_each_is_refused_alone(case: str, tmp_path: Path) -> None:
    """One wrong event among good ones is listed by file, index and field, and costs none of the others."""
    bad, field, error = BAD[case]
    path = write(tmp_path / "a.jsonl", lines([GOOD[0], bad, GOOD[1]]))
    ran = replay(path)
    (rejected,) = ran.document["rejected"]
    assert ran.code == 1
    assert rejected.keys() == {"file", "index", "field", "error"}
    assert (rejected["file"], rejected["index"], rejected["field"]) == (str(path), 1, field)
    assert rejected["error"].startswith(error)
    assert [task["taskArn"] for task in ran.document["tasks"]] == [task_arn(1), task_arn(2)]


@pytest.mark.parametrize("case", BAD)
def test_each_is_refused_as_a_file(case: str, tmp_path: Path) -> None:
    """The same error stands alone where the wrong event has a file for itself."""
    bad, field, error = BAD[case]
    ran = replay(write(tmp_path / "a.json", lines([bad])), write(tmp_path / "b.json", lines(GOOD)))
    ((index, found, shown),) = ran.rejected
    assert (ran.code, index, found) == (1, 0, field)
    assert shown.startswith(error)
    assert ran.document["events"] == {"read": 3, "accepted": 2, "rejected": 1}


def test_all_at_once(tmp_path: Path) -> None:
    """Many wrong events are as many rejections in their order, and people can see each with its place."""
    path = write(tmp_path / "a.jsonl", lines(bad for bad, _, _ in BAD.values()))
    shown = replay(path).rejected
    assert [(index, field) for index, field, _ in shown] == [
        (index, field) for index, (_, field, _) in enumerate(BAD.values())
    ]
    places = [f"{path}[{index}]  {field}: {error}" for index, field, error in shown]
    for all_of_them, count in (["-v"], len(BAD)), ([], 10):
        seen = taskledger("replay", *all_of_them, path)
        assert seen.code == 1
        assert [line for line in seen.out.splitlines() if line.startswith(str(path))] == places[:count]
        assert (f"and {len(BAD) - 10} more: -v shows all" in seen.out) is (count == 10)


@pytest.mark.parametrize(
    ("name", "content", "field", "error"),
    [
        ("a.json", "", "body", "the file is empty"),
        ("a.jsonl", " \n\n\t\n", "body", "the file is empty"),
        ("a.csv", "", "body", "the file is empty"),
        ("a.json", b"\xff\xfe", "body", "the file is empty"),
        ("a.json", random.Random(1).randbytes(2**20), "body", "is not JSON: "),
        ("a.json", json.dumps(GOOD)[:-2], "body", "is not JSON: "),
        ("a.json", json.dumps(GOOD, indent=2)[:-2], "body", "is not JSON: "),
        ("a.json.gz", "no gzip", "body", "is not JSON: "),
        ("a.json", b"\x1f\x8bno gzip", "path", "cannot be read: "),
        ("a.log", 'title = "A"\n', "body", "is a scenario: "),
    ],
    ids=[
        "empty",
        "blank",
        "empty CSV",
        "mark alone",
        "binary",
        "cut",
        "cut, indented",
        "no gzip",
        "gzip's mark alone",
        "a scenario",
    ],
)
def test_a_file_that_gives_nothing(
    name: str, content: str | bytes, field: str, error: str, tmp_path: Path
) -> None:
    """A file of which nothing can be read is one rejection, and the files beside it are read."""
    path = write(tmp_path / name, content)
    ran = replay(path, write(tmp_path / "good.jsonl", lines(GOOD)))
    (rejected,) = ran.document["rejected"]
    assert (ran.code, rejected["file"], rejected["index"], rejected["field"]) == (1, str(path), 0, field)
    assert rejected["error"].startswith(error)
    assert ran.document["events"] == {"read": 3, "accepted": 2, "rejected": 1}


def test_nothing_to_read_is_no_fault(tmp_path: Path) -> None:
    """A capture in which nothing was caught is not an error."""
    empty = [[], {"Messages": []}, {"events": []}, {"results": []}]
    paths = [write(tmp_path / f"{number}.json", lines([value])) for number, value in enumerate(empty)]
    ran = replay(*paths, write(tmp_path / "a.csv", "@timestamp,@message\r\n"))
    assert (ran.code, ran.document["events"]) == (0, {"read": 0, "accepted": 0, "rejected": 0})


@pytest.mark.parametrize("ledger", ["memory", "dynamodb"])
def test_fields_that_nobody_reads_may_be_anything(ledger: str, tmp_path: Path) -> None:
    """A field that the ledger does not keep refuses no event, whatever stands in it."""
    unread = (
        "attachments",
        "enableExecuteCommand",
        "inferenceAccelerators",
        "overrides",
        "tags",
        "new",
    )
    values: tuple[object, ...] = (5, "x", {"a": 1}, [1], [[]], float("nan"), 1e300, "\ud800")
    events = [
        envelope(1, taskArn=task_arn(number), **dict.fromkeys(unread, value))
        for number, value in enumerate(values)
    ]
    odd = {"managedAgents": 5, "networkBindings": "x", "networkInterfaces": [1], "cpu": {}}
    events.append(envelope(1, taskArn=task_arn(99), containers=[{"name": "app", **odd}]))
    ran = taskledger("replay", "--json", "--ledger", ledger, write(tmp_path / "a.jsonl", lines(events)))
    assert ran.rejected == []
    assert ran.document["currency"]["CURRENT"] == len(values) + 1


def test_what_the_table_cannot_hold_is_refused(tmp_path: Path) -> None:
    """An event that DynamoDB has no room for is refused, and the others of its batch are recorded."""
    containers = [{"name": f"c{number}", "reason": "x" * 1000} for number in range(450)]
    huge = envelope(1, taskArn=task_arn(9), containers=containers)
    path = write(tmp_path / "a.jsonl", lines([GOOD[0], huge, GOOD[1]]))
    ran = taskledger("replay", "--json", "--ledger", "dynamodb", path)
    ((index, field, error),) = ran.rejected
    assert (ran.code, index, field) == (1, 1, "event")
    assert error.startswith("cannot be recorded: ")
    assert [task["taskArn"] for task in ran.document["tasks"]] == [task_arn(1), task_arn(2)]
