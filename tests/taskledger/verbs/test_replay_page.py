"""The page of a replay: a chapter for saved events and for each scenario, written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.drawn import data, unpacked
from tests.support.panes import pane
from tests.support.running import lines, replay, taskledger, write
from tests.support.values import envelope

if TYPE_CHECKING:
    from collections.abc import Sequence

    Samples = tuple[dict[str, Any], Sequence[dict[str, Any]]]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """The JSON of the samples' replay, and the chapters of the page of the same run."""
    page = tmp_path_factory.mktemp("samples") / "page.html"
    document = replay("events", "--html", page).document
    return document, data(page.read_text("utf-8"))["chapters"]


def chapters(page: Path, *paths: object) -> Sequence[dict[str, Any]]:
    assert taskledger("replay", *paths, "--html", page).code == 0
    return list(data(page.read_text("utf-8"))["chapters"])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write(tmp_path / "a.jsonl", lines([envelope(1), envelope(2)]))


def test_the_samples(samples: Samples) -> None:
    """Each task with its versions, each incident and each message, apart by the clock that they have."""
    document, found = samples
    assert [one["title"] for one in found] == [
        "Saved events",
        *(one["title"] for one in document["scenarios"]),
    ]
    for one, played in zip(found, [document, *document["scenarios"]], strict=True):
        assert one["messages"] == len(played["notifications"])
        assert len(one["incidents"]) == len(played["incidents"])
        shown = {
            each["id"]: [what[1] for _, what in each["moments"] if what[0] == "version"]
            for each in unpacked(one)
        }
        assert {key: sorted(versions) for key, versions in shown.items()} == {
            task["taskArn"].rpartition("/")[2]: sorted(row["version"] for row in task["history"])
            for task in played["tasks"]
        }


def test_messages_have_their_types(samples: Samples) -> None:
    """Of a replay it is known which was which, when it was sent, and what its subject was."""
    document, (saved, *_) = samples
    sent = [(one["type"], each["incidentId"]) for one in document["notifications"] for each in of(one)]
    marks = [(mark[1], one["id"]) for one in saved["incidents"] for mark in one["messages"]]
    assert sorted(marks) == sorted(sent)
    assert saved["typed"]
    assert all(mark[3] for one in saved["incidents"] for mark in one["messages"])


def of(message: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """The incidents that the message is of."""
    return message.get("incidents") or [message]


def test_only_scenarios(page: Path) -> None:
    """Without saved events there is no chapter of them."""
    scenario = next(Path("events/scenarios").glob("*.toml"))
    (found,) = chapters(page, scenario)
    assert found["title"] == replay(scenario).document["scenarios"][0]["title"]


def test_it_is_said_in_one_line(capture: Path, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line, and the whole stays on one screen; for a program there is the JSON alone."""
    shown = pane(monkeypatch, 80, "replay", "events", "--html", page).out.splitlines()
    assert shown[-1] == f"{page}: a page to open in a browser"
    assert len(shown) < 40
    assert replay(capture, "--html", page).document["events"]["read"] == 2


def test_a_page_takes_the_place_of_another(capture: Path, page: Path) -> None:
    """Through a link too, which stays one; nothing else is left in the folder."""
    target = write(page.with_name("target.html"), "old")
    page.symlink_to(target)
    before = set(page.parent.iterdir())
    assert chapters(page, capture)
    assert page.is_symlink()
    assert "old" not in target.read_text("utf-8")[:3]
    assert set(page.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "is a folder: name a file to write."),
        ("none/page.html", "make it, or name another file"),
        ("pipe", "is no file: name a file to write."),
    ],
)
def test_where_no_page_can_be(capture: Path, tmp_path: Path, name: str, said: str) -> None:
    """One line says so before anything is replayed, and the exit code is 2."""
    os.mkfifo(tmp_path / "pipe")
    ran = taskledger("replay", capture, "--html", tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert said in ran.err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_what_cannot_be_written(
    capture: Path, page: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """One line says why, the exit code is 2, and what was there is there unchanged and alone."""
    write(page, "old")
    before = set(page.parent.iterdir())

    def refuse(path: Path, content: bytes) -> int:
        path.touch()
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    ran = taskledger("replay", capture, "--html", page)
    assert ran.code == 2
    assert ran.err == f"Error: {page} cannot be written: {os.strerror(number)}.\n"
    monkeypatch.undo()
    assert page.read_text("utf-8") == "old"
    assert set(page.parent.iterdir()) == before


def test_nothing_to_show(tmp_path: Path, page: Path) -> None:
    """Where no event was of a task or a service no page is written, and one line says so."""
    other = envelope(1) | {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification"}
    ran = taskledger("replay", write(tmp_path / "a.json", lines([other])), "--html", page)
    assert ran.code == 0
    assert "not written: there is no task, deployment or incident to show." in ran.err
    assert not page.exists()


def test_without_a_value(capture: Path) -> None:
    """The option needs one."""
    ran = taskledger("replay", capture, "--html")
    assert (ran.code, ran.out) == (2, "")
    assert "Option '--html' requires an argument." in ran.err
