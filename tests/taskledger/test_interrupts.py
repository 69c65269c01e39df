"""Ctrl-C ends the command as it ends any other, without a traceback, at whatever moment it comes."""

from __future__ import annotations

import os
import pty
import signal
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import click
import pytest

from reconciler.model.entry import HistoryRow
from taskledger.__main__ import code_of
from taskledger.main import main
from tests.support.deployed import CloudFormation, DeployedEcs, Deployment, ago
from tests.support.loopback import serve
from tests.support.process import start

STACK = {"SweepFunctionName": "sweeper", "LedgerTableName": "ledger"}


class Hanging:
    """A function that is called, and answers only when the test is over."""

    def __init__(self) -> None:
        self.called, self.over = threading.Event(), threading.Event()

    def respond(self, *_: object) -> tuple[int, dict[str, str], bytes]:
        self.called.set()
        self.over.wait(20)
        return 200, {}, b"{}"


@pytest.fixture
def hanging() -> Iterator[tuple[Hanging, dict[str, str]]]:
    """A stack whose sweep function hangs, and where the command finds it."""
    function, stacks = Hanging(), CloudFormation(stacks={"TaskLedger": STACK})
    with serve(stacks.respond) as there, serve(function.respond) as url:
        yield function, {"AWS_ENDPOINT_URL_CLOUDFORMATION": there, "AWS_ENDPOINT_URL_LAMBDA": url}
        function.over.set()


def test_while_modules_are_imported() -> None:
    """Nothing has begun, and nothing is said."""
    with start("--help", changed={"PYTHONPROFILEIMPORTTIME": "1"}) as ran:
        assert ran.stderr
        while " click.types\n" not in ran.stderr.readline():
            pass
        ran.send_signal(signal.SIGINT)
        assert [line for line in ran.stderr if not line.startswith("import time:")] == []
    assert ran.returncode == -signal.SIGINT


def test_while_a_file_is_read(tmp_path: Path) -> None:
    """As where standard input is waited for."""
    os.mkfifo(tmp_path / "events.json")
    file = tmp_path / "events.json"
    with start("replay", "--ledger", "memory", file) as ran, file.open("w"):  # which waits for its reader
        ran.send_signal(signal.SIGINT)
        out, errors = ran.communicate(timeout=20)
    assert (ran.returncode, out, errors.strip()) == (-signal.SIGINT, "", "Interrupted.")


def test_while_aws_is_called(hanging: tuple[Hanging, dict[str, str]]) -> None:
    """A call is not waited for, and is not made again."""
    function, changed = hanging
    with start("sweep", changed=changed) as ran:
        assert function.called.wait(20)
        ran.send_signal(signal.SIGINT)
        out, errors = ran.communicate(timeout=20)
    assert (ran.returncode, out, errors.strip()) == (-signal.SIGINT, "", "Interrupted.")


def test_while_progress_is_drawn(hanging: tuple[Hanging, dict[str, str]]) -> None:
    """The terminal has its cursor back."""
    function, changed = hanging
    ours, theirs = pty.openpty()
    with start("sweep", changed={**changed, "TERM": "xterm"}, stderr=theirs) as ran:
        os.close(theirs)
        assert function.called.wait(20)
        ran.send_signal(signal.SIGINT)
        ran.communicate(timeout=20)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert ran.returncode == -signal.SIGINT
    assert shown.index("\x1b[?25l") < shown.index("sweeping") < shown.index("\x1b[?25h")
    assert shown.endswith("Interrupted.\r\n")


def test_at_a_question(deployment: Deployment) -> None:
    """Ctrl-C is no answer: nothing is deleted, and the process ends as interrupted."""

    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    task = deployment.open(1, ago(hours=1))
    deployment.monkeypatch.setattr("taskledger.verbs.forget._is_terminal", lambda: True)
    deployment.monkeypatch.setattr("click.termui.visible_prompt_func", interrupt)
    deployment.monkeypatch.setattr(sys, "argv", ["taskledger", "forget", task])
    with pytest.raises(KeyboardInterrupt):
        code_of(main)
    assert deployment.ledger.entry(task)


def test_while_histories_are_read(deployed_ecs: DeployedEcs) -> None:
    """Calls that are under way in other threads are not waited for."""
    deployed_ecs.run()
    deployed_ecs.run()
    begun, over, calls, late = threading.Event(), threading.Event(), count(), []

    def history(*_: object) -> list[HistoryRow]:
        if next(calls) == 0:
            begun.wait(5)
            raise KeyboardInterrupt  # as if it came while the answer is waited for
        begun.set()
        late.append(over.wait(5))
        return []

    deployed_ecs.deployment.monkeypatch.setattr("taskledger.deployed.ledger.DeployedLedger.history", history)
    with pytest.raises(click.Abort):
        main(["audit"], standalone_mode=False)
    over.set()
    assert False not in late  # no thread has waited to its end


def test_where_it_is_ignored(tmp_path: Path) -> None:
    """A process that was started to ignore it, as in the background of a script, goes on."""
    os.mkfifo(tmp_path / "events.json")
    ignored = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731 - a function of one line
    with start("replay", "--ledger", "memory", tmp_path / "events.json", preexec_fn=ignored) as ran:
        with (tmp_path / "events.json").open("w") as events:
            ran.send_signal(signal.SIGINT)
            events.write("{}")
        out, errors = ran.communicate(timeout=20)
    assert (ran.returncode, errors) == (1, "")
    assert "1 rejected" in out
