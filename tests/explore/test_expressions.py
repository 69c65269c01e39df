"""The evaluator does what moto does, on calls and items of an exploration and on made-up ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from taskledger.local.table import create_table

from .expressions import Given, holds, updated
from .instances import SMALL, explored
from .table import Call, Item

MOST = 150  # evaluations of an instance that moto repeats, drawn from all


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "eu-central-1")
        create_table(client, "table")
        yield client


def on_moto(dynamodb: Any, before: Item | None, call: Call) -> tuple[bool, Item | None]:
    """Whether the condition held, and the item after the call."""
    key = call.request.get("Key") or {name: call.request["Item"][name] for name in ("pk", "sk")}
    dynamodb.delete_item(TableName="table", Key=key)
    if before:
        dynamodb.put_item(TableName="table", Item=before)
    try:
        getattr(dynamodb, call.operation)(**call.request)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False, before
    return True, dynamodb.get_item(TableName="table", Key=key)["Item"]


def test_each_call_as_moto_does_it(dynamodb: Any) -> None:
    """Of the same item and the same call come the same verdict and the same item."""
    for instance in SMALL:
        table = explored(instance)[0].table
        for call, before in random.Random(0).sample(table.evaluated, min(MOST, len(table.evaluated))):
            accepted, after = table.evaluate(call.request, before)
            assert on_moto(dynamodb, table.items[before], call) == (accepted, table.items[after]), call


numbers = st.integers(0, 3).map(lambda number: {"N": str(number)})
items = st.dictionaries(st.sampled_from("abc"), numbers, max_size=3)
CONDITIONS = (
    "attribute_not_exists(a) OR a < :v",
    "a = :v AND (attribute_not_exists(b) OR b <> :w)",
    "NOT a = :v AND attribute_exists(b) OR c >= :w",
    "a BETWEEN :v AND :w",
    "b IN (:v, :w)",
)
UPDATES = ("SET a = :v, b = if_not_exists(b, :w) REMOVE c", "REMOVE a, b", "SET c = if_not_exists(a, :v)")


values_ = st.fixed_dictionaries({":v": numbers, ":w": numbers})
expressions = st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(UPDATES))


@given(items, values_, expressions)
def test_any_expression_as_moto_does_it(
    dynamodb: Any, item: Item, drawn: Item, expression: tuple[str, str]
) -> None:
    """The same for made-up items, some of whose attributes are missing."""
    condition, update = expression
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    values = {name: value for name, value in drawn.items() if name in condition + update}
    request = {
        "TableName": "table",
        "Key": key,
        "ConditionExpression": condition,
        "UpdateExpression": update,
        "ExpressionAttributeValues": values,
    }
    before = {**key, **item}
    found = Given(before, {}, values)
    accepted = holds(condition, found)
    expected = (accepted, updated(update, found) if accepted else before)
    assert on_moto(dynamodb, before, Call("update_item", request)) == expected
