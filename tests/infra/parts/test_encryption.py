"""A key of the deployer's own: what is encrypted by it, who may use it, and what its policy must say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.infra.contexts import OWN_KEY
from tests.infra.synthesised import ROOT, Synthesised

KEY = OWN_KEY["kmsKeyArn"]
PAGE = (ROOT / "docs" / "data.md").read_text("utf-8")
FUNCTIONS = ("Observe", "Assess", "Sweep", "Watch")
EVENTS = "events.amazonaws.com"
# What each service does with a key, by its documentation.
OF_LOGS = {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"}
OF_ARCHIVE = {"kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncrypt*"}
OF_SENDING = {"kms:Decrypt", "kms:GenerateDataKey"}


def policy() -> dict[str, dict[str, Any]]:
    """The statements that the page prints, by their Sid, for the stack's own place."""
    section = PAGE.split("\n## A key of your own\n")[1]
    (shown,) = re.findall(r"^```json\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    here = (
        shown.replace("arn:aws:", "arn:${AWS::Partition}:")
        .replace("REGION", "${AWS::Region}")
        .replace("ACCOUNT", "${AWS::AccountId}")
    )
    return {each["Sid"]: each for each in json.loads(here)}


def actions(statement: Mapping[str, Any]) -> set[str]:
    found = statement["Action"]
    return {found} if isinstance(found, str) else set(found)


def test_everything_that_is_kept_is_encrypted_by_it(keyed: Synthesised) -> None:
    """Table, queues, log groups and archive have the key, and no queue has SQS's own beside it."""
    table = keyed["Ledger/Table"]
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert [each["SSESpecification"] for each in table["Replicas"]] == [{"KMSMasterKeyId": KEY}]
    for kind, name in (
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::Events::Archive", "KmsKeyIdentifier"),
    ):
        assert {each.get(name) for each in keyed.of_type(kind).values()} == {KEY}
    assert not any("SqsManagedSseEnabled" in each for each in keyed.of_type("AWS::SQS::Queue").values())


def test_topics_keep_keys_of_their_own(keyed: Synthesised) -> None:
    """An alarm about the key must not need the key."""
    topics = keyed.of_type("AWS::SNS::Topic").values()
    assert {each["KmsMasterKeyId"] for each in topics} == {"${Alerts/Key.Arn}", "${Operations/Key.Arn}"}


def test_without_it_no_resource_names_a_key(stack: Synthesised, adopted: Synthesised) -> None:
    """Who chooses no key has the table, queues, logs and archive as they were."""
    for each in (stack, adopted):
        for kind in ("AWS::DynamoDB::GlobalTable", "AWS::SQS::Queue", "AWS::Logs::LogGroup"):
            text = json.dumps(each.of_type(kind))
            assert not re.search("KMSMasterKeyId|KmsMasterKeyId|KmsKeyId|SSESpecification", text)
        (archive,) = each.of_type("AWS::Events::Archive").values()
        assert not archive.get("KmsKeyIdentifier")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_may_use_this_key_alone(keyed: Synthesised, stack: Synthesised, function: str) -> None:
    """Each function may encrypt and decrypt by the key, and nothing else is added to its role."""
    (used,) = (each for each in keyed.statements(f"{function}/Role") if KEY in each.resources)
    assert used.actions == OF_SENDING
    before = {resource for each in stack.statements(f"{function}/Role") for resource in each.resources}
    after = {resource for each in keyed.statements(f"{function}/Role") for resource in each.resources}
    assert after - before == {KEY}


@pytest.mark.parametrize("queue", ["Intake/EventQueue", "Intake/RuleDeadLetters/Queue"])
def test_rules_alone_may_still_send(keyed: Synthesised, queue: str) -> None:
    """The key does not widen who may send to a queue: EventBridge, for these rules."""
    statements = keyed[f"{queue}/Policy"]["PolicyDocument"]["Statement"]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    assert {each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in allowed} == {
        "${Intake/ServiceEvents.Arn}",
        "${Intake/TaskEvents.Arn}",
        "${Intake/ProtectionCalls.Arn}",
    }


def test_the_printed_policy_admits_the_log_groups(keyed: Synthesised) -> None:
    """CloudWatch Logs may use the key for every log group of the stack, by the name that it gets."""
    statement = policy()["LogGroups"]
    assert statement["Principal"] == {"Service": "logs.${AWS::Region}.amazonaws.com"}
    assert actions(statement) == OF_LOGS
    (pattern,) = statement["Condition"]["ArnLike"].values()
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": pattern}}
    groups = list(generated_names(keyed, "AWS::Logs::LogGroup"))
    assert len(groups) == len(FUNCTIONS)
    for name in groups:
        arn = f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{name}"
        assert fnmatchcase(arn, pattern.replace("[", "[[]"))


def generated_names(stack: Synthesised, kind: str) -> Iterator[str]:
    """Names as CloudFormation makes them: of the stack, the logical id and something random."""
    for logical_id, each in stack.template["Resources"].items():
        if each["Type"] == kind:
            yield f"TaskLedger-{logical_id}-A1B2C3D4"


def test_the_printed_policy_admits_the_archive(keyed: Synthesised) -> None:
    """EventBridge may use the key for archives of the bus that is archived, and look the key up."""
    (archive,) = keyed.of_type("AWS::Events::Archive").values()
    using, finding = policy()["Archive"], policy()["ArchiveFindsTheKey"]
    assert using["Principal"] == finding["Principal"] == {"Service": EVENTS}
    assert (actions(using), actions(finding)) == (OF_ARCHIVE, {"kms:DescribeKey"})
    bus = {"kms:EncryptionContext:aws:events:event-bus:arn": archive["SourceArn"]}
    assert using["Condition"] == {"StringEquals": bus}
    assert "Condition" not in finding  # there is no bus yet when the archive is created


def test_the_printed_policy_admits_the_rules(keyed: Synthesised) -> None:
    """EventBridge may encrypt what it sends to the queues, for this account."""
    senders = {
        each["Principal"]["Service"]
        for queue in keyed.of_type("AWS::SQS::QueuePolicy").values()
        for each in queue["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    }
    statement = policy()["RulesToEncryptedQueues"]
    assert senders == {statement["Principal"]["Service"]} == {EVENTS}
    assert actions(statement) == OF_SENDING
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}


def test_the_printed_policy_lets_the_roles_policies_count() -> None:
    """The account's own IAM policies grant the key to the functions; nobody else is admitted."""
    own = policy().pop("PoliciesOfThisAccount")
    assert own["Principal"] == {"AWS": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    assert policy().keys() == {
        "PoliciesOfThisAccount",
        "LogGroups",
        "ArchiveFindsTheKey",
        "Archive",
        "RulesToEncryptedQueues",
    }
    assert {each["Effect"] for each in policy().values()} == {"Allow"}
