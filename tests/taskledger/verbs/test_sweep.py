"""`taskledger sweep`: a sweep is run, and what it found is shown; what stands in its way is said plainly."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from reconciler.handlers.sweep import summary
from tests.support.deployed import Functions, functions
from tests.support.running import taskledger
from tests.support.system import SHOP, new_system

PREFIX = "arn:aws:ecs:eu-central-1:111122223333"
TASK = f"{PREFIX}:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with functions(monkeypatch) as found:
        yield found


def cluster(tasks: int = 2, stuck: tuple[str, ...] = (), errors: tuple[str, ...] = (), **counts: int) -> Any:
    return {"tasks": tasks, **counts, "stuck": list(stuck), "errors": list(errors)}


def answer(
    errors: tuple[str, ...] = (), *, complete: bool = True, excluded: bool = False, **clusters: Any
) -> Any:
    arns = {f"{PREFIX}:cluster/{name}": found for name, found in clusters.items()}
    return {"complete": complete, "excluded": excluded, "errors": list(errors), "clusters": arns}


def lines(stack: Functions, told: Any) -> tuple[int, list[str]]:
    """The exit code, and what is shown, with one space between columns."""
    stack.function.answer = json.dumps(told).encode()
    ran = taskledger("sweep")
    assert ran.err == ""
    return ran.code, [" ".join(line.split()) for line in ran.out.splitlines()]


def test_the_table(stack: Functions) -> None:
    """Clusters by counts; beside those that people look for, a column for each that some cluster has."""
    told = answer(shop=cluster(214, missed=3, repaired=3, protected=1), billing=cluster(7, unknown=2))
    assert lines(stack, told) == (
        0,
        [
            "cluster tasks missed unrecorded vanished repaired closed protected unknown",
            "shop 214 3 0 0 3 0 1 0",
            "billing 7 0 0 0 0 0 0 2",
            "All clusters are swept.",
        ],
    )
    assert stack.function.invoked == [b"{}"]


def test_what_is_stuck(stack: Functions) -> None:
    """A task that is stuck is counted and named."""
    code, told = lines(stack, answer(shop=cluster(1, stuck=(TASK,))))
    assert (code, told[0].split()[-1], told[1].split()[-1]) == (0, "stuck", "1")
    assert told[2] == f"shop stuck: {TASK}"


def test_json(stack: Functions) -> None:
    """The document is what the function answers, whatever is in it."""
    told = answer(shop=cluster(1, missed=1)) | {"more": [1]}
    stack.function.answer = json.dumps(told).encode()
    assert taskledger("sweep", "--json").document == told


@pytest.mark.parametrize(
    ("told", "last"),
    [
        (answer(complete=False, excluded=True), "Another sweep is under way: nothing was done."),
        (answer(complete=False, shop=cluster()), "Time was up before all clusters were done"),
        (
            answer(shop=cluster(0, errors=("TransientError: Rate exceeded",))),
            "Not all clusters could be swept",
        ),
        (answer(("TerminalError: no",), shop=cluster()), "Not all clusters could be swept"),
    ],
    ids=["excluded", "time is up", "a cluster failed", "no list"],
)
def test_what_is_left_undone(stack: Functions, told: Any, last: str) -> None:
    """It is told last, and makes the exit code 1, also with --json."""
    code, shown = lines(stack, told)
    assert code == 1
    assert shown[-1].startswith(last)
    assert taskledger("sweep", "--json").code == 1


def test_a_cluster_that_failed(stack: Functions) -> None:
    """Its error is told beside its counts."""
    failed = cluster(0, errors=("TransientError: Rate exceeded",))
    _, told = lines(stack, answer(("TerminalError: no list",), shop=failed, billing=cluster()))
    assert told[3:5] == ["failed: TerminalError: no list", "shop failed: TransientError: Rate exceeded"]


def test_no_cluster(stack: Functions) -> None:
    """An account without clusters is swept at once."""
    assert lines(stack, answer()) == (0, ["There is no cluster to sweep."])


@pytest.mark.parametrize(
    ("payload", "error", "words"),
    [
        (
            {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 600.00 seconds"},
            "Unhandled",
            "The sweep function failed (Sandbox.Timedout: Task timed out after 600.00 seconds): read more",
        ),
        ({"errorType": "InvalidInput"}, "Unhandled", "The sweep function failed (InvalidInput): read more"),
        ("nonsense", "Unhandled", "The sweep function failed ()"),
        ({"message": "hello"}, None, "sweeper answered nothing that a sweep does"),
        ([], None, "sweeper answered nothing that a sweep does"),
    ],
)
def test_a_function_that_fails(stack: Functions, payload: Any, error: str | None, words: str) -> None:
    """One line with what the function says, and exit code 2."""
    stack.function.answer = json.dumps(payload).encode()
    stack.function.function_error = error
    for arguments in (["sweep"], ["sweep", "--json"]):
        ran = taskledger(*arguments)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert words in ran.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ((404, "ResourceNotFoundException", "Function not found"), "deploy the stack again"),
        ((403, "AccessDeniedException", "not authorized"), "AWS denied access"),
        ((429, "TooManyRequestsException", "Rate Exceeded."), "Rate Exceeded"),
        ((500, "ServiceException", "oops"), "oops"),
    ],
)
def test_a_function_that_cannot_be_reached(stack: Functions, error: tuple[int, str, str], words: str) -> None:
    """One line with what to do, exit code 2, and no second try: the first sweep may be running."""
    stack.function.error = error
    ran = taskledger("sweep")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert words in ran.err


def test_an_older_stack(stack: Functions) -> None:
    """A stack without the output says so."""
    del stack.outputs["SweepFunctionName"]
    ran = taskledger("sweep")
    assert ran.code == 2
    assert "has no output SweepFunctionName" in ran.err


def test_a_sweep_that_does_not_answer(stack: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    """A silence is no second sweep: one line, exit code 2."""
    monkeypatch.setattr(
        "taskledger.verbs.sweep._PATIENT", Config(read_timeout=0.05, retries={"total_max_attempts": 1})
    )
    stack.function.silence = 0.3
    ran = taskledger("sweep")
    assert (ran.code, ran.out) == (2, "")
    assert "did not answer" in ran.err
    assert len(stack.function.invoked) == 1


def test_what_a_sweep_answers(stack: Functions) -> None:
    """The table reads what the deployed function really says."""
    system = new_system()
    system.clusters = [SHOP]
    system.start()
    system.wait(10)
    told = summary(system.sweep_with())
    code, (titles, row, *rest) = lines(stack, told)
    shown = dict(zip(titles.split(), row.split(), strict=True))
    assert (code, rest[-1]) == (0, "All clusters are swept.")
    assert (shown["cluster"], shown["tasks"], shown["unrecorded"], shown["repaired"]) == (
        "shop",
        "1",
        "1",
        "1",
    )
