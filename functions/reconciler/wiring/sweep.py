"""What the sweep works with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from ..adapters.dynamodb.ledger import DynamoLedger
from ..adapters.dynamodb.policy import DynamoPolicy
from ..adapters.dynamodb.services import DynamoServices
from ..adapters.dynamodb.sweep_progress import DynamoSweepProgress
from ..adapters.ecs import EcsTasks
from ..adapters.ecs_services import ApiServices
from ..findings.policy import Policy
from ..parsing.home import Home
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..ports.services import EcsServices, ServiceLedger
from ..ports.sweep_progress import SweepProgressStore
from ..settings.ledger import LedgerSettings
from ..settings.sweep import SweepSettings
from .alerting import policy
from .clients import session, sweep_client, table


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepServices:
    """What the sweep works with: its ECS calls keep within a budget."""

    tasks: Tasks
    ledger: Ledger
    ecs_services: EcsServices
    services: ServiceLedger
    progress_store: SweepProgressStore
    policy: Policy
    save_policy: Callable[[Policy, datetime], bool]
    clusters: tuple[str, ...]
    home: Home | None = None


@cache
def sweep_services() -> SweepServices:
    """What the sweep needs on AWS, as the environment names it; the same at every call."""
    settings, sweep = LedgerSettings.read(os.environ), SweepSettings.read(os.environ)
    return SweepServices(
        tasks=EcsTasks(sweep_client(session(), sweep.calls_per_second)),
        # Services are another bucket of ECS's than tasks, so they have a pace of their own.
        ecs_services=ApiServices(sweep_client(session(), sweep.calls_per_second)),
        ledger=DynamoLedger(table(), settings.table_name, settings.retention),
        services=DynamoServices(table(), settings.table_name, settings.retention),
        progress_store=DynamoSweepProgress(table(), settings.table_name),
        policy=policy(),
        save_policy=DynamoPolicy(table(), settings.table_name).save,
        clusters=sweep.clusters,
        home=settings.home,
    )
