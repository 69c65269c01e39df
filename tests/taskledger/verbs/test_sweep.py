"""`taskledger sweep`: runs a sweep, and shows what it found or why it failed."""

import json
from typing import Any

import pytest
from botocore.config import Config

from reconciler.handlers.sweep import summary
from tests.support.deployed import Deployment
from tests.support.panes import pane
from tests.support.running import taskledger
from tests.support.system import SHOP, new_system

PREFIX = "arn:aws:ecs:eu-central-1:111122223333"
TASK = f"{PREFIX}:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5"


def cluster(tasks: int = 2, stuck: tuple[str, ...] = (), errors: tuple[str, ...] = (), **counts: int) -> Any:
    return {"tasks": tasks, **counts, "stuck": list(stuck), "errors": list(errors)}


def answer(
    errors: tuple[str, ...] = (), *, complete: bool = True, excluded: bool = False, **clusters: Any
) -> Any:
    arns = {f"{PREFIX}:cluster/{name}": found for name, found in clusters.items()}
    return {"complete": complete, "excluded": excluded, "errors": list(errors), "clusters": arns}


def lines(deployment: Deployment, result: Any) -> tuple[int, list[str]]:
    """The exit code, and the output with one space between columns."""
    deployment.function.answer = json.dumps(result).encode()
    ran = taskledger("sweep")
    assert ran.err == ""
    return ran.code, [" ".join(line.split()) for line in ran.out.splitlines()]


def test_the_table(deployment: Deployment) -> None:
    """Clusters by counts; beside those that are always shown, a column for each that some cluster has."""
    result = answer(
        shop=cluster(214, services=12, missed=3, repaired=3, protected=1), billing=cluster(7, unknown=2)
    )
    assert lines(deployment, result) == (
        0,
        [
            "cluster tasks services missed unrecorded vanished repaired closed protected unknown",
            "shop 214 12 3 0 0 3 0 1 0",
            "billing 7 0 0 0 0 0 0 0 2",
            "All clusters are swept.",
        ],
    )
    assert deployment.function.invoked == [b"{}"]


def test_what_is_stuck(deployment: Deployment) -> None:
    """A task that is stuck is counted and named."""
    code, shown = lines(deployment, answer(shop=cluster(1, stuck=(TASK,))))
    assert (code, shown[0].split()[-1], shown[1].split()[-1]) == (0, "stuck", "1")
    assert shown[2] == f"shop stuck: {TASK}"


def test_what_is_wrong_with_services(deployment: Deployment) -> None:
    """What stands is counted and named; the function of an earlier version has no word of it."""
    found = "shop/checkout.SERVICE_IMPAIRED.BELOW_DESIRED.20261120T090000Z"
    code, shown = lines(deployment, answer(shop=cluster(1, services=1) | {"findings": [found]}))
    assert (code, shown[0].split()[-1], shown[1].split()[-1]) == (0, "found", "1")
    assert shown[2] == f"shop found: {found}"


def test_json(deployment: Deployment) -> None:
    """The document is what the function returns, whatever is in it."""
    result = answer(shop=cluster(1, missed=1)) | {"more": [1]}
    deployment.function.answer = json.dumps(result).encode()
    assert taskledger("sweep", "--json").document == result


@pytest.mark.parametrize(
    ("result", "last"),
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
def test_a_sweep_that_is_not_complete(deployment: Deployment, result: Any, last: str) -> None:
    """The last line says so, and the exit code is 1, also with --json."""
    code, shown = lines(deployment, result)
    assert code == 1
    assert shown[-1].startswith(last)
    assert taskledger("sweep", "--json").code == 1


def test_a_cluster_that_failed(deployment: Deployment) -> None:
    """Its error is shown below the counts."""
    failed = cluster(0, errors=("TransientError: Rate exceeded",))
    _, shown = lines(deployment, answer(("TerminalError: no list",), shop=failed, billing=cluster()))
    assert shown[3:5] == ["failed: TerminalError: no list", "shop failed: TransientError: Rate exceeded"]


def test_no_cluster(deployment: Deployment) -> None:
    """An account without clusters is swept at once."""
    assert lines(deployment, answer()) == (0, ["There is no cluster to sweep."])


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
        ({"message": "hello"}, None, "sweeper did not return the result of a sweep"),
        ([], None, "sweeper did not return the result of a sweep"),
    ],
)
def test_a_function_that_fails(deployment: Deployment, payload: Any, error: str | None, words: str) -> None:
    """One line with what the function says, and exit code 2."""
    deployment.function.answer = json.dumps(payload).encode()
    deployment.function.function_error = error
    for arguments in (["sweep"], ["sweep", "--json"]):
        ran = taskledger(*arguments)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert words in ran.err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ((404, "ResourceNotFoundException", "Function not found"), "deploy the stack again"),
        ((500, "ServiceException", "oops"), "oops"),
    ],
)
def test_a_function_that_cannot_be_reached(
    deployment: Deployment, error: tuple[int, str, str], words: str
) -> None:
    """One line with what to do, exit code 2, and no second try: the first sweep may be running."""
    deployment.function.error = error
    ran = taskledger("sweep")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert words in ran.err


def test_a_sweep_that_does_not_answer(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not started a second time: one line, exit code 2."""
    monkeypatch.setattr(
        "taskledger.verbs.sweep._PATIENT", Config(read_timeout=0.05, retries={"total_max_attempts": 1})
    )
    deployment.function.delay = 0.3
    ran = taskledger("sweep")
    assert (ran.code, ran.out) == (2, "")
    assert "did not answer" in ran.err
    assert len(deployment.function.invoked) == 1


def test_what_a_sweep_answers(deployment: Deployment) -> None:
    """The table reads what the deployed function really returns."""
    system = new_system()
    system.clusters = [SHOP]
    system.start()
    system.wait(10)
    code, (titles, row, *rest) = lines(deployment, summary(system.sweep_with()))
    shown = dict(zip(titles.split(), row.split(), strict=True))
    assert (code, rest[-1]) == (0, "All clusters are swept.")
    found = [shown[title] for title in ("cluster", "tasks", "unrecorded", "repaired")]
    assert found == ["shop", "1", "1", "1"]


def test_no_count_is_cut(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the counts have no room side by side, each has a line of its own."""
    names = ("missed", "unrecorded", "vanished", "unknown", "repaired", "servicesRepaired", "servicesClosed")
    counts: Any = {name: 1000 + number for number, name in enumerate(names)}
    deployment.function.answer = json.dumps(answer(shop=cluster(5, **counts), billing=cluster(6))).encode()
    shown = pane(monkeypatch, 80, "sweep").out
    assert max(map(len, shown.splitlines())) <= 80
    assert [name for name in names if f"  {name}" not in shown or f"{counts[name]:,}" not in shown] == []
