"""Wrong usage ends with 2, what to do on stderr, and nothing on stdout; help is whole at 80 columns."""

import pytest
from click.testing import CliRunner

from taskledger.main import main
from tests.support.running import taskledger

VERBS = sorted(main.commands)
ONCE = "give one, and once"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["replay"], "Missing argument 'PATHS...'"),
        (["replay", "--ledger", "paper", "events"], "'paper' is not one of 'dynamodb', 'memory'"),
        (["replay", "--ledger"], "Option '--ledger' requires an argument"),
        (["replay", "--jsn", "events"], "No such option"),
        (["replya", "events"], "No such command 'replya'"),
        ([""], "No such command ''"),
        ([], "Commands:"),
        (["--jsn"], "No such option"),
        (["tasks", "checkout"], "unexpected extra argument (checkout)"),
        (["tasks", "--open", "--closed"], f"--open and --closed: {ONCE}"),
        (["tasks", "--open", "--status", "stopped"], "leave out --open or --status"),
        (["tasks", "--table", "ledger", "--stack", "TaskLedger"], "give one of them"),
        (["tasks", "--cluster", "a", "--cluster", "b"], f"--cluster: {ONCE}"),
        (["findings", "--since", "1h", "--since", "2h"], f"--since: {ONCE}"),
        (["replay", "--ledger", "memory", "--ledger", "dynamodb", "events"], f"--ledger: {ONCE}"),
        (["tasks", "--service", ""], "'--service': it is empty"),
        (["tasks", "--table="], "'--table': it is empty"),
        (["sweep", "--stack", ""], "it is empty"),
        (["audit", "--cluster", "shop", "--cluster", ""], "'--cluster': it is empty"),
        (["audit", "--history", ""], "'--history': it is empty"),
        (["show", ""], "'TASK|SERVICE|INCIDENT': it is empty"),
        (["forget", "", "--yes"], "'TASK': it is empty"),
        (["replay", "events", ""], "'PATHS...': it is empty"),
        (["send", ""], "'PATHS...': it is empty"),
    ],
)
@pytest.mark.usefixtures("deployment")
def test_wrong_usage(arguments: list[str], error: str) -> None:
    """Its exit code differs from that of a problem in the input."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert error in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["tasks", "--json", "--json"],
        ["tasks", "--closed", "--status", "RUNNING"],  # a task that ECS no longer knew
        ["tasks", "--limit", "2", "--json"],
        ["audit", "--cluster", "shop", "--cluster", "shop", "--history", "0"],
    ],
)
@pytest.mark.usefixtures("deployed_ecs")
def test_what_contradicts_nothing(arguments: list[str]) -> None:
    """A switch given twice, options that narrow each other down, and what may be given again."""
    ran = taskledger(*arguments)
    assert "Usage" not in ran.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["replay", "--help"], ["replay", "-h"], ["--version"]]
)
def test_help(arguments: list[str]) -> None:
    """Help and version are a result: on stdout, with 0."""
    ran = taskledger(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


@pytest.mark.parametrize("verb", [[], *([verb] for verb in VERBS)])
def test_help_is_whole(verb: list[str]) -> None:
    """In a terminal of 80 columns, of which click leaves two free, no line of it is cut or too long."""
    found = CliRunner().invoke(main, [*verb, "--help"], terminal_width=78)
    usage, *rest = found.output.splitlines()
    assert usage.startswith("Usage: ")
    assert [line for line in rest if line.endswith("...") or len(line) > 78] == []
    assert verb or all(any(line.startswith(f"  {each} ") for line in rest) for each in VERBS)
