"""What is asked wrongly ends with 2, one line that says what to do, and nothing on stdout."""

import pytest

from tests.support.running import taskledger


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay"], "Missing argument 'PATHS...'"),
        (["replay", "--ledger", "paper", "events"], "'paper' is not one of 'dynamodb', 'memory'"),
        (["replay", "--ledger"], "Option '--ledger' requires an argument"),
        (["replay", "--jsn", "events"], "No such option"),
        (["replya", "events"], "No such command 'replya'"),
        (["--jsn"], "No such option"),
    ],
)
def test_wrong_usage(arguments: list[str], told: str) -> None:
    """Wrong usage is told from what the input shows by its exit code."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["replay", "--help"], ["replay", "-h"], ["--version"]]
)
def test_help(arguments: list[str]) -> None:
    """Help and version are what was asked for: on stdout, with 0."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
