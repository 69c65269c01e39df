"""How a stack is found; where it is not, exit code 2 and one line that says what to do."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from botocore import exceptions as botocore

from taskledger.deployed.advice import advice
from tests.support.deployed import Deployment, ago, refusal
from tests.support.running import Ran, taskledger, write
from tests.support.values import envelope


def refused(ran: Ran, *words: str) -> None:
    """It ended with 2, wrote nothing on stdout, and one line with these words on stderr."""
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert [word for word in words if word not in ran.err] == []


def test_the_default_is_taskledger(deployment: Deployment) -> None:
    """Without a word, the stack is the one that cdk deploy makes without a word."""
    assert taskledger("tasks").code == 0


@pytest.mark.parametrize("given", ["option", "variable"])
def test_another_stack_is_named(deployment: Deployment, given: str) -> None:
    """By --stack or TASKLEDGER_STACK."""
    deployment.cloudformation.stacks["Other"] = deployment.cloudformation.stacks.pop("TaskLedger")
    if given == "variable":
        deployment.monkeypatch.setenv("TASKLEDGER_STACK", "Other")
    assert taskledger("tasks", *(["--stack", "Other"] if given == "option" else [])).code == 0


def test_the_option_outdoes_the_variable(deployment: Deployment) -> None:
    """As everywhere."""
    deployment.monkeypatch.setenv("TASKLEDGER_STACK", "Nobody")
    assert taskledger("tasks", "--stack", "TaskLedger").code == 0


@pytest.mark.parametrize("verb", ["tasks", "findings", "incidents"])
def test_a_table_without_its_stack(deployment: Deployment, verb: str) -> None:
    """A table that was kept or restored is asked by its name, and no stack is looked for."""
    deployment.close(1, ago(minutes=5))
    deployment.cloudformation.error = (400, "ValidationError", "no such stack")
    ran = taskledger(verb, "--table", "ledger", "--json")
    assert (ran.code, len(ran.document[verb])) == (0, 1 if verb == "tasks" else 0)


def test_a_table_and_a_stack_are_not_named_together() -> None:
    """Which of the two counts would be a guess."""
    ran = taskledger("tasks", "--table", "ledger", "--stack", "TaskLedger")
    assert (ran.code, ran.out) == (2, "")
    assert "give one of them" in ran.err


@pytest.mark.parametrize("name", ["Nobody", "no/such name"])
def test_no_such_stack(deployment: Deployment, name: str) -> None:
    """The error names it and the Region, and says how to deploy."""
    refused(taskledger("tasks", "--stack", name), f'"{name}" in eu-central-1', "cdk deploy", "--stack")


def test_aws_region_says_where(deployment: Deployment) -> None:
    """AWS_REGION is read as all tools read it, before AWS_DEFAULT_REGION."""
    deployment.monkeypatch.setenv("AWS_REGION", "ap-southeast-2")
    refused(taskledger("tasks", "--stack", "Nobody"), "in ap-southeast-2")


def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says which variable to set."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    refused(taskledger("tasks"), "Region", "AWS_REGION")


@pytest.mark.usefixtures("deployment")
def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says how to get some."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(taskledger("tasks"), "credentials", "AWS_PROFILE", "aws sso login")


@pytest.mark.usefixtures("deployment")
def test_half_of_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what is missing."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(taskledger("tasks"), "credentials", "AWS_SECRET_ACCESS_KEY")


def test_no_such_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names it."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    refused(taskledger("tasks"), "nobody", "AWS_PROFILE", "list-profiles")


def test_an_expired_sso_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile that needs a new sign-in says so."""
    config = tmp_path / "config"
    config.write_text(
        "[profile shop]\nsso_session = shop\nsso_account_id = 111122223333\nsso_role_name = reader\n"
        "[sso-session shop]\nsso_region = eu-central-1\nsso_start_url = https://shop.invalid/start\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "shop")
    refused(taskledger("tasks"), "credentials can't be used", "aws sso login")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "ExpiredToken", ["have expired", "sign in again"]),
        (403, "InvalidClientTokenId", ["does not accept the credentials", "sign in again"]),
        (403, "SignatureDoesNotMatch", ["does not accept the credentials"]),
        (403, "AccessDenied", ["denied access (why)", "permission"]),
        (400, "NotKnown", ["refused DescribeStacks: why"]),
    ],
)
def test_what_aws_refuses(deployment: Deployment, status: int, code: str, words: list[str]) -> None:
    """Each kind of refusal has its advice; what is not known is passed on."""
    deployment.cloudformation.error = (status, code, "why")
    refused(taskledger("tasks"), *words)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that cannot be reached is named."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        refused(taskledger("tasks"), url, "AWS_ENDPOINT_URL", "network")


@pytest.mark.parametrize("service", ["", "_DYNAMODB"])
def test_an_endpoint_that_is_no_url(deployment: Deployment, service: str) -> None:
    """Says which variable is wrong."""
    deployment.monkeypatch.setenv(f"AWS_ENDPOINT_URL{service}", "localhost")
    if not service:
        deployment.monkeypatch.delenv("AWS_ENDPOINT_URL_CLOUDFORMATION")
    refused(taskledger("tasks"), "Invalid endpoint: localhost", "AWS_ENDPOINT_URL")


@pytest.mark.parametrize(
    ("verb", "output"),
    [("tasks", "LedgerTableName"), ("sweep", "SweepFunctionName"), ("send", "EventQueueUrl")],
)
def test_a_stack_without_the_output(deployment: Deployment, verb: str, output: str) -> None:
    """An older stack, or one that failed, says which output it lacks, and its state."""
    deployment.cloudformation.stacks["TaskLedger"] = {}
    deployment.cloudformation.status = "ROLLBACK_COMPLETE"
    arguments = ["events"] if verb == "send" else []
    refused(taskledger(verb, *arguments), output, "ROLLBACK_COMPLETE", "cdk deploy")


def test_a_table_that_is_gone(deployment: Deployment) -> None:
    """Outputs can outlive what they name."""
    deployment.dynamodb.delete_table(TableName="ledger")
    refused(taskledger("tasks"), "is not there", "cdk deploy")


def test_a_queue_that_is_gone(deployment: Deployment, tmp_path: Path) -> None:
    """The same for the queue."""
    deployment.sqs.delete_queue(QueueUrl=deployment.outputs["EventQueueUrl"])
    refused(taskledger("send", write(tmp_path / "one.json", json.dumps(envelope()))), "is not there")


def test_no_right_to_read(deployment: Deployment) -> None:
    """A refusal after the stack was found has its advice too."""
    deployment.open(1, ago(minutes=5))
    deployment.answer("dynamodb.BatchGetItem", lambda _: refusal("AccessDeniedException"))
    refused(taskledger("tasks"), "denied access (no)", "permission")


def test_throttling() -> None:
    """Passes by itself."""
    error = botocore.ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Query")
    assert advice(error) == "AWS is throttling these calls (slow): wait a minute and try again."


def test_advice_is_one_line() -> None:
    """However many lines AWS's own message has."""
    error = botocore.CredentialRetrievalError(provider="custom-process", error_msg="sorry\n  not today\n")
    assert "\n" not in advice(error)
