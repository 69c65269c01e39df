"""What `taskledger forget` deletes, when it asks, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.deployed import TABLE, Deployment, ago, refusal
from tests.support.running import taskledger
from tests.support.values import TASK, event, task_arn

ID = TASK.rsplit("/", 1)[1]
OTHER = task_arn(9)


@pytest.fixture
def filled(deployment: Deployment) -> Deployment:
    """A task with history and a finding, another beside it, and the incident of both."""
    for arn in (TASK, OTHER):
        deployment.record(event(1, task_arn=arn), event(2, task_arn=arn), event(3, task_arn=arn))
    return deployment


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("taskledger.verbs.forget._is_terminal", lambda: True)
    return


def keys(deployment: Deployment, arn: str | None = None) -> list[tuple[str, str]]:
    items = deployment.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
    found = [(item["pk"]["S"], item["sk"]["S"]) for item in items]
    return sorted(key for key in found if arn in (None, key[0]))


def add_row(deployment: Deployment, arn: str, sort_key: str) -> None:
    deployment.dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": arn}, "sk": {"S": sort_key}})


@pytest.mark.parametrize("wanted", [TASK, ID, ID[:8]])
def test_exactly_its_rows_are_deleted(filled: Deployment, wanted: str) -> None:
    """Entry, history and findings of the one task; other tasks and incidents stay."""
    for arn in (TASK, OTHER, "INCIDENT#shop"):
        add_row(filled, arn, "F#1")
    before = keys(filled)
    ran = taskledger("forget", "--json", "--yes", wanted)
    assert ran.code == 0
    history = [f"v{version:019d}#event" for version in (1, 2, 3)]
    assert ran.document == {
        "taskArn": TASK,
        "deleted": {"entry": ["ENTRY"], "history": history, "tags": [], "findings": ["F#1"]},
    }
    assert keys(filled) == [key for key in before if key[0] != TASK]
    assert filled.ledger.entry(TASK) is None


def test_any_number_of_rows(filled: Deployment) -> None:
    """As many calls as it takes; rows of a kind that this version does not know stay."""
    for number in range(60):
        add_row(filled, TASK, f"F#{number}")
    add_row(filled, TASK, "NOTE#1")
    assert taskledger("forget", "--yes", TASK).code == 0
    assert keys(filled, TASK) == [(TASK, "NOTE#1")]


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 0), ("n\n", 1, 4), ("", 1, 4)])
def test_it_lists_and_asks(filled: Deployment, answer: str, code: int, left: int) -> None:
    """On standard error; anything but yes deletes nothing."""
    ran = taskledger("forget", TASK, stdin=answer.encode())
    assert (ran.code, len(keys(filled, TASK))) == (code, left)
    assert [word for word in (TASK, "ENTRY", "#event", "Delete these 4 rows?") if word not in ran.err] == []
    assert "records the task again" in ran.err


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_without_a_terminal_it_needs_yes(filled: Deployment, options: list[str]) -> None:
    """Wrong usage, and nothing is deleted."""
    ran = taskledger("forget", *options, TASK, stdin=b"y\n")
    assert (ran.code, ran.out, len(keys(filled, TASK))) == (2, "", 4)
    assert "--yes" in ran.err


@pytest.mark.parametrize("wanted", [TASK, ID, "deadbeef"])
def test_no_such_task(deployment: Deployment, wanted: str) -> None:
    """Exit code 1, with or without a terminal."""
    deployment.open(1, ago(minutes=1))
    before = keys(deployment)
    ran = taskledger("forget", wanted)
    assert (ran.code, ran.out, keys(deployment)) == (1, "", before)
    assert f'no task "{wanted}"' in ran.err


def test_an_entry_that_cannot_be_read_is_deleted(filled: Deployment) -> None:
    """By its ARN, and so are rows that an earlier deletion left."""
    add_row(filled, TASK, "ENTRY")
    assert taskledger("forget", "--yes", TASK).code == 0
    add_row(filled, TASK, "F#1")
    assert taskledger("forget", "--yes", TASK).code == 0
    assert keys(filled, TASK) == []


def test_a_deletion_that_breaks_off_can_be_repeated(filled: Deployment) -> None:
    """The entry goes last, so that the task is still found by its id."""
    for number in range(30):
        add_row(filled, TASK, f"F#{number}")
    calls = iter([None, refusal("AccessDeniedException")])
    filled.answer("dynamodb.BatchWriteItem", lambda _: next(calls, None))
    ran = taskledger("forget", "--yes", ID)
    assert (ran.code, ran.out, "permission" in ran.err) == (2, "", True)
    assert 0 < len(keys(filled, TASK)) < 34
    assert taskledger("forget", "--yes", ID).code == 0
    assert keys(filled, TASK) == []


def test_the_task_comes_again(filled: Deployment) -> None:
    """What is said of it is so: whatever is recorded next is the first of its task."""
    ran = taskledger("forget", "--yes", TASK)
    assert "records the task again if ECS knows it" in ran.out
    filled.record(event(2))
    assert len(keys(filled, TASK)) == 2
