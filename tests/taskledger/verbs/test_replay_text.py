"""What `replay` shows to people: colour and a bar in a terminal, plain lines in a pipe, nothing to obey."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import lines, taskledger, write
from tests.support.values import envelope, task_arn

ESCAPE = "\x1b"
BOX_DRAWING = re.compile("[\u2500-\u259f]")
REPLAY = [sys.executable, "-m", "taskledger", "replay", "--ledger", "memory"]


def environment(**changed: str) -> dict[str, str]:
    """The environment of a user's shell, without what would force or forbid colours."""
    forced = ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in forced}
    return kept | {"PYTHONPATH": "functions", "TERM": "xterm-256color"} | changed


def in_a_terminal(*paths: object, **changed: str) -> str:
    """What a terminal is sent, on stdout and stderr."""
    terminal, end = pty.openpty()
    command = [*REPLAY, *map(str, paths)]
    with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, env=environment(**changed)):
        os.close(end)
        sent = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    return sent.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # Linux says so when the last writer has gone
        return b""


def test_piped_output_is_plain() -> None:
    """No escape codes and no lines drawn: counts, incidents and tasks, each on a line of its own."""
    for verbose in ([], ["-v"]):
        ran = taskledger("replay", *verbose, "events")
        assert (ran.code, ran.err) == (0, "")
        assert ESCAPE not in ran.out
        assert not BOX_DRAWING.search(ran.out)
        assert ("TASK_FAILED_TO_START IMAGE_PULL" in ran.out) is bool(verbose)
        assert not any(line.startswith("'") for line in ran.out.splitlines())


def test_a_pipe_wraps_and_cuts_nothing(tmp_path: Path) -> None:
    """A program that reads lines gets each of them whole, however long."""
    group, cluster = f"service:{'g' * 250}", f"arn:aws:ecs:eu-central-1:111122223333:cluster/{'c' * 250}"
    taken = envelope(1, group=group, clusterArn=cluster, stopCode="x" * 250)
    path = write(tmp_path / "a.jsonl", lines([taken, "x" * 1000]))
    out = taskledger("replay", path).out
    assert [line.split() for line in out.splitlines() if group in line] == [
        ["4fb1d2c3", group, "c" * 250, "RUNNING", "-", "x" * 250, "-", "1"]
    ]
    assert "\u2026" not in out


def test_a_terminal_gets_colours() -> None:
    """Colours in a terminal, and still no lines drawn."""
    sent = in_a_terminal("events/image-pull.json")
    assert f"{ESCAPE}[" in sent
    assert "image can't be pulled" in sent


def test_no_color_is_heard() -> None:
    """NO_COLOR takes the colours away, as everywhere."""
    sent = in_a_terminal("events/image-pull.json", NO_COLOR="1")
    assert not re.search(rf"{ESCAPE}\[[0-9;]*3[0-9]m", sent)
    assert "image can't be pulled" in sent


def test_messages_fit_a_terminal() -> None:
    """A subject is broken between words, beside its time, and nothing of it is left out."""
    path = "events/missing-secret.json"
    piped = taskledger("replay", path).out
    sent = re.sub(rf"{ESCAPE}\[[0-9;]*m", "", in_a_terminal(path, COLUMNS="80"))
    whole, broken = (text.split("messages")[1].split("task  ")[0] for text in (piped, sent))
    assert max(map(len, broken.splitlines())) <= 80 < max(map(len, whole.splitlines()))
    subjects = [text.partition("[")[2].split() for text in (whole, broken)]
    assert subjects[0] == subjects[1] != []


def test_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    """Long reading shows a bar, which is gone at the end."""
    events = [envelope(1, taskArn=task_arn(number), pad="x" * 1000) for number in range(400)]
    sent = in_a_terminal(write(tmp_path / "a.jsonl", lines(events)))
    assert "replaying" in sent
    assert "400 events of 400 tasks" in sent


HOSTILE = f"service:{ESCAPE}[31mred{ESCAPE}]0;title\x07[/bold][link=x]\u202egnp.\u2028end\r\n"


def test_texts_of_others_command_no_terminal(tmp_path: Path) -> None:
    """Control characters and markup of an event are shown as what they are, where it is taken and refused."""
    taken = envelope(1, group=HOSTILE, lastStatus=HOSTILE, stopCode=HOSTILE)
    stopped = envelope(
        2, taskArn=task_arn(2), group=HOSTILE, lastStatus="STOPPED", stopCode=HOSTILE, stoppedReason=HOSTILE
    )
    refused = envelope(1) | {"source": HOSTILE}
    path = write(tmp_path / "[bold]a.jsonl", lines([taken, stopped, refused]))
    out = taskledger("replay", path).out
    shown = out.replace("\n", "")
    assert shown.isprintable()
    assert out.count("service:\\x1b[31mred\\x1b]0;title\\x07[/bold][link=x]\\u202egnp.\\u2028end\\r\\n") >= 5
    assert f"{path}[2]  source: " in out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_will_do(encoding: str, tmp_path: Path) -> None:
    """What the output's encoding cannot hold is written as an escape, and costs nothing else."""
    path = write(
        tmp_path / "a.jsonl", lines([envelope(1, group="service:k\u00e4se-\u96ea"), '{"source": "\\ud800"}'])
    )
    ran = subprocess.run(
        [*REPLAY, str(path)], capture_output=True, check=False, env=environment(PYTHONIOENCODING=encoding)
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    group = "service:k\u00e4se-\u96ea".encode(encoding, "backslashreplace")
    assert group in ran.stdout
    assert rb'found "\ud800"' in ran.stdout


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    """`taskledger replay ... | head -1` ends without a complaint."""
    events = [envelope(1, taskArn=task_arn(number), lastStatus="STOPPED") for number in range(2000)]
    path = write(tmp_path / "a.jsonl", lines(events))
    for shape in ([], ["--json"]):
        with subprocess.Popen(
            [*REPLAY, *shape, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        ) as ran:
            assert ran.stdout
            assert ran.stderr
            ran.stdout.read(10)
            ran.stdout.close()
            assert ran.stderr.read() == b""


def test_many_tasks_are_counted_not_listed(tmp_path: Path) -> None:
    """People get as many rows as fit on the screen and the number of the others, or all."""
    path = write(tmp_path / "a.jsonl", lines(envelope(1, taskArn=task_arn(number)) for number in range(100)))
    out = taskledger("replay", path).out
    assert out.count("service:checkout") == 30
    assert "not shown: 70 tasks; -v shows all" in out
    assert taskledger("replay", "-v", path).out.count("service:checkout") == 100


def test_nothing_found(tmp_path: Path) -> None:
    """Without tasks there is no table, and the counts say so."""
    out = taskledger("replay", write(tmp_path / "a.json", "[]")).out
    assert out.splitlines()[0] == "0 events of 0 tasks: 0 accepted, 0 rejected"
    assert "0 findings" in out
