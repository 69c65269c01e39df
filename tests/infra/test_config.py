"""What the context may say, and what a person reads who said it wrong."""

import re
from dataclasses import fields
from typing import Any

import pytest

from task_ledger_cdk.config import Config, ConfigError, settings
from tests.infra.contexts import ADOPTED, OWN_KEY
from tests.infra.synthesised import FLAGS, ROOT

DOCUMENTED = (ROOT / "docs" / "configuration.md").read_text("utf-8")

KEY = OWN_KEY["kmsKeyArn"]
TABLE, STREAM = ADOPTED["tableArn"], ADOPTED["tableStreamArn"]


def refusal(context: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        Config.read(context)
    return str(caught.value)


def test_nothing_need_be_chosen() -> None:
    """An empty context gives every default, and the CDK's own keys are none of ours."""
    of_the_cdk = {"aws:cdk:bundling-stacks": [], "acknowledged-issue-numbers": [1], "cli-telemetry": False}
    assert Config.read({**FLAGS, **of_the_cdk}) == Config()


@pytest.mark.parametrize(
    ("key", "on_the_command_line", "in_the_file", "field", "expected"),
    [
        ("stackName", "Shop-Ledger", "Shop-Ledger", "stack_name", "Shop-Ledger"),
        ("clusters", "shop, billing,shop", ["shop", "billing"], "clusters", ("shop", "billing")),
        ("clusters", "", [], "clusters", ()),
        ("alertEmails", "a@example.com", ["a@example.com"], "alert_emails", ("a@example.com",)),
        ("retentionDays", "30", 30, "retention_days", 30),
        ("tags", "team=shop,note=", {"team": "shop", "note": ""}, "tags", (("note", ""), ("team", "shop"))),
        ("permissionsBoundary", "", None, "permissions_boundary", None),
        ("permissionsBoundary", "Boundary", "Boundary", "permissions_boundary", "Boundary"),
        ("tracing", "true", True, "tracing", True),
        ("cloudTrailProtection", "false", False, "cloud_trail_protection", False),
        ("archiveDays", "0", 0, "archive_days", 0),
        ("kmsKeyArn", "", None, "kms_key_arn", None),
        ("kmsKeyArn", KEY, KEY, "kms_key_arn", KEY),
    ],
)
def test_text_and_json_mean_the_same(
    key: str, on_the_command_line: str, in_the_file: Any, field: str, expected: Any
) -> None:
    """A choice is the same as text on the command line and as JSON in cdk.json."""
    assert getattr(Config.read({key: on_the_command_line}), field) == expected
    assert getattr(Config.read({key: in_the_file}), field) == expected


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("stackName", "1st", 'stackName: found "1st", allowed: up to 64 letters, digits and hyphens'),
        ("clusters", "shop,my cluster", 'clusters: found "shop,my cluster", allowed: up to 20 names or ARNs'),
        ("clusters", "arn:aws:ecs:x:1:cluster/a", "clusters: found"),
        ("clusters", [7], "clusters: found [7], allowed"),
        ("clusters", [f"c{number}" for number in range(21)], "allowed: up to 20"),
        ("alertEmails", "ops", 'alertEmails: found "ops", allowed: up to 20 e-mail addresses'),
        (
            "retentionDays",
            "forever",
            'retentionDays: found "forever", allowed: a whole number from 1 to 3650',
        ),
        ("retentionDays", 0, "retentionDays: found 0, allowed: a whole number from 1 to 3650"),
        ("retentionDays", 1.5, "retentionDays: found 1.5, allowed"),
        ("retentionDays", True, "retentionDays: found true, allowed"),
        ("retentionDays", "", 'retentionDays: found "", allowed'),
        ("sweepMinutes", "31", 'sweepMinutes: found "31", allowed: a whole number from 1 to 30'),
        ("sweepCallsPerSecond", 21, "sweepCallsPerSecond: found 21, allowed: a whole number from 1 to 20"),
        ("protectionLeadMinutes", "-5", 'protectionLeadMinutes: found "-5", allowed'),
        ("removalPolicy", "snapshot", 'removalPolicy: found "snapshot", allowed: retain or destroy'),
        ("removalPolicy", None, "removalPolicy: found null, allowed: retain or destroy"),
        ("tags", "team", 'tags: found "team", allowed: up to 40 tags as name=value'),
        ("tags", {"aws:team": "shop"}, 'tags: found {"aws:team": "shop"}, allowed'),
        ("tags", {"team": 7}, 'tags: found {"team": 7}, allowed'),
        ("permissionsBoundary", "my boundary", "permissionsBoundary: found"),
        ("architecture", "arm", 'architecture: found "arm", allowed: arm64 or x86_64'),
        ("archiveDays", "-1", "archiveDays: found"),
        ("kmsKeyArn", "alias/ledger", 'kmsKeyArn: found "alias/ledger", allowed: the ARN of a KMS key'),
        ("kmsKeyArn", KEY.replace(":key/", ":alias/"), "allowed: the ARN of a KMS key, not of an alias"),
        ("tableArn", "ledger", 'tableArn: found "ledger", allowed: the ARN of a DynamoDB table'),
        ("tableArn", TABLE, f'tableStreamArn: found null beside tableArn "{TABLE}", allowed: both or none'),
        ("tableStreamArn", STREAM, f'tableStreamArn: found "{STREAM}" beside tableArn null, allowed: both'),
        ("tableStreamArn", TABLE, "allowed: the ARN of the stream of tableArn's table"),
        ("cloudTrailProtection", "yes", 'cloudTrailProtection: found "yes", allowed: true or false'),
        ("tracing", 1, "tracing: found 1, allowed: true or false"),
        ("logRetentionDays", "31", "allowed: 7, 14, 30, 60, 90, 180 or 365"),
        ("maxConcurrency", "1", "allowed: a whole number from 2 to 10"),
        ("callsPerSecond", 0, "callsPerSecond: found 0, allowed: a whole number from 1 to 20"),
        ("callsPerSecond", "21", "allowed: a whole number from 1 to 20"),
        ("logLevel", "debug", 'logLevel: found "debug", allowed: DEBUG, INFO, WARNING or ERROR'),
        ("retentiondays", "30", "retentiondays: is not a key; did you mean retentionDays?"),
        ("retention-days", "30", "retention-days: is not a key; did you mean retentionDays?"),
        ("cluster", "shop", "cluster: is not a key; did you mean clusters?"),
        ("vpc", "vpc-1", "vpc: is not a key; known are alertEmails, alertOnReplay, architecture,"),
    ],
)
def test_a_wrong_choice_is_named(key: str, value: Any, shown: str) -> None:
    """What is wrong is reported with the key, what was found and what is allowed."""
    assert shown in refusal({key: value})


def test_a_table_and_its_stream_are_chosen_together() -> None:
    """Table and stream are both given or both not, and the stream is the table's."""
    config = Config.read(ADOPTED)
    assert (config.table_arn, config.table_stream_arn) == (TABLE, STREAM)
    of_another = {"tableArn": f"{TABLE}-2", "tableStreamArn": STREAM}
    assert "allowed: both or none, of one table" in refusal(of_another)


def test_all_that_is_wrong_is_reported_at_once() -> None:
    """Nobody has to synthesise once for each mistake."""
    report = refusal({"sweepMinute": 5, "tracing": "on", "logLevel": "LOUD"})
    assert [line.split(":")[0] for line in report.splitlines() if line.startswith("  ")] == [
        "  sweepMinute",
        "  tracing",
        "  logLevel",
    ]


@pytest.mark.parametrize("key", settings())
def test_each_key_is_documented(key: str) -> None:
    """docs/configuration.md has a row for each key, with its default and what is allowed."""
    row = next((line for line in DOCUMENTED.splitlines() if line.startswith(f"| `{key}` |")), "")
    assert settings()[key].allowed in row
    assert f"| {_default(key)} |" in row


def test_only_keys_are_documented() -> None:
    """No row is left of a key that is gone."""
    assert set(re.findall(r"^\| `(\w+)` \|", DOCUMENTED, re.MULTILINE)) == set(settings())


def _default(key: str) -> str:
    name = re.sub("([A-Z])", r"_\1", key).lower()
    (default,) = (each.default for each in fields(Config) if each.name == name)
    if isinstance(default, bool):
        return f"`{default}`".lower()
    return f"`{default}`" if default or default == 0 else "none"
