"""A whole audit: which clusters, each compared with its services, and how much events missed there."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from reconciler.adapters.clients import Pace, keep_pace
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.arns import cluster_name
from reconciler.errors import LedgerError
from reconciler.settings.sweep import SweepSettings

from ..deployed.advice import advice
from ..deployed.ledger import EVER, deployed_ledger
from ..deployed.services.ledger import deployed_services
from ..deployed.stack import Unusable
from ..deployed.tasks.query import MAX_PAGE, TaskQuery, is_named, names_of, query_tasks
from ..output.progress import counted, working
from ..output.terminal import note, note_unreadable
from .clusters import Audit, AuditContext, audit_cluster
from .missed_events import MissedEvents, missed_events
from .services import audit_services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.ports.ecs import Tasks

    from ..deployed.ledger import DeployedLedger
    from ..deployed.stack import Stack

CALLS_PER_SECOND = 10  # of ECS's budget of 20, which all tools of the account share
RECHECK_AFTER = 15  # seconds until what the ledger lacks is compared again
READERS = 8  # histories read at once


def run_audit(stack: Stack, names: Sequence[str], history: int | None) -> Audit:
    """Compares the named clusters, or all that the stack watches; `history` as the option has it."""
    ledger = deployed_ledger(stack, page=min(history + 1, MAX_PAGE) if history else None)
    ecs = stack.client("ecs")
    keep_pace(ecs, Pace(CALLS_PER_SECOND))
    tasks, services, records = EcsTasks(ecs), ApiServices(ecs), deployed_services(stack)
    audit = Audit(stack=stack.name, at=_now())
    recorded = ledger.clusters()
    listed, error = _listed(tasks)
    known = sorted({*listed, *recorded})
    if error and not names:
        audit.errors.append(error)
    for arn in _named(known, names, error) if names else _watched(stack, known):
        with working(f"tasks audited in {cluster_name(arn)}") as update:
            context = AuditContext(
                tasks=tasks,
                ledger=ledger,
                services=services,
                records=records,
                clock=_now,
                wait=_wait,
                on_progress=update,
            )
            gone = not error and arn not in listed
            cluster = audit_cluster(arn, context, may_be_gone=gone)
            audit_services(cluster, context, may_be_gone=gone)
        if history != 0 and arn in recorded:
            try:
                cluster.missed = _missed(arn, ledger, history, audit.at)
            except LedgerError as failure:
                cluster.error = cluster.error or failure
        audit.clusters.append(cluster)
    note_unreadable(records.unreadable)
    return audit


def _listed(tasks: Tasks) -> tuple[Sequence[str], LedgerError | None]:
    """The clusters that ECS lists, or why it gave no list."""
    try:
        return tasks.clusters(), None
    except LedgerError as error:
        return (), error


def _named(known: Sequence[str], names: Sequence[str], error: LedgerError | None) -> Sequence[str]:
    """Those of that name or ARN; that ECS gave no list matters only where the ledger does not know one."""
    unknown = [name for name in names if not any(is_named(arn, name) for arn in known)]
    if unknown and error:
        raise error
    if unknown:
        found = ", ".join(names_of(known)) or "none"
        raise Unusable(f'Neither ECS nor the ledger knows a cluster "{unknown[0]}". They know: {found}.')
    return [arn for arn in known if any(is_named(arn, name) for name in names)]


def _watched(stack: Stack, known: Sequence[str]) -> Sequence[str]:
    """Of the known clusters those that the stack watches, as the settings of its sweep function say."""
    function = stack.output("SweepFunctionName")
    try:
        found = stack.client("lambda").get_function_configuration(FunctionName=function)
    except (ClientError, BotoCoreError) as error:
        note(f"All clusters are audited, watched or not (see --cluster): {advice(error)}")
        return known
    watched = SweepSettings.read(found.get("Environment", {}).get("Variables", {})).clusters
    return [arn for arn in known if not watched or any(is_named(arn, name) for name in watched)]


def _missed(cluster_arn: str, ledger: DeployedLedger, limit: int | None, now: datetime) -> MissedEvents:
    newest = TaskQuery(now=now, cluster=cluster_arn, since=EVER, limit=limit)
    entries, more = query_tasks(ledger, newest)
    pool = ThreadPoolExecutor(READERS)
    try:
        histories = pool.map(ledger.history, [entry.state.task_arn for entry in entries])
        tasks = zip(entries, counted(histories, "histories read"), strict=True)
        return missed_events(tasks, sampled=more)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # Ctrl-C waits for no call


def _now() -> datetime:
    return datetime.now(UTC)


def _wait() -> None:
    time.sleep(RECHECK_AFTER)
