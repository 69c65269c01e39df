"""`taskledger show`: all that the ledger of a deployed stack knows about one task or one service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from reconciler.findings.rules import findings

from ..deployed.find_task import NotFound, closed_since_option, find_task
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.services.find import find_service
from ..deployed.services.judge import judge_service
from ..deployed.services.ledger import deployed_services
from ..deployed.services.of_task import deployments_of
from ..deployed.stack import ledger_command
from ..output import payload, service_payload
from ..output.reports import service as service_report
from ..output.reports import task as task_report
from ..output.terminal import note_unreadable, print_json

if TYPE_CHECKING:
    from reconciler.findings.policy import Policy
    from reconciler.model.entry import LedgerEntry

    from ..deployed.ledger import DeployedLedger
    from ..deployed.services.of_task import TaskDeployments
    from ..deployed.stack import Stack


@click.command()
@click.argument("name", metavar="TASK|SERVICE")
@closed_since_option
@policy_option
@ledger_command
def show(stack: Stack, name: str, *, since: datetime, policy: Policy | None, as_json: bool) -> None:
    """Show one task or one service, and what is wrong with it.

    \b
    TASK     an ARN, an id, or the beginning of an id as `taskledger tasks`
             shows it: its entry, its history, its protection, and the
             deployments of its service in its time
    SERVICE  an ARN, a name, or CLUSTER/NAME: its numbers, its deployments,
             its hooks and what ECS says

    A name that a service has is that service, even if an id begins with it. Exits with 1 if there is no such
    task or service, or more than one.
    """  # noqa: D301 - \b makes click keep the lines as they are
    ledger, services, now = deployed_ledger(stack), deployed_services(stack), datetime.now(UTC)
    if record := find_service(services, ledger.clusters(), name):
        judged = judge_service(record, ledger, now, policy or policy_in_force(stack))
        note_unreadable(ledger.unreadable)
        if as_json:
            print_json(service_payload.service_in_full(record, judged))
        else:
            service_report.report(record, judged, now)
        return
    entry = _find_task(ledger, name, since)
    rows, deployed = ledger.history(entry.state.task_arn), deployments_of(entry, services)
    note_unreadable([*ledger.unreadable, *services.unreadable])
    wrong = findings(entry, now, policy or policy_in_force(stack))
    if as_json:
        document = payload.task_with_history(entry, rows) | _deployments(deployed)
        print_json(document | {"findings": [payload.finding(each) for each in wrong]})
    else:
        task_report.report(entry, rows, deployed.during if deployed else (), wrong, now)


def _find_task(ledger: DeployedLedger, name: str, since: datetime) -> LedgerEntry:
    try:
        return find_task(ledger, name, since)
    except (NotFound, click.UsageError) as error:
        raise type(error)(f"{error.message} Nor is it a service in the ledger.") from error


def _deployments(deployed: TaskDeployments | None) -> dict[str, Any]:
    """The deployment that started the task, and those of its service in its time."""
    if deployed is None:
        return {"deployment": None, "deployments": []}
    record, own = deployed.record, deployed.own
    return {
        "deployment": own and service_payload.deployment(record, own),
        "deployments": [service_payload.deployment(record, one) for one in deployed.during],
    }
