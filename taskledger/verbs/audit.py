"""`taskledger audit`: whether the ledger of a deployed stack agrees with ECS."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..audit.payload import document
from ..audit.report import report
from ..audit.run import run_audit
from ..deployed.stack import stack_command
from ..output.options import NumberOrAll
from ..output.terminal import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..deployed.stack import Stack

HISTORY = 200


@click.command()
@click.option(
    "--cluster",
    "names",
    multiple=True,
    metavar="NAME|ARN",
    help="Only this cluster; may be given again.  [default: all that the stack watches]",
)
@click.option(
    "--history",
    type=NumberOrAll(),
    default=HISTORY,
    show_default=True,
    metavar="N|all",
    help="For how many tasks of each cluster, the newest first, to read the history and count missed events; "
    "0 to count none.",
)
@stack_command
def audit(stack: Stack, *, names: Sequence[str], history: int | None, as_json: bool) -> None:
    """Compare the ledger with what ECS says now.

    Compares every task that ECS lists now, running or stopped, every service, and all that is open in the
    ledger, field by field. Each difference is shown with its likely cause. Some are explained, because a
    correct ledger has them for a moment: an event on its way, an API that lags, what events do not contain,
    what is newer than the last sweep. The others are not: what is not recorded (MISSED), a task, service or
    deployment that the ledger does not know (UNRECORDED), one that ECS no longer knows (VANISHED), one closed
    too early (REAPPEARED), and two states of one version (CONTRADICTION). That counts of a service's tasks
    have moved is no difference.

    Then it counts missed events, from the history of the newest tasks: how many versions no event reported.

    Exits with 1 if a difference is unexplained, and with 2 if not everything could be compared.

    \b
    --json prints {"stack", "at", "clusters", "differences", "errors",
                   "explained", "unexplained"}:
    clusters     of each {"clusterArn", "cluster", "tasks", "services",
                 "unknown", "explained", "unexplained",
                 "kinds": {KIND: tasks and services}, "error",
                 "missedEvents": null or {"tasks", "sampled",
                 "versionsByEvent", "versionsByDescription",
                 "versionsBetween", "versionsBefore",
                 "entriesByDescription"}}
    differences  of each {"taskArn", "serviceArn", "clusterArn", "field",
                 "ledger", "ecs", "kind", "cause", "explained"}
    errors       what failed outside the clusters
    """  # noqa: D301 - \b makes click keep the lines as they are
    found = run_audit(stack, names, history)
    if as_json:
        print_json(document(found))
    else:
        report(found)
    sys.exit(found.code)
