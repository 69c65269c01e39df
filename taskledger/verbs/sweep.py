"""`taskledger sweep`: runs a sweep on a deployed stack now, and shows what it found."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from reconciler.adapters.clients import CallLimits, client_config

from ..deployed.stack import Unusable, stack_command
from ..output.progress import working
from ..output.reports.sweep import failed, report
from ..output.terminal import print_json

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from ..deployed.stack import Stack

TIMEOUT = 15 * 60 + 10  # seconds: the longest run of a Lambda function, and some for the network

# Waits for one response: where it is lost, a retry would start a second sweep.
_PATIENT = client_config(CallLimits(connect=3, read=TIMEOUT, attempts=1)).merge(Config(tcp_keepalive=True))


@click.command()
@stack_command
def sweep(stack: Stack, *, as_json: bool) -> None:
    """Run a sweep of all clusters now, and show what it found.

    It is the sweep that the schedule runs, and it repairs what it can.

    \b
    missed            ECS was ahead of the ledger: an event was lost, or is late
    unrecorded        no event of the task has arrived
    vanished          open in the ledger and unknown to ECS: closed after two
                      sweeps in a row
    unknown           ECS did not answer for the task: nothing is concluded
    ahead             the ledger was ahead of the API: nothing to repair
    repaired          a version recorded that no event had reported
    closed            vanished for the second time, and closed as UNOBSERVED
    reset             above the API in two sweeps ten minutes apart, and taken
                      back to what it describes
    servicesRepaired  deployments of services, and outcomes of them, that no
                      event had reported
    servicesClosed    services that are deleted, or that ECS did not know in
                      two sweeps in a row
    found             services that lack tasks, or whose deployments stall,
                      wait or are blocked

    With --json, prints what the sweep function returns. Exits with 1 if a cluster failed, if time was up
    before all clusters were done (the next sweep continues there), or if another sweep was running and
    nothing was done.
    """  # noqa: D301 - \b makes click keep the lines as they are
    with working("sweeping"):
        answer = _run(stack)
    if as_json:
        print_json(answer)
    else:
        report(answer)
    sys.exit(1 if failed(answer) else 0)


def _run(stack: Stack) -> dict[str, Any]:
    """What the sweep function returns; raises `Unusable` where it returns nothing of use."""
    name = stack.output("SweepFunctionName")
    client: LambdaClient = stack.client("lambda", _PATIENT)
    try:
        response = client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=b"{}")
    except ReadTimeoutError as error:
        raise Unusable(f"The sweep did not answer in {TIMEOUT} seconds: read the log of {name}.") from error
    answer = _json(response["Payload"].read())
    if "FunctionError" in response:
        problem = ": ".join(str(answer[key]) for key in ("errorType", "errorMessage") if answer.get(key))
        raise Unusable(f"The sweep function failed ({problem}): read more in the log of {name}.")
    if not isinstance(answer.get("clusters"), dict):
        raise Unusable(f"{name} did not return the result of a sweep: is the stack of another version?")
    return answer


def _json(payload: bytes) -> dict[str, Any]:
    """The JSON object in a payload; empty where there is none."""
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
