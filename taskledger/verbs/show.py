"""`taskledger show`: all that the ledger of a deployed stack knows about one task, service or incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.findings.rules import findings

from ..deployed.incidents import deployed_incidents, find_incident
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option, policy_with_mutes
from ..deployed.services.find import find_service
from ..deployed.services.judge import judge_service
from ..deployed.services.ledger import deployed_services
from ..deployed.services.of_task import deployments_of
from ..deployed.stack import ledger_command
from ..deployed.tasks.find import NotFound, find_task
from ..output import payload, service_payload, times
from ..output.options import since_option
from ..output.reports import service as service_report
from ..output.reports import task as task_report
from ..output.reports.incident import print_incident
from ..output.terminal import console, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord

    from ..deployed.ledger import DeployedLedger
    from ..deployed.services.of_task import TaskDeployments
    from ..deployed.stack import Stack


@click.command()
@click.argument("name", metavar="TASK|SERVICE|INCIDENT")
@since_option("How far back to search closed tasks and resolved incidents for a short id.")
@policy_option
@ledger_command
def show(stack: Stack, name: str, *, since: datetime, policy: Policy | None, as_json: bool) -> None:
    """Show one task, service or incident, what is wrong first.

    \b
    TASK      an ARN, an id, or the beginning of an id as `taskledger tasks`
              shows it: its life with durations, its entry, its protection,
              and the deployments of its service in its time
    SERVICE   an ARN, a name, or CLUSTER/NAME: its numbers, its deployments,
              its hooks and what ECS says
    INCIDENT  a short id (inc-3f2a91bc) as `taskledger incidents` shows it,
              or in quotes the whole incidentId of a message: how bad it is,
              since which change, the tasks it struck, what to look at next

    What has the form of an incident's id is one; a name that a service has is that service, even if an id
    begins with it. Exits with 1 if there is no such task, service or incident, or more than one.
    """  # noqa: D301 - \b makes click keep the lines as they are
    ledger, incidents, now = deployed_ledger(stack), deployed_incidents(stack), times.now()
    clusters = ledger.clusters()
    if incident := find_incident(incidents, clusters, name, since, now):
        note_unreadable(incidents.unreadable)
        _show_incident(incident, now, policy_with_mutes(stack, now, policy), as_json=as_json)
        return
    services = deployed_services(stack)
    if record := find_service(services, clusters, name):
        judged = judge_service(record, ledger, now, policy or policy_in_force(stack))
        note_unreadable(ledger.unreadable)
        _show_service(record, judged, now, as_json=as_json)
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


def _show_incident(incident: Incident, now: datetime, policy: Policy, *, as_json: bool) -> None:
    if as_json:
        print_json(payload.incident(incident, now, policy))
    else:
        print_incident(console(), incident, now, policy)


def _show_service(record: ServiceRecord, judged: Sequence[Finding], now: datetime, *, as_json: bool) -> None:
    if as_json:
        print_json(service_payload.service_in_full(record, judged))
    else:
        service_report.report(record, judged, now)


def _find_task(ledger: DeployedLedger, name: str, since: datetime) -> LedgerEntry:
    try:
        return ledger.with_tags([find_task(ledger, name, since)])[0]
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
