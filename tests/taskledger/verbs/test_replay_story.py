"""The story that a replay shows: one screen, the worst first, with the totals of the JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.panes import pane
from tests.support.running import Ran, lines, replay, taskledger, write
from tests.support.service_events import deployment_change, event_of, hook_change, service_action
from tests.support.values import envelope, task_arn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCREEN = 40  # lines, of 80 columns
INSTANCE, CALL = "ECS Container Instance State Change", "AWS API Call via CloudTrail"
PICTURE = "ECR Image Action"


def failed(number: int, **fields: Any) -> dict[str, Any]:
    """A task that ended by itself."""
    at = "2026-11-20T09:01:00Z"
    containers = [{"name": "app", "lastStatus": "STOPPED", "exitCode": 1}]
    ended = {"lastStatus": "STOPPED", "stopCode": "EssentialContainerExited", "containers": containers}
    return envelope(4, **{"taskArn": task_arn(number), **ended, "stoppedAt": at, "updatedAt": at, **fields})


@pytest.fixture(scope="module")
def samples() -> tuple[Ran, Ran]:
    """A replay of all samples, as JSON and as text."""
    return replay("events"), taskledger("replay", "events")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """All that a rule on every event of an account would log: of tasks, of services, and of all else."""
    called = event_of(CALL, None, {"eventName": "RunTask", "responseElements": {"tasks": []}})
    events = [
        event_of(INSTANCE, None, {"agentConnected": True, "version": 7}),
        envelope(1, taskArn=task_arn(1)),
        called,
        {**event_of(PICTURE, None, {"action-type": "PUSH"}), "source": "aws.ecr"},
        {**called, "source": "aws.s3"},
        event_of(CALL, None, {"eventName": "UpdateTaskProtection", "responseElements": None}),
        deployment_change(),
        service_action(),
        hook_change(),
        event_of(INSTANCE, None, {}),
        failed(2),
    ]
    return write(tmp_path / "all.jsonl", lines(events))


def test_a_log_of_all_events(log: Path) -> None:
    """What the stack does not read is counted by its detail-type, and is no fault."""
    ran, shown = replay(log), taskledger("replay", log)
    assert (ran.code, shown.code, ran.rejected) == (0, 0, [])
    assert ran.document["skipped"] == {CALL: 2, INSTANCE: 2, PICTURE: 1}
    assert ran.document["events"] == {"read": 11, "accepted": 6, "rejected": 0}
    assert f"skipped: 2 {INSTANCE}, 2 {CALL}, 1 {PICTURE}" in shown.out.splitlines()


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"source": "aws.ecr", "detail": {}}, "source"),
        ({"detail-type": PICTURE, "detail": {}}, "source"),
        ({"source": "aws.ecs", "detail": {}}, "detail-type"),
        ({**envelope(1), "source": "mine"}, "source"),
        (event_of(CALL, None, {}), "detail.eventName"),
    ],
)
def test_what_is_no_event_is_not_skipped(event: dict[str, Any], field: str, tmp_path: Path) -> None:
    """An event has a source and a detail-type; one of a task is of ECS."""
    ran = replay(write(tmp_path / "a.json", json.dumps(event)))
    assert (ran.code, ran.document["skipped"]) == (1, {})
    assert [one[1] for one in ran.rejected] == [field]


def numbers(out: str) -> Iterator[tuple[str, int]]:
    """Each total that the text names."""
    first, verdicts, currency, *_ = out.splitlines()
    for number, name in re.findall(r"([\d,]+) (event|task|accepted|rejected)", first):
        yield name, int(number.replace(",", ""))
    for name, number in re.findall(r"([A-Z]+) ([\d,]+)", f"{verdicts} {currency}"):
        yield name, int(number.replace(",", ""))
    (found,) = re.findall(r"^\d+ findings?, .*$", out, re.MULTILINE)
    for number, name in re.findall(r"(\d+|no) (finding|incident|message)", found):
        yield name, int(number.replace("no", "0"))
    for skipped in re.findall("^skipped: (.*)", out, re.MULTILINE):
        yield from ((name, int(number)) for number, name in re.findall(r"(\d+) ([^,]+)", skipped))


def test_the_totals_are_those_of_the_json(log: Path, samples: tuple[Ran, Ran]) -> None:
    """Whatever the text leaves out, it counts all there is."""
    for in_json, in_text in ((replay(log), taskledger("replay", log)), samples):
        document = in_json.document
        expected = {
            "event": document["events"]["read"],
            "accepted": document["events"]["accepted"],
            "rejected": len(document["rejected"]),
            **document["verdicts"],
            **document["currency"],
            **document["skipped"],
            **{name: len(document[f"{name}s"]) for name in ("task", "finding", "incident")},
            "message": len(document["notifications"]),
        }
        assert dict(numbers(in_text.out)) == expected


def test_all_samples_fit_one_screen(monkeypatch: pytest.MonkeyPatch, samples: tuple[Ran, Ran]) -> None:
    """In a terminal and in a pipe, with incidents, tasks, and a line for each scenario."""
    in_json, piped = samples
    titles = Counter(one["title"] for one in in_json.document["scenarios"])
    narrow = pane(monkeypatch, 80, "replay", "events").out
    for out in (narrow, piped.out):
        shown = out.splitlines()
        assert len(shown) < SCREEN
        assert [line for line in shown if line.startswith("not shown: ")]
        assert Counter(line.split("  ")[0] for line in shown) >= titles
    assert max(map(len, narrow.splitlines())) <= 80


def test_a_small_capture_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its incidents are explained, its messages listed, and nothing is left out."""
    events = [failed(1), envelope(1, taskArn=task_arn(2), group="service:b"), failed(3, group="service:c")]
    out = pane(monkeypatch, 80, "replay", write(tmp_path / "a.jsonl", lines(events))).out
    assert "not shown" not in out
    assert out.count("Read the last lines of the container's log before the stop.") == 2
    assert out.count("crashed, exit 1") >= 4
    assert "20 Nov 09:01" in out


def test_ten_tasks_of_one_incident_are_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A section takes the place that others do not need."""
    ids = [f"{number:08x}{number:024x}" for number in range(20)]
    tasks = (failed(0, taskArn=task_arn(0)[:-32] + one) for one in ids)
    out = pane(monkeypatch, 80, "replay", write(tmp_path / "a.jsonl", lines(tasks))).out
    assert [one for one in ids if f"\n{one[:8]}" in out] == ids


def test_what_went_wrong_comes_first(tmp_path: Path) -> None:
    """Incidents and tasks by severity, then the tasks with which nothing is wrong."""
    rules = '[[severity]]\nseverity = "high"\nservice = "worst"\n\n[[severity]]\nseverity = "low"\n'
    policy = write(tmp_path / "policy.toml", rules)
    fine = envelope(1, taskArn=task_arn(1), group="service:fine")
    events = [fine, failed(2, group="service:bad"), failed(3, group="service:worst")]
    path = write(tmp_path / "a.jsonl", lines(events))
    out = taskledger("replay", "--policy", policy, path).out
    assert re.findall(r"^(high|low) +(\w+) +shop", out, re.MULTILINE) == [("high", "worst"), ("low", "bad")]
    assert re.findall(r"^\w{8}  service:(\w+)", out, re.MULTILINE) == ["worst", "bad", "fine"]


def test_output_begins_while_it_reads() -> None:
    """The first lines come before the end of the input, with what has been found until then."""
    events = lines(failed(number, group=f"service:s{number % 5}") for number in range(1200))
    command = [sys.executable, "-m", "taskledger", "replay", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "functions"}
    ) as ran:
        assert ran.stdin
        assert ran.stdout
        ran.stdin.write(events.encode())
        ran.stdin.flush()
        first = ran.stdout.readline().decode()
        ran.stdin.close()
        rest = ran.stdout.read().decode()
    assert re.match(r"1,\d\d\d events read, to 2026-11-20 09:01: 1,\d\d\d tasks, \d+ messages?\n", first)
    assert rest.startswith("1,200 events of 1,200 tasks: ")
