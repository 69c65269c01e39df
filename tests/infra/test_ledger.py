"""The ledger's table, and what its stream passes on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.adapters.dynamodb.items.finding_items import finding_item
from reconciler.adapters.dynamodb.items.task import entry_items, history_items, protection_items
from reconciler.gate import history_row, succeed
from reconciler.model.protection import Protection, ProtectionEnd
from task_ledger_cdk.assess import CHANGES
from tests.infra.contexts import ADOPTED
from tests.infra.synthesised import Synthesised
from tests.support.findings import finding
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.services import SERVICE
from tests.support.values import CLUSTER, START, TASK, at, event

TABLE = "Ledger/Table"


def layout(table: Mapping[str, Any]) -> dict[str, Any]:
    """What a table's keys and indexes are, in a form that compares."""
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}

    def keys(schema: Iterable[Mapping[str, str]]) -> list[tuple[str, str, str]]:
        return [(each["KeyType"], each["AttributeName"], types[each["AttributeName"]]) for each in schema]

    indexes = {
        each["IndexName"]: (keys(each["KeySchema"]), each["Projection"])
        for each in table["GlobalSecondaryIndexes"]
    }
    return {"table": keys(table["KeySchema"]), **indexes}


def test_what_deploys_is_what_is_tested(stack: Synthesised) -> None:
    """Keys and indexes are those of the table that the ledger's own tests run on."""
    with dynamodb_table() as (client, name):
        tested = client.describe_table(TableName=name)["Table"]
    assert layout(stack[TABLE]) == layout(tested)


def test_the_table_is_paid_by_use(stack: Synthesised) -> None:
    """On demand: nothing to plan, nothing to throttle at a burst of tasks."""
    assert stack[TABLE]["BillingMode"] == "PAY_PER_REQUEST"


def test_what_is_old_goes_by_itself(stack: Synthesised) -> None:
    """Items expire by the attribute that the ledger writes."""
    assert stack[TABLE]["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_the_stream_says_before_and_after(stack: Synthesised) -> None:
    """What is new in an entry can be reported from its stream record alone."""
    assert stack[TABLE]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_table_outlives_mistakes(stack: Synthesised) -> None:
    """Unless chosen otherwise it stays when the stack goes, refuses deletion, and can be set back in time."""
    (replica,) = stack[TABLE]["Replicas"]
    assert replica["DeletionProtectionEnabled"] is True
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert stack.attribute(TABLE, "DeletionPolicy") == "Retain"
    assert stack.attribute(TABLE, "UpdateReplacePolicy") == "Retain"


def test_the_table_goes_with_the_stack_when_chosen(other: Synthesised) -> None:
    """-c removalPolicy=destroy leaves nothing behind."""
    (replica,) = other[TABLE]["Replicas"]
    assert replica["DeletionProtectionEnabled"] is False
    assert other.attribute(TABLE, "DeletionPolicy") == "Delete"


def test_an_adopted_table_is_used_and_not_created(stack: Synthesised, adopted: Synthesised) -> None:
    """With -c tableArn there is no table in the stack, and everything else is as it was, on that table."""
    arn, stream = ADOPTED["tableArn"], ADOPTED["tableStreamArn"]
    assert adopted.of_type("AWS::DynamoDB::GlobalTable") == {}
    assert adopted.outputs() == {**stack.outputs(), "LedgerTableName": "ledger-restored"}

    def on_it(worded: str) -> str:
        for own, its in (
            (f"${{{TABLE}.StreamArn}}", stream),
            (f"${{{TABLE}.Arn}}", arn),
            (f"${{{TABLE}}}", "ledger-restored"),
        ):
            worded = worded.replace(own, its)
        return worded

    for kind in ("AWS::IAM::Policy", "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"):
        expected = json.loads(on_it(json.dumps(stack.of_type(kind))))
        assert unordered(adopted.of_type(kind)) == unordered(expected)


def unordered(value: Any) -> Any:
    """The value with its lists sorted: the CDK orders resources by their text."""
    if isinstance(value, Mapping):
        return {key: unordered(each) for key, each in value.items()}
    return sorted(map(unordered, value), key=str) if isinstance(value, list) else value


def matches(pattern: Any, found: Any) -> bool:
    """Whether a value is let through, by the rules of Lambda's event filtering."""
    if isinstance(pattern, Mapping):
        return isinstance(found, Mapping) and all(matches(pattern[key], found.get(key)) for key in pattern)
    return any(_is_let_through(each, found) for each in pattern)


def _is_let_through(rule: Any, found: Any) -> bool:
    if rule == {"exists": True}:
        return found is not None
    if isinstance(rule, Mapping):
        return isinstance(found, str) and found.startswith(rule["prefix"])
    return bool(found == rule)


def passes(event_name: str, item: Mapping[str, Any]) -> bool:
    keys = {name: item[name] for name in ("pk", "sk")}
    record = {"eventName": event_name, "dynamodb": {"Keys": keys, "NewImage": item}}
    return any(matches(pattern, record) for pattern in CHANGES)


def image(last_status: str, desired_status: str, protection: Protection | None = None) -> dict[str, Any]:
    entry = succeed(None, event(3, last_status=last_status, desired_status=desired_status))
    shown = protection_items.protection_values(protection) if protection else {}
    return {**entry_items.key(TASK), **entry_items.entry_values(entry, RETENTION), **shown}


PROTECTED = Protection(expires_at=at(60), checked_at=START, since=START)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (image("PROVISIONING", "RUNNING"), False),
        (image("PENDING", "RUNNING"), False),
        (image("RUNNING", "RUNNING"), False),
        (image("RUNNING", "STOPPED"), True),
        (image("DEPROVISIONING", "STOPPED"), True),
        (image("STOPPED", "STOPPED"), True),
        (image("STOPPED", "RUNNING"), True),
        (image("RUNNING", "RUNNING", PROTECTED), True),
        (image("RUNNING", "RUNNING", replace(PROTECTED, ended=ProtectionEnd.EXPIRED)), True),
        ({"pk": {"S": "CLUSTERS"}, "sk": {"S": CLUSTER}, "ttl": {"N": "1"}}, False),
        ({"pk": {"S": f"SERVICES#{CLUSTER}"}, "sk": {"S": "checkout"}}, True),
        ({"pk": {"S": SERVICE}, "sk": {"S": "D#1795165200000#ecs-svc/1"}}, False),
        (
            history_items.row_item(
                history_row(event(6, last_status="STOPPED", desired_status="STOPPED")), RETENTION
            ),
            False,
        ),
        (finding_item(finding(), START, RETENTION), False),
    ],
)
def test_only_what_can_matter_passes_the_filter(item: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table
    """Services pass, and entries that are to stop, over or were ever protected; all else costs nothing."""
    assert passes("INSERT", item) is passes("MODIFY", item) is expected
    assert not passes("REMOVE", item)
