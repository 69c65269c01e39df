"""A deployed stack, found by its name, and its outputs; boto3's own variables name account and Region."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from click.core import ParameterSource

from reconciler.adapters.aws import error_code
from reconciler.adapters.clients import CallLimits, client_config
from reconciler.arns import account, region
from reconciler.errors import LedgerError
from reconciler.parsing.home import Home

from .advice import advice
from .answers import expect_answers_of_aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.config import Config

DEFAULT = "TaskLedger"
CALLS = CallLimits(connect=3, read=10, attempts=5)  # a person waits, and would rather wait than start again
CONFIG = client_config(CALLS)


class Unusable(click.ClickException):
    """Something does not exist or cannot be reached: exit code 2, and one line that says what to do."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Its outputs, the account and Region of its ARN, and the session to call AWS with."""

    name: str
    status: str
    outputs: Mapping[str, str]
    home: Home | None
    session: boto3.Session

    def client(self, service: str, config: Config = CONFIG) -> Any:  # noqa: ANN401 - of whichever service is named
        return connect(self.session, service, config)

    def output(self, key: str) -> str:
        if key not in self.outputs:
            raise Unusable(
                f'The stack "{self.name}" in {self.session.region_name} ({self.status}) has no output {key}: '
                "it is of another version, or not deployed to its end. Deploy it with cdk deploy."
            )
        return self.outputs[key]


def stack_command(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options `--stack` and `--json`, and as its first argument the stack.

    An AWS error that the command does not handle ends it with exit code 2 and advice.
    """

    @_options
    @wraps(command)
    def run(stack_name: str, **arguments: Any) -> None:  # noqa: ANN401 - whatever the command's own options are
        with errors_as_advice():
            command(find(stack_name), **arguments)

    return run


def ledger_command(command: Callable[..., None]) -> Callable[..., None]:
    """The same, for a command that needs the table only: `--table` can name it instead of a stack."""

    @_options
    @click.option(
        "--table",
        "table_name",
        metavar="NAME",
        help="Read this table, such as one that was kept or restored, instead of a stack's.",
    )
    @wraps(command)
    def run(stack_name: str, table_name: str | None, **arguments: Any) -> None:  # noqa: ANN401 - the same
        with errors_as_advice():
            command(_of_table(table_name) if table_name else find(stack_name), **arguments)

    return run


def _options(command: Callable[..., None]) -> Callable[..., None]:
    stack = click.option(
        "--stack",
        "stack_name",
        metavar="NAME",
        envvar="TASKLEDGER_STACK",
        default=DEFAULT,
        show_default=True,
        show_envvar=True,
        help="The deployed stack; its Region and account are those of AWS_REGION and AWS_PROFILE.",
    )
    as_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
    )
    return stack(as_json(command))


@contextmanager
def errors_as_advice() -> Iterator[None]:
    """Ends the command with advice where AWS refuses a call within, or cannot be reached."""
    try:
        yield
    except (LedgerError, ClientError, BotoCoreError, ResponseParserError) as error:
        raise Unusable(advice(error)) from error


def find(name: str) -> Stack:
    """The stack of that name, in the Region and account that the environment names."""
    session = new_session()
    try:
        stacks = connect(session, "cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error_code(error) == "ValidationError":  # of any wrong name, also one that no stack has
            raise Unusable(_missing(name, session)) from error
        raise
    if not stacks:
        raise Unusable(_missing(name, session))
    found = stacks[0]
    outputs = found.get("Outputs", [])
    return Stack(
        name=found["StackName"],
        status=found["StackStatus"],
        outputs={each["OutputKey"]: each["OutputValue"] for each in outputs},
        home=_home(found.get("StackId", "")),
        session=session,
    )


def _of_table(name: str) -> Stack:
    """A table without its stack, as far as the ledger is concerned."""
    if click.get_current_context().get_parameter_source("stack_name") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--table names a table and --stack a stack: give one of them.")
    outputs = {"LedgerTableName": name}
    return Stack(name=name, status="no stack", outputs=outputs, home=None, session=new_session())


def _home(stack_arn: str) -> Home | None:
    """Where the stack is; None where its ARN does not say."""
    found = Home(account(stack_arn) or "", region(stack_arn) or "")
    return found if found.account and found.region else None


def new_session() -> boto3.Session:
    """As boto3 makes it, and with AWS_REGION, which it does not read though all other tools do."""
    session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)
    expect_answers_of_aws(session)
    _read_credentials(session)
    return session


def _read_credentials(session: boto3.Session) -> None:
    """Reads them where a profile says: botocore lets errors of its files and commands through as they are."""
    try:
        if found := session.get_credentials():
            found.get_frozen_credentials()
    except (OSError, ValueError) as error:
        raise Unusable(
            f"The AWS credentials can't be read ({error}): correct the profile that AWS uses."
        ) from error


def connect(session: boto3.Session, service: str, config: Config = CONFIG) -> Any:  # noqa: ANN401 - its client
    try:
        return session.client(service, config=config)  # type: ignore[call-overload]  # of any service
    except BotoCoreError:  # of which some are ValueErrors too
        raise
    except ValueError as error:
        raise Unusable(f"{error}: set AWS_ENDPOINT_URL to a URL, or not at all.") from error


def _missing(name: str, session: boto3.Session) -> str:
    return (
        f'There is no stack "{name}" in {session.region_name}: deploy it with cdk deploy, or say where it is '
        "with --stack, AWS_REGION and AWS_PROFILE."
    )
