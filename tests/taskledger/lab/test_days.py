"""Days of the lab: a fixed few hold, the same seed repeats them, and what is wrong is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import TransientError
from reconciler.gate import succeed
from reconciler.model.task import Absence
from reconciler.use_cases.publish import Publisher
from taskledger.lab.account import Account
from taskledger.lab.document import document
from taskledger.lab.faults.kinds import Fault
from taskledger.lab.faults.table import StreamedLedger
from taskledger.lab.run import lab
from taskledger.lab.verdict import WRONG, Verdict, judged
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.running import taskledger
from tests.support.tracked import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.entry import LedgerEntry

SEEDS = (7, 13, 25)
TASKS = 60


def lived(seed: int, tasks: int = TASKS) -> Account:
    account = Account(seed, tasks)
    account.live()
    return account


@cache
def bad_day(seed: int) -> Account:
    """A day that is only looked at."""
    return lived(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_bad_days_end_well(seed: int) -> None:
    """Whatever came between, the ledger equals ECS in the end, and no alert is lost or doubled."""
    verdict = judged(bad_day(seed))
    assert (verdict.holds, verdict.lives >= TASKS, verdict.findings > 0) == (True, True, True), verdict


def test_every_fault_comes() -> None:
    """Each kind of fault happens within these few days."""
    counted = {fault for seed in SEEDS for fault, times in bad_day(seed).faults.items() if times}
    assert set(Fault) - counted == set()


def test_the_same_seed_is_the_same_run() -> None:
    """To the byte, in whatever order a process keeps its sets; another seed is another run."""
    command = [sys.executable, "-m", "taskledger", "lab", "--json", "--tasks", "12", "--seed", "7"]
    path = os.pathsep.join([str(ROOT / "functions"), str(ROOT)])
    first, second = (
        subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": order},
            capture_output=True,
            check=True,
        ).stdout
        for order in "12"
    )
    assert first == second
    assert json.loads(first)["faults"] != document(lab(12, 8, lambda _: None))["faults"]


def _entries(account: Account) -> dict[str, LedgerEntry]:
    return account.ledger._entries  # noqa: SLF001 - to be spoiled, past all that keeps it right


def _drop_an_entry(account: Account) -> None:
    runs = (arn for arn, task in account.truth.items() if task["lastStatus"] == "RUNNING")
    del _entries(account)[next(runs)]


def _age_an_entry(account: Account) -> None:
    arn, entry = next((arn, one) for arn, one in account.ledger.everything().items() if one.state.version > 2)
    _entries(account)[arn] = replace(entry, state=replace(entry.state, version=2))


def _reopen_an_entry(account: Account) -> None:
    arn, entry = next((arn, one) for arn, one in account.ledger.everything().items() if one.closed)
    _entries(account)[arn] = replace(entry, closed=None)


def _make_up_a_task(account: Account) -> None:
    arn, entry = next(iter(account.ledger.everything().items()))
    _entries(account)[f"{arn}0"] = replace(entry, state=replace(entry.state, task_arn=f"{arn}0"))


def _lose_a_finding(account: Account) -> None:
    account.incidents._findings.popitem()  # noqa: SLF001 - the same


def _lose_a_message(account: Account) -> None:
    account.topic._sent.clear()  # noqa: SLF001 - the same


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_drop_an_entry, "differences"),
        (_age_an_entry, "differences"),
        (_reopen_an_entry, "differences"),
        (_make_up_a_task, "differences"),
        (_lose_a_finding, "lost"),
        (_lose_a_message, "lost"),
    ],
)
def test_what_is_wrong_is_found(spoil: Callable[[Account], object], found: str) -> None:
    """One entry or alert that is wrong is enough."""
    account = lived(8, 12)
    assert judged(account).holds
    spoil(account)
    verdict = judged(account)
    wrong = [name for name in WRONG if getattr(verdict, name)]
    assert wrong[0] == found
    assert (wrong[1:], verdict.holds) == (["doubled"] if spoil is _lose_a_finding else [], False)


def test_a_message_that_nobody_needed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is sent again after it was settled is doubled; one after a crash is not."""
    monkeypatch.setattr(Publisher, "_mark", lambda _publisher, sent, _lacking: sent)
    assert judged(lived(8, 12)).doubled


def test_an_entry_that_goes_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is right again in the end."""
    monkeypatch.setattr("taskledger.local.memory_ledger._after", succeed)
    assert judged(lived(25)).back


def test_a_task_that_is_closed_while_it_runs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a later pass has opened it again."""
    monkeypatch.setattr("reconciler.use_cases.checks.twice_seen.is_gone", lambda *_: True)
    monkeypatch.setattr("reconciler.adapters.ecs_answers.read_item", lambda *_: Absence.MISSING)
    assert judged(lived(3, 12)).early


def test_an_event_that_is_not_recorded_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the sweep has repaired what was missed."""
    monkeypatch.setattr(StreamedLedger, "_put_rows", lambda *_: None)
    assert judged(lived(8, 12)).unrecorded


@pytest.mark.parametrize("error", [KeyError("lastStatus"), TransientError("never caught")])
def test_a_function_that_breaks_off_is_found(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """An error that no use case catches is named with its function, whatever it is."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(MemoryLedger, "open_tasks", fail)
    broken = judged(lived(8, 12)).broken
    assert {one.split(":")[0] for one in broken} <= {"sweep", "watch", "assess", "observe"}
    assert bool(broken) == isinstance(error, KeyError)


def test_the_document_has_all_of_it() -> None:
    """What is counted adds up to the lives, and no fault is left out of the document."""
    ran = taskledger("lab", "--tasks", "40", "--seed", "7", "--json")
    found = ran.document
    ledger = found["ledger"]
    known = sum(ledger[name] for name in ("asEcs", "asSaid", "unobserved", "unheard", "differences"))
    assert (ran.code, found["holds"], found["accounts"], found["bad"]) == (0, True, 1, [])
    assert known >= found["lives"] >= 40
    assert len(found["faults"]) == len(Fault)
    assert found["faults"]["callDoneAnswerLost"] == lived(7, 40).faults[Fault.UNANSWERED]


def test_the_verdict_in_words() -> None:
    """People read what came between, and whether it held."""
    ran = taskledger("lab", "--tasks", "12", "--seed", "8")
    assert ran.code == 0
    assert "The ledger equals ECS: 0 differences.\n" in ran.out
    assert "No alert is lost or doubled.\n" in ran.out


def test_what_does_not_hold_can_be_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad day has its seed, in words and as JSON, and the command ends with 1."""
    monkeypatch.setattr("taskledger.lab.run.judged", _wrong)
    monkeypatch.setattr("taskledger.lab.run.PER_ACCOUNT", 2)
    shown = taskledger("lab", "--tasks", "3", "--seed", "8")
    assert (shown.code, "taskledger lab --seed 9 --tasks 1\n" in shown.out) == (1, True)
    assert "  lost: finding a\n" in shown.out
    assert "1 alerts are lost, 0 doubled." in shown.out
    found = taskledger("lab", "--tasks", "2", "--seed", "9", "--json")
    assert (found.code, [(one["seed"], one["lost"]) for one in found.document["bad"]]) == (
        1,
        [(9, ["finding a"])],
    )


def _wrong(account: Account) -> Verdict:
    return Verdict(lives=1, lost=["finding a"] if account.seed == 9 else [])
