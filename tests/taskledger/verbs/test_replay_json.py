"""`replay --json`: one document of the contract's shape, the same for the same input, whatever is around."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import lines, replay, states, taskledger, write
from tests.support.values import envelope, task_arn

EVENTS = Path("events")

DOCUMENT = {"events", "verdicts", "currency", "tasks", "findings", "incidents", "notifications", "skipped"}
DOCUMENT |= {"scenarios", "services", "rejected", "comparison"}
TASK = {
    *("taskArn", "clusterArn", "cluster", "group", "service", "taskDefinitionArn", "launchType"),
    *("capacityProviderName", "availabilityZone", "lastStatus", "desiredStatus", "healthStatus", "version"),
    *("createdAt", "startedAt", "stoppingAt", "stoppedAt", "stopCode", "stoppedReason", "startedBy", "tags"),
    *("containers", "protection", "source", "observedAt", "open", "closedAs", "cpu", "memory"),
    *("ephemeralStorage", "cpuArchitecture", "platformFamily", "platformVersion", "connectivityAt"),
    *("pullStartedAt", "pullStoppedAt", "executionStoppedAt"),
    *("versionsSeen", "versionsMissing", "history"),
}
CONTAINER = {"name", "lastStatus", "exitCode", "reason", "healthStatus", "image", "imageDigest"}
HISTORY = {"version", "lastStatus", "desiredStatus", "at", "source"}
FINDING = {
    *("findingId", "taskArn", "clusterArn", "group", "taskDefinitionArn", "kind", "cause", "severity"),
    *("summary", "remedy", "containers", "exitCodes", "version", "observedAt"),
    *("serviceArn", "deploymentId", "serviceDeploymentArn"),
}


@pytest.fixture(scope="module")
def samples() -> dict[str, Any]:
    """The document of all samples."""
    return replay(EVENTS).document


def test_the_document(samples: dict[str, Any]) -> None:
    """The document has the contract's keys, and its counts add up."""
    assert samples.keys() == DOCUMENT
    assert samples["events"].keys() == {"read", "accepted", "rejected"}
    assert samples["verdicts"].keys() == {"NEW", "NEWER", "DUPLICATE", "STALE"}
    assert samples["currency"].keys() == {"CURRENT", "BEHIND", "AHEAD", "GONE", "UNVERIFIED"}
    assert samples["events"]["read"] == samples["events"]["accepted"]
    assert samples["skipped"] == {}


def test_counts_of_tasks(tmp_path: Path) -> None:
    """Each event of a task has a verdict and a currency, and each task is new once."""
    events = [EVENTS / f"{name}.json" for name in ("fargate-life", "out-of-order", "duplicate", "spot")]
    document = replay(*events, write(tmp_path / "a.jsonl", lines([envelope(1), "nonsense"]))).document
    accepted = document["events"]["accepted"]
    assert accepted == document["events"]["read"] - 1
    assert accepted == sum(document["verdicts"].values()) == sum(document["currency"].values())
    assert document["verdicts"]["NEW"] == len(document["tasks"])


def test_tasks(samples: dict[str, Any]) -> None:
    """Every task, container and row of history has all keys of the contract, with or without a value."""
    for task in samples["tasks"]:
        assert task.keys() == TASK
        assert all(container.keys() == CONTAINER for container in task["containers"])
        assert all(row.keys() == HISTORY for row in task["history"])
        assert task["open"] is (task["closedAs"] is None)
        assert (task["service"] is None) is not (task["group"] or "").startswith("service:")


def test_findings(samples: dict[str, Any]) -> None:
    """Every finding has all keys of the contract and is of a task or service; no two tasks share an id."""
    arns = {each.get("taskArn") or each["serviceArn"] for each in (*samples["tasks"], *samples["services"])}
    for finding in samples["findings"]:
        assert finding.keys() == FINDING
        assert (finding["taskArn"] or finding["serviceArn"]) in arns
        assert finding["severity"] in {"low", "medium", "high"}
        assert finding["summary"]
        assert finding["remedy"]
    of_tasks = [finding["findingId"] for finding in samples["findings"] if finding["taskArn"]]
    assert len(set(of_tasks)) == len(of_tasks)


def test_times(samples: dict[str, Any]) -> None:
    """Times are ISO 8601 in UTC with milliseconds and `Z`, however they were written."""
    text = json.dumps(samples["tasks"])
    names = ("createdAt", "startedAt", "stoppingAt", "stoppedAt", "observedAt")
    times = [task[name] for task in samples["tasks"] for name in names if task[name]]
    assert len(times) > 100
    assert all(len(time) == 24 and time[10] == "T" and time.endswith("Z") for time in times)
    assert "+00:00" not in text


def test_a_task_in_full(tmp_path: Path) -> None:
    """What the ledger makes of one task, field by field."""
    events = [envelope(1), envelope(4, updatedAt="2026-11-20T09:01:00.5Z", startedAt="2026-11-20T09:00:30Z")]
    document = replay(write(tmp_path / "a.jsonl", lines(events))).document
    assert document["tasks"] == [
        {
            "taskArn": "arn:aws:ecs:eu-central-1:111122223333:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5",
            "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop",
            "cluster": "shop",
            "group": "service:checkout",
            "service": "checkout",
            "taskDefinitionArn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:42",
            "launchType": None,
            "capacityProviderName": None,
            "availabilityZone": None,
            "lastStatus": "RUNNING",
            "desiredStatus": "RUNNING",
            "healthStatus": None,
            "cpu": None,
            "memory": None,
            "ephemeralStorage": None,
            "cpuArchitecture": None,
            "platformFamily": None,
            "platformVersion": None,
            "version": 4,
            "createdAt": "2026-11-20T09:00:00.000Z",
            "connectivityAt": None,
            "pullStartedAt": None,
            "pullStoppedAt": None,
            "startedAt": "2026-11-20T09:00:30.000Z",
            "stoppingAt": None,
            "executionStoppedAt": None,
            "stoppedAt": None,
            "stopCode": None,
            "stoppedReason": None,
            "startedBy": None,
            "tags": {},
            "containers": [
                {
                    "name": "app",
                    "lastStatus": "RUNNING",
                    "exitCode": None,
                    "reason": None,
                    "healthStatus": None,
                    "image": None,
                    "imageDigest": None,
                }
            ],
            "protection": None,
            "source": "event",
            "observedAt": "2026-11-20T09:01:00.500Z",
            "open": True,
            "closedAs": None,
            "versionsSeen": [1, 4],
            "versionsMissing": [2, 3],
            "history": [
                {
                    "version": version,
                    "lastStatus": "RUNNING",
                    "desiredStatus": "RUNNING",
                    "at": at,
                    "source": "event",
                }
                for version, at in ((1, "2026-11-20T09:00:10.250Z"), (4, "2026-11-20T09:01:00.500Z"))
            ],
        }
    ]


def test_the_same_input_gives_the_same_bytes() -> None:
    """Twice in memory and once on DynamoDB: not a byte is different, nor does anything come on stderr."""
    names = ("fargate-life", "out-of-order", "duplicate", "non-zero-exit", "future-fields", "old-arn", "spot")
    paths = [EVENTS / f"{name}.json" for name in names]
    in_memory = replay(*paths)
    assert in_memory == replay(*paths) == taskledger("replay", "--json", "--ledger", "dynamodb", *paths)
    assert (in_memory.code, in_memory.err) == (0, "")


def test_the_order_of_delivery_changes_no_state(tmp_path: Path) -> None:
    """Events of many tasks in another order leave the same tasks behind."""
    events = [envelope(version, taskArn=task_arn(task)) for task in (1, 2, 3) for version in (1, 2, 3)]
    there = replay(write(tmp_path / "there.jsonl", lines(events))).document
    back = replay(write(tmp_path / "back.jsonl", lines(reversed(events)))).document
    assert states(there) == states(back)[::-1]


@pytest.mark.parametrize("ledger", ["memory", "dynamodb"])
def test_the_callers_aws_is_out_of_reach(
    ledger: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Endpoints, profiles and credentials of the environment change nothing, are not called, and stay."""
    sample = EVENTS / "image-pull.json"
    before = taskledger("replay", "--json", "--ledger", ledger, sample)
    config = write(
        tmp_path / "config", "[profile mine]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:9\n"
    )
    theirs = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_ECS": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
        "AWS_PROFILE": "nobody",
        "AWS_CONFIG_FILE": str(config),
        "AWS_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_RETRY_MODE": "adaptive",
        "LEDGER_TABLE_NAME": "theirs",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)

    def refuse(*_: object) -> None:
        raise AssertionError("replay opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert taskledger("replay", "--json", "--ledger", ledger, sample) == before
    assert theirs.items() <= dict(os.environ).items()


def test_the_process_prints_the_document_alone(tmp_path: Path) -> None:
    """As a process of its own: one document on stdout, nothing on stderr, the exit code for the shell."""
    path = write(tmp_path / "a.jsonl", lines([envelope(1), "nonsense"]))
    command = [sys.executable, "-m", "taskledger", "replay", "--json", "--ledger", "memory", str(path)]
    environment = os.environ | {"PYTHONPATH": "functions", "FORCE_COLOR": "1"}
    ran = subprocess.run(command, capture_output=True, check=False, text=True, env=environment)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == replay(path).out
    assert ran.stdout.endswith("}\n")


def secret() -> str:
    """The made-up password in the samples."""
    text = (EVENTS / "standalone-success.json").read_text()
    overrides = json.loads(text)[0]["detail"]["overrides"]["containerOverrides"]
    found = [
        pair["value"]
        for container in overrides
        for pair in container["environment"]
        if pair["name"] == "DATABASE_PASSWORD"
    ]
    return str(found[0])


@pytest.mark.parametrize("shape", [["--ledger", "memory"], ["--json", "--ledger", "memory"], ["--json"]])
def test_secrets_never_come_out(shape: list[str], tmp_path: Path) -> None:
    """A value of `overrides` is in no output, whether its event was taken, refused or cut anywhere."""
    text = (EVENTS / "standalone-success.json").read_text()
    wrong = [event | {"detail": event["detail"] | {"version": "x"}} for event in json.loads(text)]
    end = text.index(secret()) + len(secret())
    broken = [text[:end], text[:end] + '"', text[: end - 4], lines(wrong), json.dumps(wrong)]
    paths = [write(tmp_path / f"{number}.json", each) for number, each in enumerate(broken)]
    ran = taskledger("replay", *shape, EVENTS / "standalone-success.json", *paths)
    assert ran.code == 1
    assert len(secret()) > 8
    assert secret() not in ran.out + ran.err
    assert "DATABASE_PASSWORD" not in ran.out + ran.err
