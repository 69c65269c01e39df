"""The corpus check: that it judges as it says, and what it says of the folder in TASKLEDGER_CORPUS."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.__main__ import main
from tests.corpus.classes import CLASSES
from tests.corpus.judgement import Judgement, judge
from tests.corpus.pieces import Fate
from tests.support.running import lines, versioned, write
from tests.support.service_events import deployment_change, event_of, hook_change, service_action
from tests.support.values import TASK, envelope

CORPUS = os.environ.get("TASKLEDGER_CORPUS")
HEADER = (
    "stopCode",
    "exitCodes",
    "stoppedReason",
    "containerReason",
    "launchType",
    "expected_class",
    "source",
)
ANSWER: dict[str, Any] = envelope(3)["detail"]
MOMENT = {"__class__": "datetime", "year": 2026, "month": 11, "day": 20, "hour": 9, "minute": 0, "second": 0}


@pytest.mark.skipif(not CORPUS, reason="TASKLEDGER_CORPUS names no folder of published events")
def test_the_corpus() -> None:
    """Every published task event and answer is accepted, and every published stop reason is of its class."""
    judged = judge(Path(str(CORPUS)))
    assert judged.pieces or judged.reasons
    assert list(judged.wrong) == []


def test_the_classes_are_written_down() -> None:
    """The documentation shows the classes with the very kinds and causes by which the check judges."""
    page = Path("docs/stops.md").read_text()
    table = page[page.index("| Class | Kind | Cause |") :].split("\n\n")[0]
    found = {
        name: (set(re.findall("[A-Z_]{4,}", kinds)), set(re.findall("[A-Z_]{4,}", causes)))
        for names, kinds, causes in re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", table, re.MULTILINE)[2:]
        for name in names.split(", ")
    }
    assert found == {name: (set(meaning.kinds), set(meaning.causes)) for name, meaning in CLASSES.items()}


@pytest.mark.parametrize(
    ("content", "fate"),
    [
        (envelope(1), Fate.ACCEPTED),
        ({"Messages": [{"Body": json.dumps(envelope(1))}]}, Fate.ACCEPTED),
        (envelope(1, taskArn=None), Fate.ACCEPTED),
        (versioned(version="3"), Fate.REFUSED),
        (envelope(1, startedAt="20.11.2026"), Fate.REFUSED),
        (versioned(version=None), Fate.INCOMPLETE),
        (envelope(1) | {"source": None}, Fate.INCOMPLETE),
        (envelope(1, taskArn=None) | {"resources": []}, Fate.INCOMPLETE),
        (envelope(1, updatedAt=None) | {"time": ""}, Fate.INCOMPLETE),
        (envelope(1, clusterArn="<REDACTED>"), Fate.INCOMPLETE),
        (envelope(1, createdAt="timestamp"), Fate.INCOMPLETE),
        (deployment_change(), Fate.ACCEPTED),
        (service_action(), Fate.ACCEPTED),
        (hook_change(resource=None), Fate.ACCEPTED),
        (deployment_change(deploymentId=5), Fate.REFUSED),
        (deployment_change(deploymentId=None), Fate.INCOMPLETE),
        (service_action(resource=None), Fate.INCOMPLETE),
        (event_of("ECS Container Instance State Change", None, {}), Fate.OTHER),
        (event_of("AWS API Call via CloudTrail", None, {}), Fate.OTHER),
        (envelope(1) | {"source": "aws.batch"}, Fate.OTHER),
        ({"tasks": [ANSWER], "failures": []}, Fate.ACCEPTED),
        ({"task": ANSWER}, Fate.ACCEPTED),
        (ANSWER, Fate.ACCEPTED),
        (ANSWER | {"createdAt": MOMENT}, Fate.ACCEPTED),
        (ANSWER | {"createdAt": "2026-11-20T10:00:00.123456+01:00"}, Fate.ACCEPTED),
        (ANSWER | {"createdAt": "time"}, Fate.INCOMPLETE),
        (ANSWER | {"taskArn": "<task_arn:1>"}, Fate.INCOMPLETE),
        (ANSWER | {"clusterArn": ""}, Fate.INCOMPLETE),
        (ANSWER | {"containers": [{"name": None}]}, Fate.INCOMPLETE),
        (ANSWER | {"taskArn": TASK[-32:]}, Fate.REFUSED),
        (ANSWER | {"containers": [{"name": 5}]}, Fate.REFUSED),
        ({"tasks": []}, Fate.OTHER),
        ({"taskArns": [TASK]}, Fate.OTHER),
        ("{'detail': {}}", Fate.OTHER),
        ("", Fate.OTHER),
    ],
)
def test_pieces(content: object, fate: Fate, tmp_path: Path) -> None:
    """A piece that has all that is required and is refused is wrong, and no other."""
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    write(tmp_path / "some" / "a.txt", text)
    judged = judge(tmp_path)
    assert [(piece.file, piece.fate) for piece in judged.pieces] == [("some/a.txt", fate)]
    assert len(judged.wrong) == (fate is Fate.REFUSED)


def test_each_file_has_a_world_of_its_own(tmp_path: Path) -> None:
    """Edited copies of one capture don't meet: each is read by itself."""
    for name in ("a", "b"):
        write(tmp_path / f"{name}.json", json.dumps(envelope(1)))
    write(tmp_path / "c.jsonl", lines([envelope(1), "nonsense", envelope(2)]))
    judged = judge(tmp_path)
    assert [(piece.file, piece.index, piece.fate) for piece in judged.pieces] == [
        ("a.json", 0, Fate.ACCEPTED),
        ("b.json", 0, Fate.ACCEPTED),
        ("c.jsonl", 0, Fate.ACCEPTED),
        ("c.jsonl", 1, Fate.OTHER),
        ("c.jsonl", 2, Fate.ACCEPTED),
    ]


def table(folder: Path, *rows: dict[str, str], header: tuple[str, ...] = HEADER) -> Judgement:
    """The judgement on a table of these rows, in which "-" stands for a value that is missing."""
    rendered = ["\t".join(header), *("\t".join(row.get(name, "-") for name in header) for row in rows)]
    write(folder / "sub" / "stopped_reasons.tsv", "\r\n".join(rendered))
    return judge(folder)


@pytest.mark.parametrize(
    "row",
    [
        {"expected_class": "image-pull", "stoppedReason": 'CannotPullContainerError: Get "https://'},
        {
            "expected_class": "image-pull",
            "containerReason": "CannotPullContainerError: x\\n\\tstatus code: 400",
        },
        {"expected_class": "user-stop", "stopCode": "UserInitiated", "exitCodes": "137"},
        {
            "expected_class": "scaling",
            "stoppedReason": "Scaling activity initiated by (deployment ecs-svc/1)",
        },
        {
            "expected_class": "essential-exit-nonzero",
            "stopCode": "EssentialContainerExited",
            "exitCodes": "0, 2",
        },
        {
            "expected_class": "essential-exit-zero",
            "stopCode": "EssentialContainerExited",
            "exitCodes": "0,143",
        },
        {"expected_class": "exit-signal", "stopCode": "EssentialContainerExited", "exitCodes": "none,139"},
        {
            "expected_class": "out-of-memory",
            "stopCode": "EssentialContainerExited",
            "exitCodes": "0,143",
            "containerReason": "OutOfMemoryError: Container killed due to memory usage",
        },
    ],
)
def test_rows_of_their_class(row: dict[str, str], tmp_path: Path) -> None:
    """A row is a stopped task with the containers that its exit codes and its container's reason name."""
    judged = table(tmp_path, row)
    assert [(reason.line, reason.right) for reason in judged.reasons] == [(2, True)]
    assert judged.wrong == []


@pytest.mark.parametrize(
    "row",
    [
        {"expected_class": "network", "stoppedReason": "CannotPullContainerError: no such host"},
        {"expected_class": "scaling", "stopCode": "EssentialContainerExited", "exitCodes": "1"},
        {"expected_class": "image-pull", "stopCode": "UserInitiated"},
        {"expected_class": "weather", "stopCode": "UserInitiated"},
        {"stopCode": "UserInitiated"},
    ],
)
def test_rows_of_another_class(row: dict[str, str], tmp_path: Path) -> None:
    """A row that comes out as something else, or whose class nobody knows, is wrong."""
    judged = table(tmp_path, row)
    assert list(judged.wrong) == list(judged.reasons)
    assert len(judged.wrong) == 1


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    """Columns may be missing or stand elsewhere, and a group makes a task a service's."""
    row = {"expected_class": "essential-exit-zero", "exitCodes": "0", "group": "service:web"}
    (reason,) = table(tmp_path, row, header=("group", "expected_class", "exitCodes")).reasons
    assert (reason.came_out, reason.right) == ("ESSENTIAL_CONTAINER_FAILED UNEXPECTED_EXIT", True)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report ends with a line that counts everything; the exit code says whether anything is wrong."""
    write(tmp_path / "a.json", json.dumps(envelope(1)))
    table(tmp_path, {"expected_class": "user-stop", "stopCode": "UserInitiated"})
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "1 of 1 events accepted, 0 other pieces; 0 of 0 tasks of answers accepted; "
        "1 of 1 stop reasons of their class; 0 wrong"
    )
    write(tmp_path / "b.json", json.dumps(versioned(version="3")))
    assert main([str(tmp_path)]) == 1
    assert "detail.version: must be a whole number, found a string" in capsys.readouterr().out
    assert main(["--json", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document.keys() == {"events", "answers", "others", "reasons", "pieces", "rows", "wrong"}
    assert document["events"] == {"accepted": 1, "refused": 1, "incomplete": 0}
    assert (document["reasons"], document["wrong"]) == ({"read": 1, "right": 1}, 1)


@pytest.mark.parametrize("folder", ["", "missing"])
def test_nothing_to_judge(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not there, or holds nothing, is wrong usage: it must not look like a good result."""
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / folder)])
    assert ended.value.code == 2
    assert str(tmp_path / folder) in capsys.readouterr().err
