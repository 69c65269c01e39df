"""The stored policy: written when it changed, read as it was."""

from typing import Any

import boto3
import pytest
from moto import mock_aws

from reconciler.adapters.dynamodb.policy import DynamoPolicy
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.findings.policy_file import parse
from taskledger.local.table import create_table
from tests.support.values import at

RULES = """
[minutes]
remind = 30
[[exitCodes]]
family = "nightly-*"
fine = [3, 4]
[[mute]]
kind = "STUCK"
until = 2026-12-01T08:00:00Z
"""


@pytest.mark.parametrize("policy", [DEFAULT, parse(RULES)])
def test_a_policy_is_written_once(policy: Policy) -> None:
    """By whichever process comes first; one that has stored it makes no call, and a change is written."""
    with mock_aws():
        client: Any = boto3.client("dynamodb", "us-east-1")
        create_table(client, "ledger")
        calls: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
        first, second = DynamoPolicy(client, "ledger"), DynamoPolicy(client, "ledger")
        assert first.load() is None
        assert [first.save(policy, at(0)), first.save(policy, at(1)), second.save(policy, at(2))] == [
            True,
            False,
            False,
        ]
        assert calls == ["GetItem", "PutItem", "PutItem"]
        assert second.load() == policy
        assert second.save(parse("[minutes]\nremind = 31"), at(3))
        assert first.load() != policy
