"""A stack in use keeps its resources when it is updated: the one place where logical ids are asserted.

CloudFormation takes a new logical id for a new resource, and deletes or abandons the old one with its data.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.conftest import synthesised
from tests.released.conftest import load

RELEASED = load("template.json")
CHOSEN = {"chatTopic": "true", "cloudTrailProtection": "true"}


@pytest.fixture(scope="module", params=["default", "chosen"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Today's template, with what was released in it as `released`."""
    context = CHOSEN if request.param == "chosen" else {}
    today = synthesised(tmp_path_factory.mktemp(request.param), **context).template
    return today | {"released": RELEASED[request.param]}


def test_nothing_released_is_renamed_retyped_or_gone(template: dict[str, Any]) -> None:
    """What has state or an address, or may exist only once, is still there under its logical id."""
    released = template["released"]["resources"]
    today = {name: template["Resources"].get(name, {}).get("Type") for name in released}
    assert today == released


def test_outputs_give_what_they_gave(template: dict[str, Any]) -> None:
    """Scripts read them by name."""
    released = template["released"]["outputs"]
    today = {name: template["Outputs"].get(name, {}).get("Value") for name in released}
    assert today == released


def test_the_table_keeps_its_keys_and_indexes(template: dict[str, Any]) -> None:
    """A changed key replaces the table or the index; DynamoDB adds one index an update, and no more."""
    (table,) = (
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::DynamoDB::GlobalTable"
    )
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}

    def keys(schema: list[dict[str, str]]) -> dict[str, str]:
        return {each["AttributeName"]: f"{each['KeyType']} {types[each['AttributeName']]}" for each in schema}

    indexes = {
        each["IndexName"]: {"keys": keys(each["KeySchema"]), "projection": each["Projection"]}
        for each in table["GlobalSecondaryIndexes"]
    }
    released = RELEASED["table"]
    assert keys(table["KeySchema"]) == released["keys"]
    assert table["TimeToLiveSpecification"]["AttributeName"] == released["ttl"]
    assert table["StreamSpecification"]["StreamViewType"] == released["stream"]
    assert {name: indexes.get(name) for name in released["indexes"]} == released["indexes"]
    assert len(indexes) <= len(released["indexes"]) + 1
