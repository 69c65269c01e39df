"""`taskledger audit`: whether the ledger of a deployed stack says what ECS says."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from botocore.exceptions import BotoCoreError, ClientError

from reconciler.adapters.aws import Pace
from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import LedgerError
from reconciler.settings import SweepSettings

from ..audit.clusters import Audit, AuditContext, ClusterAudit, audit_cluster
from ..audit.missed_events import MissedEvents, missed_events
from ..audit.payload import document
from ..audit.report import report
from ..deployed.advice import advice
from ..deployed.ledger import EVER, deployed_ledger
from ..deployed.stack import Unusable, on_a_stack
from ..deployed.task_query import MAX_PAGE, Question, answer
from ..output.counting import counted
from ..output.working import working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.ports.ecs import Tasks

    from ..deployed.ledger import DeployedLedger
    from ..deployed.stack import Stack

CALLS_PER_SECOND = 10  # of ECS's budget of 20, which all tools of the account share
AGAIN = 15  # seconds until what the ledger lacks is looked at once more
READERS = 8  # histories read at once
HISTORY = 200


class Newest(click.ParamType[int | None]):
    """A number of tasks, 0 for none, or `all`, which is None."""

    name = "number"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "all":
            return None
        if not str(value).isdecimal():
            self.fail(f'"{value}" is neither a number nor all.', param, ctx)
        return int(value)


@click.command()
@click.option(
    "--cluster",
    "named",
    multiple=True,
    metavar="NAME|ARN",
    help="Only this cluster; may be given again.  [default: all that the stack watches]",
)
@click.option(
    "--history",
    type=Newest(),
    default=HISTORY,
    show_default=True,
    metavar="N|all",
    help="Of how many tasks of each cluster, the newest first, to read the history for the account of missed "
    "events; 0 for no account.",
)
@on_a_stack
def audit(stack: Stack, *, named: Sequence[str], history: int | None, as_json: bool) -> None:
    """Compare the ledger with ECS, task by task and field by field.

    Every task that ECS lists now, running or stopped, and every task that is open in the ledger. Each
    difference is told with its likely cause. Some are explained, as a sound ledger has them for moments: an
    event on its way, an API that lags, what events do not carry. The others are not: a version that nobody
    recorded (MISSED), a task that the ledger does not know (UNRECORDED), one that ECS does not know any more
    (VANISHED), one closed too early (REAPPEARED), and two states of one version (CONTRADICTION).

    Then it accounts for missed events, from the history of the newest tasks: how many versions no event told.

    Exits with 1 if a difference is unexplained, and with 2 if not all could be compared.

    \b
    --json prints {"stack", "at", "clusters", "differences", "errors", "explained", "unexplained"}:
    clusters     of each {"clusterArn", "cluster", "tasks", "unknown", "explained", "unexplained",
                 "kinds": {KIND: tasks}, "error", "missedEvents": null or {"tasks", "sampled",
                 "versionsByEvent", "versionsByDescription", "versionsBetween", "versionsBefore",
                 "entriesByDescription"}}
    differences  of each {"taskArn", "clusterArn", "field", "ledger", "ecs", "kind", "cause",
                 "explained"}
    errors       what failed beside the clusters
    """  # noqa: D301 - the backspace tells click to leave the lines as they are
    found = run(stack, named, history)
    if as_json:
        click.echo(json.dumps(document(found), indent=2))
    else:
        report(found)
    sys.exit(found.code)


def run(stack: Stack, named: Sequence[str], history: int | None) -> Audit:
    ledger = deployed_ledger(stack, page=min(history + 1, MAX_PAGE) if history else None)
    tasks = EcsTasks(stack.client("ecs"), Pace(CALLS_PER_SECOND))
    found = Audit(stack=stack.name, at=_now())
    recorded = ledger.clusters()
    listed, error = _listed(tasks)
    known = sorted({*listed, *recorded})
    if error and not named:
        found.errors.append(error)
    for arn in _chosen(known, named, error) if named else _watched(stack, known):
        with working(f"auditing {_name(arn)}") as progress:
            means = AuditContext(tasks=tasks, ledger=ledger, clock=_now, wait=_wait, progress=progress)
            cluster = audit_cluster(arn, means, may_be_gone=not error and arn not in listed)
        if history != 0 and arn in recorded:
            _account(cluster, ledger, history, found.at)
        found.clusters.append(cluster)
    return found


def _listed(tasks: Tasks) -> tuple[Sequence[str], LedgerError | None]:
    """The clusters that ECS lists, or why it did not say."""
    try:
        return tasks.clusters(), None
    except LedgerError as error:
        return (), error


def _chosen(known: Sequence[str], named: Sequence[str], error: LedgerError | None) -> Sequence[str]:
    """Those that are named; that ECS gave no list matters only where the ledger does not know one of them."""
    unknown = [name for name in named if not any(name in (arn, _name(arn)) for arn in known)]
    if unknown and error:
        raise error
    if unknown:
        names = ", ".join(map(_name, known)) or "none"
        raise Unusable(f'Neither ECS nor the ledger knows a cluster "{unknown[0]}". They know: {names}.')
    return [arn for arn in known if {arn, _name(arn)} & {*named}]


def _watched(stack: Stack, known: Sequence[str]) -> Sequence[str]:
    """Of the known clusters those that the stack is deployed for, as its sweep function is told."""
    function = stack.output("SweepFunctionName")
    try:
        told = stack.client("lambda").get_function_configuration(FunctionName=function)
    except (ClientError, BotoCoreError) as error:
        click.echo(f"All clusters are audited, watched or not (see --cluster): {advice(error)}", err=True)
        return known
    watched = SweepSettings.read(told.get("Environment", {}).get("Variables", {})).clusters
    return [arn for arn in known if not watched or {arn, _name(arn)} & {*watched}]


def _account(cluster: ClusterAudit, ledger: DeployedLedger, limit: int | None, now: datetime) -> None:
    try:
        cluster.missed = _missed(cluster.cluster_arn, ledger, limit, now)
    except LedgerError as error:
        cluster.error = cluster.error or error


def _missed(cluster_arn: str, ledger: DeployedLedger, limit: int | None, now: datetime) -> MissedEvents:
    newest = Question(now=now, cluster=cluster_arn, since=EVER, limit=limit)
    entries, more = answer(ledger, newest)
    with ThreadPoolExecutor(READERS) as pool:
        histories = pool.map(ledger.history, [entry.state.task_arn for entry in entries])
        told = zip(entries, counted(histories, "histories read"), strict=True)
        return missed_events(told, sampled=more)


def _now() -> datetime:
    return datetime.now(UTC)


def _wait() -> None:
    time.sleep(AGAIN)


def _name(cluster_arn: str) -> str:
    return cluster_arn.rsplit("/", 1)[-1]
