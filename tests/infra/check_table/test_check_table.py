"""A table that is there already: what it needs to be the ledger's, and the page that gets it there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from task_ledger_cdk.check_table.__main__ import main
from task_ledger_cdk.config import Config
from tests.infra.synthesised import ROOT
from tests.support.ledgers import dynamodb_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE = (ROOT / "docs" / "restore.md").read_text("utf-8")
RESTORED = "ledger-restored"  # as the page calls it
ITEM = {"pk": {"S": "CLUSTERS"}, "sk": {"S": "shop"}}


@dataclass(frozen=True)
class Account:
    """An account with a ledger's table, and what a person reads who checks a table of it."""

    client: DynamoDBClient
    table: str
    capsys: pytest.CaptureFixture[str]

    def check(self, table: str) -> tuple[int, str]:
        code = main([table])
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err

    def walk(self, heading: str) -> None:
        """Does what the page says under a heading, the commands of `aws dynamodb` one after the other."""
        for command in commands(heading, source=self.table):
            run(self.client, command)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Account]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with dynamodb_table() as (client, name):
        client.put_item(TableName=name, Item=ITEM)
        client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        yield Account(client, name, capsys)


def commands(heading: str, source: str) -> Iterator[list[str]]:
    """The words of each `aws dynamodb` command in a section of the page."""
    section = re.split(r"^## ", PAGE.split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]
    for block in re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
        text = block.replace("\\\n", " ").replace('"$(output LedgerTableName)"', source)
        yield from (shlex.split(line)[2:] for line in text.splitlines() if line.startswith("aws dynamodb "))


def run(client: DynamoDBClient, words: list[str]) -> None:
    """What the AWS command line makes of the words."""
    verb, *options = words
    if verb == "wait":
        client.get_waiter(options[0].replace("-", "_")).wait(TableName=options[2])  # type: ignore[call-overload]
        return
    given: dict[str, Any] = {}
    for option, value in zip(options, [*options[1:], "--"], strict=True):
        if option.startswith("--"):
            given[camel(option)] = shorthand(value)
    if given.pop("DeletionProtectionEnabled", None):
        given["DeletionProtectionEnabled"] = True
    getattr(client, verb.replace("-", "_"))(**given)


def camel(option: str) -> str:
    return "".join(map(str.capitalize, option.removeprefix("--").split("-")))


def shorthand(value: str) -> Any:
    """`A=true,B=x` as a structure; a flag, which has no value, as true."""
    if value.startswith("--"):
        return True
    if "=" not in value:
        return value
    pairs = dict(pair.split("=") for pair in value.split(","))
    return {key: each == "true" if each in ("true", "false") else each for key, each in pairs.items()}


def test_the_page_restores_a_table_that_fits(account: Account) -> None:
    """By the page's own commands, a restored table lacks what the check lists, then fits, with its items."""
    account.walk("1. Restore")
    code, shown = account.check(RESTORED)
    assert code == 1
    assert re.findall(r"^  ([a-z ]+): found none, needed (\w+)$", shown, re.MULTILINE) == [
        ("stream", "NEW_AND_OLD_IMAGES"),
        ("time to live", "ttl"),
    ]
    account.walk("3. Enable what is missing")
    code, shown = account.check(RESTORED)
    assert (code, "off:" in shown) == (0, False)
    assert account.client.scan(TableName=RESTORED)["Items"] == [ITEM]


def test_the_check_prints_every_command_of_the_page(account: Account) -> None:
    """What the check advises of a restored table is what the page says, word for word."""
    account.walk("1. Restore")
    shown = " ".join(account.check(RESTORED)[1].split())
    for words in commands("3. Enable what is missing", source=account.table):
        if words[0] != "wait":
            assert f"aws dynamodb {' '.join(words)}" in shown


def test_what_fits_is_what_the_stack_takes(account: Account) -> None:
    """The choices that the check prints are a context that the stack accepts."""
    account.walk("1. Restore")
    account.walk("3. Enable what is missing")
    choices = dict(re.findall(r"^  -c (\w+)=(\S+)$", account.check(RESTORED)[1], re.MULTILINE))
    config = Config.read(choices)
    assert config.table_arn
    assert config.table_arn.endswith(f":table/{RESTORED}")
    assert config.table_stream_arn


INDEX = {
    "IndexName": "open",
    "KeySchema": [
        {"AttributeName": "clusterArn", "KeyType": "HASH"},
        {"AttributeName": "openSince", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


def create(client: DynamoDBClient, *, sort_key: str, **properties: Any) -> None:
    types = {"pk": "S", sort_key: "S", "clusterArn": "S", "openSince": "N"}
    client.create_table(
        TableName="wrong",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}  # type: ignore[typeddict-item]
            for name, kind in types.items()
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": sort_key, "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[INDEX],
        **properties,
    )


def test_another_table_is_refused(account: Account) -> None:
    """Wrong keys, a missing index and a wrong projection are named, found and needed."""
    create(account.client, sort_key="at")
    code, shown = account.check("wrong")
    assert code == 1
    assert "keys: found pk S, at S, needed pk S, sk S" in shown
    assert "index open: found ACTIVE, clusterArn S, openSince N, ALL, needed" in shown
    assert "index due: found none, needed ACTIVE, clusterArn S, dueAt N, KEYS_ONLY" in shown


def test_the_wrong_images_are_refused(account: Account) -> None:
    """A stream without the images from before is not enough."""
    images = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    create(account.client, sort_key="sk", StreamSpecification=images)
    assert "stream: found NEW_IMAGE, needed NEW_AND_OLD_IMAGES" in account.check("wrong")[1]


def test_no_table_is_not_a_table_that_does_not_fit(account: Account) -> None:
    """What could not be looked at has an exit code of its own, and the reason."""
    code, shown = account.check("nowhere")
    assert code == 2
    assert shown.startswith("The table nowhere could not be looked at: ")
    assert "ResourceNotFoundException" in shown
