"""Wrong usage ends with 2, one line that says what to do, and nothing on stdout."""

import pytest

from tests.support.running import taskledger


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["replay"], "Missing argument 'PATHS...'"),
        (["replay", "--ledger", "paper", "events"], "'paper' is not one of 'dynamodb', 'memory'"),
        (["replay", "--ledger"], "Option '--ledger' requires an argument"),
        (["replay", "--jsn", "events"], "No such option"),
        (["replya", "events"], "No such command 'replya'"),
        (["--jsn"], "No such option"),
    ],
)
def test_wrong_usage(arguments: list[str], error: str) -> None:
    """Its exit code differs from that of a problem in the input."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert error in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["replay", "--help"], ["replay", "-h"], ["--version"]]
)
def test_help(arguments: list[str]) -> None:
    """Help and version are a result: on stdout, with 0."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out
