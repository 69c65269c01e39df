"""The ledger's table, and what its stream passes on."""

from collections.abc import Iterable, Mapping
from typing import Any

from infra.changes import ENTRY_CHANGES
from reconciler.adapters import items
from tests.infra.synthesised import Synthesised
from tests.ledgers import dynamodb_table
from tests.values import CLUSTER, TASK

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


def test_the_stream_tells_before_and_after(stack: Synthesised) -> None:
    """What is new in an entry can be told from its stream record alone."""
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


def passes(event_name: str, keys: Mapping[str, Any]) -> bool:
    """Whether the filter lets a stream record through, by the rules of Lambda's event filtering."""
    wanted = ENTRY_CHANGES["dynamodb"]["Keys"]["sk"]["S"]
    return event_name in ENTRY_CHANGES["eventName"] and keys["sk"]["S"] in wanted


def test_entries_alone_pass_the_filter() -> None:
    """New and changed entries pass; rows, marks of clusters and whatever expired do not."""
    row = {"sk": {"S": "v0000000000000000003#event"}}
    assert passes("INSERT", items.key(TASK))
    assert passes("MODIFY", items.key(TASK))
    assert not passes("REMOVE", items.key(TASK))
    assert not passes("INSERT", row)
    assert not passes("INSERT", items.cluster(CLUSTER))
