"""The commands judge as the functions do: by the policy that the last sweep stored."""

from pathlib import Path

import pytest

from reconciler.adapters.dynamodb.policy import DynamoPolicy
from reconciler.findings.policy_file import parse
from reconciler.model.task import Container
from tests.support.deployed import NOW, TABLE, Deployment, ago
from tests.support.running import taskledger, write
from tests.support.values import task_arn

HIGH = '[[severity]]\nkind = "ESSENTIAL_CONTAINER_FAILED"\nseverity = "high"\n'
FINE = '[[exitCodes]]\nservice = "checkout"\nfine = [3]\n'


@pytest.fixture(autouse=True)
def failed(deployment: Deployment) -> None:
    """A task that ended with exit code 3."""
    ended = (Container(name="app", last_status="STOPPED", exit_code=3),)
    deployment.close(1, ago(minutes=3), stop_code="EssentialContainerExited", containers=ended)


def shown(*options: object) -> tuple[list[str], str]:
    """The severities of the task's findings, and what is on stderr."""
    ran = taskledger("show", "--json", task_arn(1), *options)
    assert ran.code == 0, ran.err
    return [each["severity"] for each in ran.document["findings"]], ran.err


def test_the_stored_policy(deployment: Deployment) -> None:
    """It is the one that counts, and nothing is said."""
    store = DynamoPolicy(deployment.dynamodb, TABLE)
    store.save(parse(HIGH), NOW)
    assert shown() == (["high"], "")
    store.save(parse(FINE), NOW)
    assert shown() == ([], "")
    assert taskledger("tasks").out.splitlines()[1].split()[-1] == "-"


@pytest.mark.parametrize("verb", ["show", "tasks"])
def test_no_stored_policy(deployment: Deployment, verb: str) -> None:
    """Then the defaults count, and one line says so and what to do."""
    ran = taskledger(verb, *([task_arn(1)] if verb == "show" else []))
    assert "EXIT_CODE" in ran.out
    assert ran.err.count("\n") == (1 if verb == "show" else 2)  # tasks also says how far back it lists
    assert "default policy" in ran.err
    assert "`taskledger sweep`" in ran.err
    assert "--policy" in ran.err


def test_a_policy_file(deployment: Deployment, tmp_path: Path) -> None:
    """It counts in place of the stored one."""
    DynamoPolicy(deployment.dynamodb, TABLE).save(parse(FINE), NOW)
    file = write(tmp_path / "policy.toml", HIGH)
    assert shown("--policy", file) == (["high"], "")
    assert taskledger("tasks", "--policy", file).out.splitlines()[1].split()[-1] == "EXIT_CODE"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[[severity]]\nseverity = "fatal"\n', "severity[0].severity"),
        (b"\xff", "is not UTF-8"),
        (None, "No such file"),
    ],
)
@pytest.mark.parametrize("command", [["show", task_arn(1)], ["tasks"], ["replay", "events"]])
def test_a_wrong_policy_file(
    tmp_path: Path, command: list[str], content: str | bytes | None, words: str
) -> None:
    """It is wrong usage, and the error names the file and the key."""
    file = tmp_path / "policy.toml"
    if content is not None:
        write(file, content)
    ran = taskledger(*command, "--policy", file)
    assert (ran.code, ran.out) == (2, "")
    assert str(file) in ran.err.splitlines()[-1]
    assert words in ran.err.splitlines()[-1]


def test_a_stored_policy_that_cannot_be_read(deployment: Deployment) -> None:
    """It is not taken for the defaults: exit code 2, and one line."""
    item = {"pk": {"S": "POLICY"}, "sk": {"S": "CURRENT"}, "document": {"S": '{"minutes": {"unknown": 1}}'}}
    deployment.dynamodb.put_item(TableName=TABLE, Item=item)
    ran = taskledger("show", task_arn(1))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "minutes.unknown" in ran.err
