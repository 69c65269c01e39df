"""What becomes of errors of DynamoDB, of unprocessed rows and of items that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from reconciler.adapters.dynamodb import batch
from reconciler.adapters.dynamodb.items.task.history_items import row_item
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.errors import AccessDenied, InvalidInput, LedgerError, TerminalError, TransientError
from reconciler.model.task import Source
from reconciler.ports.ledger import Recorded
from reconciler.ports.sweep_progress import SweepProgress
from tests.reconciler.adapters.conftest import Table
from tests.reconciler.adapters.test_dynamodb import Answer, _answer, put, refusal
from tests.support.ledgers import RETENTION
from tests.support.values import CLUSTER, START, TASK, describe, event, recording, task_arn


def test_rows_left_unprocessed_are_put_again(table: Table) -> None:
    """What BatchWriteItem leaves unprocessed is written by a later call."""
    refused = iter([True, True, False])

    def respond(_: bytes) -> Answer | None:
        return _unprocessed(table) if next(refused, False) else None

    table.answer("BatchWriteItem", respond)
    assert isinstance(put(table, event(3)), Recorded)
    assert [row.version for row in table.ledger.history(TASK)] == [3]


def test_rows_never_processed_fail_their_task(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task whose row is not written has no entry either, and may be recorded again as it is."""
    monkeypatch.setattr(batch, "PAUSES", (0, 0))
    table.answer("BatchWriteItem", lambda _: _unprocessed(table))
    assert isinstance(put(table, event(3)), TransientError)
    assert table.ledger.entry(TASK) is None


def _unprocessed(table: Table) -> Answer:
    (request,) = ({"PutRequest": {"Item": row_item(row, RETENTION)}} for row in recording(event(3)).rows)
    return _answer({"UnprocessedItems": {table.name: [request]}})


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ProvisionedThroughputExceededException", 400, TransientError),
        ("ThrottlingException", 400, TransientError),
        ("TransactionConflictException", 400, TransientError),
        ("InternalServerError", 500, TransientError),
        ("NeverHeardOf", 503, TransientError),
        ("NeverHeardOf", 400, TerminalError),
        ("AccessDeniedException", 400, AccessDenied),
        ("ResourceNotFoundException", 400, TerminalError),
        ("ValidationException", 400, TerminalError),
    ],
)
@pytest.mark.parametrize("operation", ["UpdateItem", "BatchWriteItem"])
def test_errors_are_of_two_kinds(
    table: Table, operation: str, code: str, status: int, kind: type[LedgerError]
) -> None:
    """An error of DynamoDB comes back as the outcome of its task, transient or terminal by its code."""
    table.answer(operation, lambda _: refusal(code, status))
    assert type(put(table, event(3))) is kind


def test_an_error_leaves_other_tasks_alone(table: Table) -> None:
    """One task that cannot be written fails alone, however it is spread over writers."""
    table.answer(
        "UpdateItem",
        lambda body: refusal("ValidationException") if task_arn(7).encode() in body else None,
    )
    results = table.ledger.record([recording(event(1, task_arn=task_arn(number))) for number in range(40)])
    failed = [arn for arn, result in results.items() if isinstance(result, LedgerError)]
    assert failed == [task_arn(7)]
    assert sum(item["sk"]["S"] == "ENTRY" for item in table.items()) == 39


def test_cluster_is_marked_once(table: Table) -> None:
    """The ledger knows which clusters' tasks it holds, for as long as it holds any."""
    put(table, event(1))
    put(table, event(2))
    (mark,) = (item for item in table.items() if item["pk"]["S"] == "CLUSTERS")
    assert (mark["sk"]["S"], float(mark["ttl"]["N"]) > (START + RETENTION).timestamp()) == (CLUSTER, True)


def test_a_mark_that_failed_is_made_again(table: Table) -> None:
    """Nothing is recorded of a cluster that could not be marked, and the next try marks it."""
    refusals = iter([refusal("ThrottlingException")])
    table.answer("UpdateItem", lambda body: next(refusals, None) if b"CLUSTERS" in body else None)
    assert isinstance(put(table, event(1)), TransientError)
    assert isinstance(put(table, event(1)), Recorded)
    assert table.ledger.clusters() == [CLUSTER]


def test_no_map_of_names_is_empty(table: Table) -> None:
    """DynamoDB refuses an empty one, though moto lets it through."""
    empty = []

    def look(params: dict[str, Any], **_: object) -> None:
        empty.extend(name for name, given in params.items() if given == {})

    table.client.meta.events.register("provide-client-params.dynamodb.UpdateItem", look)
    put(table, event(3))
    put(table, describe(3, health_status="HEALTHY"))
    assert empty == []


def test_source_is_reported(table: Table) -> None:
    """Who reported the entry's version first stays in it."""
    put(table, describe(3))
    put(table, event(3))
    (entry,) = (item for item in table.items() if item["sk"]["S"] == "ENTRY")
    assert entry["source"]["S"] == Source.DESCRIBE


def spoil(table: Table, arn: str) -> None:
    """Somebody takes an attribute out of an entry that no entry can be without."""
    key: Any = {"pk": {"S": arn}, "sk": {"S": "ENTRY"}}
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE lastStatus")


def test_an_unreadable_entry_fails_its_task_only(table: Table) -> None:
    """An entry that was tampered with is reported by its task, and a newer version fixes it."""
    for arn in (TASK, task_arn(7)):
        put(table, event(3, task_arn=arn))
    spoil(table, task_arn(7))
    results = table.ledger.record([recording(event(3)), recording(event(3, task_arn=task_arn(7)))])
    assert {arn: type(result) for arn, result in results.items()} == {
        TASK: Recorded,
        task_arn(7): InvalidInput,
    }
    put(table, event(4, task_arn=task_arn(7)))
    assert isinstance(put(table, event(4, task_arn=task_arn(7))), Recorded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lastStatus", None),
        ("observedAt", {"N": "1" + "0" * 36}),
        ("version", {"S": "three"}),
        ("containers", {"L": [{"S": "app"}]}),
        ("closedAs", {"S": "A_LATER_WORD"}),
    ],
)
def test_an_unreadable_entry_is_a_terminal_error(table: Table, name: str, value: Any) -> None:
    """The error names the task, and of several entries the others are read."""
    for arn in (TASK, task_arn(7)):
        put(table, event(3, task_arn=arn))
    (item,) = (one for one in table.items() if (one["pk"]["S"], one["sk"]["S"]) == (TASK, "ENTRY"))
    spoiled = {key: each for key, each in {**item, name: value}.items() if each}
    table.client.put_item(TableName=table.name, Item=spoiled)
    with pytest.raises(TerminalError, match=TASK):
        table.ledger.entry(TASK)
    entries = table.ledger.entries([TASK, task_arn(7)])
    assert (entries.keys(), entries.unreadable.keys()) == ({task_arn(7)}, {TASK})


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.acquire("run", START, START + timedelta(minutes=1)),
        lambda store: store.checkpoint("run", SweepProgress(began=START, cluster_arn=CLUSTER)),
        lambda store: store.release("run", None),
    ],
)
def test_a_place_that_nobody_answers_for_is_a_transient_error(
    table: Table, write: Callable[[DynamoSweepProgress], object]
) -> None:
    """A call for the place of the sweep that DynamoDB does not answer fails as any other call does."""

    def respond(_: bytes) -> Answer | None:
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    table.answer("UpdateItem", respond)
    with pytest.raises(TransientError):
        write(DynamoSweepProgress(table.client, table.name))
