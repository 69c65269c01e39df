"""The samples are what `events/README.md` says: its table is held against a replay of each file."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from taskledger.replay.captures import SUFFIXES, Captured, read
from tests.support.running import lines, replay, write

EVENTS = Path("events")
ACCOUNT = "111122223333"  # AWS's own for examples

ROW = re.compile(
    r"^\| `(?P<file>[^`]+)` \| (?P<events>\d+) \| .+ \| (?P<ledger>[^|]+) \| (?P<finding>[^|]+) \|$"
)
LEDGER = re.compile(
    r"(?:revision )?(?:(?P<revision>\d+) )?(?P<state>open|closed) at version (?P<version>\d+)"
)
FINDING = re.compile(
    r"`(?P<kind>[A-Z_]+)` / `(?P<cause>[A-Z_]+)`(?P<once>, once)?(?P<warning>, at the warning)?"
    r"(?:, naming `(?P<named>[^`]+)` alone)?"
)

Task = Mapping[str, Any]


def stopped_as(code: str) -> Callable[[Task], bool]:
    return lambda task: bool(task["stopCode"] == code)


# Why there is no finding, as the table says it, and how to see it in the file's first task.
PLANNED: dict[str, Callable[[Task], bool]] = {
    "still running": lambda task: bool(task["open"]),
    "the scheduler scaled in": stopped_as("ServiceSchedulerInitiated"),
    "replaced by the new deployment": stopped_as("ServiceSchedulerInitiated"),
    "ECS asked it to stop": stopped_as("ServiceSchedulerInitiated"),
    "a person stopped it": stopped_as("UserInitiated"),
    "all its containers ended with 0": lambda task: {c["exitCode"] for c in task["containers"]} == {0},
}


def rows() -> dict[str, re.Match[str]]:
    """The table's rows by file."""
    text = (EVENTS / "README.md").read_text()
    found = [ROW.match(line) for line in text.splitlines() if line.startswith("| `")]
    return {row["file"]: row for row in found if row}


ROWS = rows()
SAMPLES = [
    path for path in sorted(EVENTS.rglob("*")) if path.is_file() and path.name.endswith((*SUFFIXES, ".gz"))
]


def bodies(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in read(str(path)) if isinstance(one, Captured)]


@pytest.fixture(params=ROWS.values(), ids=list(ROWS))
def row(request: pytest.FixtureRequest) -> re.Match[str]:
    found: re.Match[str] = request.param
    return found


@pytest.fixture
def document(row: re.Match[str]) -> dict[str, Any]:
    return replay(EVENTS / row["file"]).document


def test_every_file_has_its_row() -> None:
    """No sample is without a row, no row without a sample, and no line of a table is passed over."""
    listed = [line for line in (EVENTS / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert set(ROWS) == {path.relative_to(EVENTS).as_posix() for path in SAMPLES}
    assert len(listed) == len(ROWS) >= 16


def test_events(row: re.Match[str], document: dict[str, Any]) -> None:
    """A sample holds as many events as its row says, and all of them are accepted."""
    count = int(row["events"])
    assert document["events"] == {"read": count, "accepted": count, "rejected": 0}


def test_ledger(row: re.Match[str], document: dict[str, Any]) -> None:
    """The ledger ends as the row says: which tasks, open or closed, at which version."""
    expected = [LEDGER.fullmatch(part) for part in row["ledger"].split(", ")]
    assert len(expected) == len(document["tasks"])
    for task, part in zip(document["tasks"], expected, strict=True):
        assert part
        assert (task["open"], task["version"]) == (part["state"] == "open", int(part["version"]))
        assert part["revision"] in {None, task["taskDefinitionArn"].rsplit(":", 1)[1]}


def test_finding(row: re.Match[str], document: dict[str, Any], tmp_path: Path) -> None:
    """A sample makes the finding of its row and no other, or none for the reason that the row gives."""
    none, _, reason = row["finding"].partition(": ")
    if none == "none":
        assert document["findings"] == []
        assert PLANNED[reason](document["tasks"][0])
        return
    expected = FINDING.fullmatch(row["finding"])
    assert expected
    (finding,) = document["findings"]
    assert (finding["kind"], finding["cause"]) == (expected["kind"], expected["cause"])
    assert expected["named"] in {None, *finding["containers"]}
    assert len(finding["containers"]) == 1 or not expected["named"]
    if expected["warning"]:
        assert warned(EVENTS / row["file"], tmp_path) == [finding["findingId"]]


def warned(path: Path, folder: Path) -> list[str]:
    """The findings when nothing has happened yet but the first request to stop."""
    events = bodies(path)
    first = next(index for index, event in enumerate(events) if event["detail"]["desiredStatus"] == "STOPPED")
    assert events[first]["detail"]["lastStatus"] == "RUNNING"
    document = replay(write(folder / "a.jsonl", lines(events[: first + 1]))).document
    return [finding["findingId"] for finding in document["findings"]]


def test_a_task_is_in_one_file() -> None:
    """Samples don't meddle with each other when all are replayed at once."""
    files: dict[str, set[Path]] = {}
    for path in SAMPLES:
        for event in bodies(path):
            files.setdefault(event["detail"]["taskArn"], set()).add(path)
    assert {arn: paths for arn, paths in files.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.name))
def test_no_account_is_anybodys(path: Path) -> None:
    """Accounts, in ARNs, registries and envelopes, are made up."""
    text = path.read_text().replace('\\"', '"').replace('""', '"')
    named = re.findall(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:([^:]+):", text)
    registries = re.findall(r"([^/\" ]+)\.dkr\.ecr\.", text)
    accounts = re.findall(r'"account": ?"([^"]*)"', text)
    assert len(accounts) == len(bodies(path))
    assert {*named, *registries, *accounts} == {ACCOUNT}
    assert set(re.findall(r"(?<![0-9a-f-])\d{12}(?![0-9a-f])", text)) == {ACCOUNT}
