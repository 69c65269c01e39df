"""What only DynamoDB can show: cost, keys, clean-up, and what becomes of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse

from reconciler.errors import LedgerError
from reconciler.model.task import Observation
from reconciler.ports.ledger import Recorded
from tests.support.ledgers import RETENTION
from tests.support.values import START, TASK, at, event, recording

if TYPE_CHECKING:
    pass
from tests.reconciler.adapters.conftest import Answer, Table


def put(table: Table, *observations: Observation) -> Recorded | LedgerError:
    return table.ledger.record([recording(*observations)])[observations[-1].state.task_arn]


def refusal(code: str, status: int = 400) -> Answer:
    return _answer({"Error": {"Code": code, "Message": "no"}}, status)


def _answer(parsed: dict[str, Any], status: int = 200) -> Answer:
    response = AWSResponse("https://dynamodb", status, {}, None)
    return response, parsed | {"ResponseMetadata": {"HTTPStatusCode": status}}


def test_indexes_hold_what_is_open_and_what_is_closed(table: Table) -> None:
    """A task is in `open` until it stops, then in `closed`; never in both."""
    put(table, event(3))
    assert (table.index("open"), table.index("closed")) == ([TASK], [])
    put(table, event(6, last_status="STOPPED", stopped_at=at(40)))
    assert (table.index("open"), table.index("closed")) == ([], [TASK])


def test_place_in_the_open_index_never_moves(table: Table) -> None:
    """An index is written when a task opens and closes, not in between."""
    put(table, event(1, created_at=None, seconds=5))
    before = [item["openSince"] for item in table.items() if "openSince" in item]
    put(table, event(2, created_at=START, seconds=15))
    assert [item["openSince"] for item in table.items() if "openSince" in item] == before


def test_only_closed_entries_expire(table: Table) -> None:
    """An open task is never cleaned up; a closed one and each row of history are after the retention."""
    put(table, event(3))
    assert [item["sk"]["S"] for item in table.items() if "ttl" not in item] == ["ENTRY"]
    put(table, event(6, last_status="STOPPED", stopped_at=at(40)))
    (entry,) = (item for item in table.items() if item["sk"]["S"] == "ENTRY")
    assert int(entry["ttl"]["N"]) == (at(40) + RETENTION).timestamp()
