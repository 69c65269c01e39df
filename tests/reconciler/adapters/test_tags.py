"""Where the table keeps tags: beside the entry, once, and for at least as long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.items.task.tag_items import KEPT_LONGER
from reconciler.errors import InvalidInput, TransientError
from reconciler.gate import description, history_row
from reconciler.model.tags import RENEWED_AFTER
from reconciler.model.task import Observation
from reconciler.ports.ledger import Recorded, Recording
from tests.reconciler.adapters.conftest import Table
from tests.reconciler.adapters.test_dynamodb import refusal
from tests.support.ledgers import RETENTION
from tests.support.values import START, TASK, at, describe, event, recording, state

TEAM = {"team": "shop"}


def put(table: Table, *observations: Observation) -> Recorded:
    result = table.ledger.record([recording(*observations)])[TASK]
    assert isinstance(result, Recorded)
    return result


def rows(table: Table) -> dict[str, dict[str, Any]]:
    return {item["sk"]["S"]: item for item in table.items() if item["pk"]["S"] == TASK}


def tags_of(table: Table) -> object:
    entry = table.ledger.entry(TASK)
    assert entry is not None
    return entry.state.tags


def starting(version: int, **fields: Any) -> Observation:
    """An event of a task that starts, as ECS confirms it."""
    described = describe(version, last_status="PENDING", seconds=version * 10, **fields)
    return replace(
        event(version, last_status="PENDING", tags=described.state.tags), described_at=at(version * 10)
    )


def test_they_ride_in_the_row_of_a_start(table: Table) -> None:
    """No row is written for them alone; one of the same version without them changes nothing."""
    put(table, starting(1, tags=TEAM))
    put(table, event(1, last_status="PENDING"))
    held = rows(table)
    (carrier,) = (key for key, row in held.items() if "tags" in row)
    assert carrier.startswith("v0000000000000000001#event#")
    assert held["ENTRY"]["tagsIn"]["S"] == f"1#{carrier.rpartition('#')[2]}"
    assert [(row.version, row.source) for row in table.ledger.history(TASK)] == [(1, "event")]
    assert tags_of(table) == TEAM


def test_they_have_a_row_where_none_can_carry_them(table: Table) -> None:
    """A description of what the ledger has already leaves no row of history, and its tags are kept."""
    put(table, event(3))
    seen = description(state(3, tags=TEAM), at(600))
    table.ledger.record([Recording(observation=seen, rows=())])
    (own,) = (key for key in rows(table) if key.startswith("TAGS#"))
    assert (rows(table)["ENTRY"]["tagsIn"]["S"], tags_of(table)) == (f"#{own.partition('#')[2]}", TEAM)


def test_what_is_kept_is_not_written_again(table: Table) -> None:
    """Neither by later versions nor by a sweep that finds the same."""
    put(table, starting(1, tags=TEAM))
    before = {key for key, row in rows(table).items() if "tags" in row}
    put(table, replace(event(3, tags=TEAM), described_at=at(30)))
    seen = description(state(3, tags=dict(TEAM)), at(900))
    table.ledger.record([Recording(observation=seen, rows=())])
    assert {key for key, row in rows(table).items() if "tags" in row} == before


def test_a_task_that_lives_long_keeps_its_tags(table: Table) -> None:
    """They are put again while it lives, so that their row outlasts its entry whenever it closes."""
    put(table, starting(1, tags=TEAM))
    later = START + RENEWED_AFTER + timedelta(days=1)
    table.ledger.record([Recording(observation=description(state(3, tags=TEAM), later), rows=())])
    (own,) = (row for key, row in rows(table).items() if key.startswith("TAGS#"))
    outlasts = later + RENEWED_AFTER + RETENTION
    assert int(own["ttl"]["N"]) == (later + RETENTION + KEPT_LONGER).timestamp() > outlasts.timestamp()
    entry = table.ledger.entry(TASK)
    assert entry is not None
    assert entry.kept_tags is not None
    assert (entry.kept_tags.at, entry.state.tags) == (later, TEAM)


def test_tags_of_an_older_version_make_way(table: Table) -> None:
    """Version 0.1.0 held them in the entry: they are read, and go once others are kept beside it."""
    put(table, event(3))
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": TASK}, "sk": {"S": "ENTRY"}},
        UpdateExpression="SET tags = :tags",
        ExpressionAttributeValues={":tags": {"M": {"team": {"S": "shop"}}}},
    )
    put(table, replace(event(4, tags=TEAM), described_at=at(40)))
    assert (tags_of(table), "tags" in rows(table)["ENTRY"]) == (TEAM, True)
    put(table, describe(5, tags={"team": "cart"}))
    assert (tags_of(table), "tags" in rows(table)["ENTRY"]) == ({"team": "cart"}, False)


@pytest.mark.parametrize("call", ["BatchWriteItem", "UpdateItem"])
def test_a_failure_between_them_is_made_good(table: Table, call: str) -> None:
    """The event comes again, as its recording failed, and then both are written."""
    failures = [refusal("InternalServerError", 500)]

    def respond(body: bytes) -> Any:
        of_tags = b"TAGS#" in body or b":tagsIn" in body
        return failures.pop() if of_tags and failures else None

    put(table, event(2))
    table.answer(call, respond)
    first, again = (replace(event(3, tags=TEAM), described_at=at(seconds)) for seconds in (30, 90))
    failed = table.ledger.record([recording(first)])[TASK]
    assert isinstance(failed, TransientError)
    put(table, again)
    assert (tags_of(table), failures) == (TEAM, [])


def test_an_unreadable_row_of_tags_is_named(table: Table) -> None:
    """By its key, as any row that cannot be read."""
    put(table, starting(1, tags=TEAM))
    (carrier,) = (row for row in rows(table).values() if "tags" in row)
    table.client.put_item(TableName=table.name, Item=carrier | {"tags": {"S": "team"}})
    with pytest.raises(InvalidInput, match=carrier["sk"]["S"]):
        table.ledger.entry(TASK)


def test_history_has_each_report_once(table: Table) -> None:
    """Though the row of a version may be there with tags and without."""
    put(table, starting(1, tags=TEAM))
    put(table, event(1, last_status="PENDING"))
    put(table, starting(1, tags={"team": "cart"}))
    assert list(table.ledger.history(TASK)) == [history_row(event(1, last_status="PENDING"))]


@pytest.mark.parametrize("seconds", [10, 11])
def test_a_batch_may_have_the_carrying_event_twice(table: Table, seconds: int) -> None:
    """It is delivered at least once, and once more under another time: the tags are where the entry says."""
    put(table, event(1, last_status="PENDING", seconds=seconds), starting(1, tags=TEAM))
    assert tags_of(table) == TEAM


def test_tags_outlive_a_report_without_its_creation(table: Table) -> None:
    """Since when they are kept is then not known, so they are kept anew."""
    put(table, starting(1, tags=TEAM))
    put(table, event(2, created_at=None))
    assert tags_of(table) == TEAM
    put(table, describe(2, tags=TEAM, created_at=None))
    entry = table.ledger.entry(TASK)
    assert entry is not None
    assert entry.kept_tags is not None
    assert (entry.kept_tags.at, entry.kept_tags.row, entry.state.tags) == (at(600), None, TEAM)


def test_tags_of_a_later_description_stay(table: Table) -> None:
    """A sweep may describe the version anew before the event that brought it has put its tags."""
    newer = [Recording(observation=describe(3, tags={"team": "cart"}), rows=())]

    def respond(body: bytes) -> None:
        if b"TAGS#" in body and newer:
            table.ledger.record([newer.pop()])

    table.answer("BatchWriteItem", respond)
    put(table, replace(event(3, tags=TEAM), described_at=at(30)))
    assert (newer, tags_of(table)) == ([], {"team": "cart"})
