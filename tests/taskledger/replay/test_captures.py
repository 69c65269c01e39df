"""What is in a file: every form in which people have events gives the same events, in its order."""

import csv
import gzip
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from taskledger.replay.captures import Captured, Unreadable, files, read
from tests.support.running import lines, replay, taskledger, write
from tests.support.values import envelope

EVENTS = [envelope(version) for version in (1, 2, 3)]
TEXTS = [json.dumps(event) for event in EVENTS]
WRAPPINGS = sorted(Path("events/wrappings").iterdir())


def found(path: Path) -> list[Any]:
    """The versions of the events read, and the problem where there is none."""
    return [
        one.error.problem if isinstance(one, Unreadable) else json.loads(one.body)["detail"]["version"]
        for one in read(str(path))
    ]


def table(events: Sequence[str]) -> str:
    """The console's CSV of Logs Insights."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["@timestamp", "@message"])
    rows.writerows(("2026-11-20 09:00:00.000", event) for event in events)
    return text.getvalue()


def row(event: str) -> list[dict[str, str]]:
    """A row of `aws logs get-query-results`."""
    named = {"@timestamp": "2026-11-20 09:00:00.000", "@message": event, "@ptr": "CmEKJgoi"}
    return [{"field": name, "value": value} for name, value in named.items()]


FORMS: dict[str, tuple[str, str | bytes]] = {
    "array": ("a.json", json.dumps(EVENTS)),
    "array, indented": ("a.json", json.dumps(EVENTS, indent=2)),
    "array, an event a line": ("a.json", "[\n" + ",\n".join(TEXTS) + "\n]\n"),
    "documents, as jq prints them": ("a.json", "\n".join(json.dumps(one, indent=2) for one in EVENTS)),
    "lines": ("a.jsonl", "\n".join(TEXTS)),
    "lines, ended by CR LF": ("a.ndjson", "\r\n".join(TEXTS)),
    "lines with blanks": ("a.jsonl", "\n \n" + "\n\n\t\n".join(TEXTS) + "\n\n"),
    "lines in a .json": ("a.json", "\n\n" + "\n\n".join(TEXTS)),
    "lines in a .txt": ("a.txt", "\n".join(TEXTS)),
    "lines of arrays": ("a.jsonl", f"{json.dumps(EVENTS[:2])}\n{json.dumps(EVENTS[2:])}\n"),
    "lines with UTF-8's mark": ("a.jsonl", b"\xef\xbb\xbf" + "\n".join(TEXTS).encode()),
    "array with UTF-8's mark": ("a.json", b"\xef\xbb\xbf" + json.dumps(EVENTS).encode()),
    "CSV with UTF-8's mark": ("a.csv", b"\xef\xbb\xbf" + table(TEXTS).encode()),
    "array by PowerShell": ("a.json", json.dumps(EVENTS, indent=2).replace("\n", "\r\n").encode("utf-16")),
    "lines by PowerShell": ("a.jsonl", "\r\n".join(TEXTS).encode("utf-16")),
    "lines by PowerShell in a .json": ("a.json", "\r\n".join([*TEXTS, ""]).encode("utf-16")),
    "UTF-16, big end first": ("a.jsonl", b"\xfe\xff" + "\n".join(TEXTS).encode("utf-16-be")),
    "lines, compressed": ("a.jsonl.gz", gzip.compress("\n".join(TEXTS).encode())),
    "array, compressed": ("a.json.gz", gzip.compress(json.dumps(EVENTS).encode())),
    "log lines, compressed": (
        "000000.log.gz",
        gzip.compress("".join(f"2026-11-20T09:00:00.123Z {text}\n" for text in TEXTS).encode()),
    ),
    "aws sqs receive-message": ("a.json", json.dumps({"Messages": [{"Body": text} for text in TEXTS]})),
    "its bodies, by --query": ("a.json", json.dumps(TEXTS, indent=4)),
    "a batch of Lambda's": ("a.json", json.dumps({"Records": [{"body": text} for text in TEXTS]}, indent=4)),
    "aws logs filter-log-events": (
        "a.json",
        json.dumps(
            {"events": [{"timestamp": 1, "message": text} for text in TEXTS], "searchedLogStreams": []}
        ),
    ),
    "aws logs get-query-results": (
        "a.json",
        json.dumps({"results": [row(text) for text in TEXTS], "status": "Complete"}),
    ),
    "Logs Insights, text": ("a.json", json.dumps([{"@message": text} for text in TEXTS])),
    "Logs Insights, objects": ("a.json", json.dumps([{"@message": event} for event in EVENTS])),
    "Logs Insights, CSV": ("a.csv", table(TEXTS)),
    "an archive's replay": ("a.json", json.dumps([event | {"replay-name": "again"} for event in EVENTS])),
    "lines of wrappings": ("a.jsonl", lines([{"Body": text} for text in TEXTS])),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_events(form: str, tmp_path: Path) -> None:
    """Whatever is around them, the same events come out in the same order."""
    name, content = FORMS[form]
    assert found(write(tmp_path / name, content)) == [1, 2, 3]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["a", "a.csv", "a.json", "a.jsonl", "a.json.gz"])
def test_a_form_is_known_by_its_content(form: str, name: str, tmp_path: Path) -> None:
    """Under any name the same events come out."""
    assert found(write(tmp_path / name, FORMS[form][1])) == [1, 2, 3]


@pytest.mark.parametrize("form", FORMS)
def test_any_form_through_standard_input(form: str) -> None:
    """Packed ones, CSV and all others."""
    content = FORMS[form][1]
    ran = replay("-", stdin=content if isinstance(content, bytes) else content.encode())
    assert (ran.code, ran.document["events"]["accepted"]) == (0, 3)


@pytest.mark.parametrize("text", [TEXTS[0], json.dumps(EVENTS[0], indent=4), f"\n{TEXTS[0]}\n\n"])
@pytest.mark.parametrize("name", ["a.json", "a.txt", "a"])
def test_one_event(name: str, text: str, tmp_path: Path) -> None:
    """A file with one event is read whole, on one line or on many."""
    assert found(write(tmp_path / name, text)) == [1]


@pytest.mark.parametrize("path", WRAPPINGS, ids=lambda path: str(path.name))
def test_every_wrapping_is_recorded(path: Path) -> None:
    """Each wrapping of the samples holds events of one task, of which none is refused."""
    document = replay(path).document
    assert document["events"]["rejected"] == 0
    assert document["events"]["accepted"] > 0
    assert len(document["tasks"]) == 1


def test_there_are_wrappings() -> None:
    """The rule above looks at something."""
    assert len(WRAPPINGS) >= 9


def test_a_broken_document_ends_the_others(tmp_path: Path) -> None:
    """Those before it are read; with all that follows it is one rejection, as nobody knows where it ends."""
    broken = "\n".join(json.dumps(one, indent=2) for one in EVENTS[:2]) + "\n{\n  'detail': {\n"
    ran = replay(write(tmp_path / "a.json", broken))
    assert ran.document["events"] == {"read": 3, "accepted": 2, "rejected": 1}
    assert [(index, field) for index, field, _ in ran.rejected] == [(2, "body")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.log"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_broken_line_stands_alone(place: int, name: str, tmp_path: Path) -> None:
    """A line that is no JSON is handed on at its place, and all others are read."""
    broken = [*TEXTS[:place], '{"detail":', *TEXTS[place:]]
    captured = list(read(str(write(tmp_path / name, "\n".join(broken)))))
    assert [one.index for one in captured] == [0, 1, 2, 3]
    assert [one.body for one in captured if isinstance(one, Captured)] == broken


def test_bytes_that_are_no_text_are_marked(tmp_path: Path) -> None:
    """A letter of another encoding costs no event."""
    path = write(tmp_path / "a.jsonl", TEXTS[0].encode().replace(b"checkout", b"caf\xe9"))
    assert replay(path).document["tasks"][0]["group"] == "service:caf\ufffd"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda packed: packed[:-100], id="cut"),
        pytest.param(lambda packed: packed[:10] + b"\xff" + packed[11:], id="garbled"),
    ],
)
def test_spoilt_compression(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """What can be unpacked is read, and the place where that ends is an error of the file."""
    packed = gzip.compress("\n".join(TEXTS * 400).encode())
    captured = list(read(str(write(tmp_path / "a.jsonl.gz", spoil(packed)))))
    last = captured[-1]
    assert isinstance(last, Unreadable)
    assert (last.index, last.error.field) == (len(captured) - 1, "path")
    assert last.error.problem.startswith("cannot be read: ")


def test_standard_input() -> None:
    """It may be named twice; people read of it as stdin, programs find the name that was given."""
    captured = lines(EVENTS).encode("utf-16")
    both = replay("-", "-", stdin=captured)
    assert both.document["events"] == {"read": 4, "accepted": 3, "rejected": 1}
    assert both.rejected == [(0, "body", "the file is empty")]
    assert both.document["rejected"][0]["file"] == "-"
    assert "\nstdin[0]  body: the file is empty\n" in taskledger("replay", "-", "-", stdin=captured).out


def test_folders_are_read_in_order_of_name(tmp_path: Path) -> None:
    """A folder's captures come by name, those of folders inside at their folder's place."""
    for name in ("b.json", "a/z.jsonl", "a/b/c.csv", "c.ndjson.gz", "B.log"):
        write(tmp_path / name, "")
    inside = [Path(str(one)).relative_to(tmp_path).as_posix() for one in files([str(tmp_path)])]
    assert inside == ["B.log", "a/b/c.csv", "a/z.jsonl", "b.json", "c.ndjson.gz"]


def test_paths_keep_their_order(tmp_path: Path) -> None:
    """What is named first is read first, and what is named twice is read twice."""
    first, second = write(tmp_path / "b.json", TEXTS[0]), write(tmp_path / "a.json", TEXTS[1])
    assert list(files([str(first), str(second), str(first)])) == [str(first), str(second), str(first)]


def test_what_is_hidden_or_no_capture_is_left_out(tmp_path: Path) -> None:
    """A folder's notes and hidden files are not read, unless they are named themselves."""
    hidden = write(tmp_path / ".cache" / "a.json", TEXTS[0])
    for name in ("._a.json", "sub/.b.jsonl", "README.md", "a.json.bak", "events.tsv"):
        write(tmp_path / name, TEXTS[0])
    seen = write(tmp_path / "seen.json", TEXTS[0])
    assert list(files([str(tmp_path)])) == [str(seen)]
    assert list(files([str(hidden.parent), str(hidden)])) == [str(hidden), str(hidden)]


@pytest.mark.parametrize("inside", [[], ["README.md"], [".hidden.json"], ["sub/"]])
def test_a_folder_of_nothing(inside: list[str], tmp_path: Path) -> None:
    """A folder without captures is one line that says what was looked for, and nothing else is read."""
    for name in inside:
        (tmp_path / name).mkdir() if name.endswith("/") else write(tmp_path / name, TEXTS[0])
    for arguments in ([], ["--json"]):
        ran = taskledger("replay", *arguments, "events", tmp_path)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert ran.err.startswith(f"Error: {tmp_path} holds no events: ")
        assert ".json, .jsonl, .ndjson, .log, .csv, .toml." in ran.err


@pytest.mark.parametrize("name", ["none.json", "none.toml", "none/", "n" * 300])
def test_what_is_not_there(name: str, tmp_path: Path) -> None:
    """One line with the name, before anything else is read."""
    ran = taskledger("replay", "--json", "events", tmp_path / name)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert str(tmp_path / name) in ran.err


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xff\xfe", gzip.compress(b"")])
def test_nothing_but_empty_files(content: bytes, tmp_path: Path) -> None:
    """One line that names them, as nothing at all was read; empty ones beside others are rejected."""
    file = write(tmp_path / "a.json", content)
    ran = taskledger("replay", file, "-", stdin=content)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: There is nothing to read: {file}, stdin is empty.\n"
    other = write(tmp_path / "b.json", TEXTS[0])
    assert replay(file, other).document["events"] == {"read": 2, "accepted": 1, "rejected": 1}


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """What a shell's <(command) stands for is no file, and is read like one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(lines(EVENTS),), daemon=True)
    writer.start()
    assert replay(pipe).document["events"]["accepted"] == 3
    writer.join()
