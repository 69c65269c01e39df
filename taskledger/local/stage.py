"""A world in which a script is played: the deployed use cases between switched faults and a set clock."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from reconciler.adapters.dynamodb.ledger import WRITERS, DynamoLedger
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.findings.policy import DEFAULT
from reconciler.handlers.observe import Received, receive
from reconciler.use_cases.sweep import Sweep, SweepResult
from reconciler.use_cases.watch import Watch, WatchResult
from reconciler.wiring import Services

from ..simulator.api.client import connect
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.clock import Clock
from ..simulator.faults.switches import SwitchedApi, SwitchedEvents
from .memory_ledger import MemoryLedger
from .memory_sweep_progress import MemorySweepProgress
from .table import create_table
from .world import LEDGER, REGION, emulated_aws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.ports.ledger import Ledger
    from reconciler.ports.sweep_progress import SweepProgressStore

    from ..simulator.engine.shapes import Answer

RUN = timedelta(minutes=10)  # for which one sweep keeps the others out
_ONCE = Config(retries={"total_max_attempts": 1})  # a retry would wait, and on this stage no time passes


@dataclass(frozen=True, slots=True)
class Stage:
    """ECS and its switches, and what is deployed beside it."""

    clock: Clock
    ecs: SimulatedEcs
    api: SwitchedApi
    events: SwitchedEvents
    services: Services
    passes: SweepProgressStore

    def receive(self, events: Sequence[Answer]) -> Received:
        """Delivers events to the observe handler, as one batch of messages named by their place in it."""
        records = [{"messageId": str(n), "body": json.dumps(event)} for n, event in enumerate(events)]
        return receive({"Records": records}, self.services, self.clock.now)

    def sweep(self) -> SweepResult:
        sweep = Sweep(
            tasks=self.services.tasks,
            ledger=self.services.ledger,
            passes=self.passes,
            clock=lambda: self.clock.now,
            out_of_time=lambda: False,
            policy=DEFAULT,
        )
        return sweep.run("sweep", self.clock.now + RUN)

    def watch(self) -> WatchResult:
        watch = Watch(tasks=self.services.tasks, ledger=self.services.ledger, policy=DEFAULT)
        return watch.run(lambda: self.clock.now)


@contextmanager
def stage(seed: int, *, in_memory: bool) -> Iterator[Stage]:
    """An ECS without tasks and an empty ledger, on DynamoDB's emulation or in memory."""
    clock = Clock()
    ecs = SimulatedEcs(clock, seed=seed, region=REGION)
    api, events = SwitchedApi(ecs), SwitchedEvents()
    ecs.listen(events)
    with emulated_aws() as session:
        connect(session, api)
        ledger, passes = (MemoryLedger(), MemorySweepProgress()) if in_memory else _on_dynamodb(session)
        tasks = EcsTasks(session.client("ecs", config=_ONCE))
        yield Stage(clock, ecs, api, events, Services(tasks=tasks, ledger=ledger), passes)


def _on_dynamodb(session: boto3.Session) -> tuple[Ledger, SweepProgressStore]:
    client = session.client("dynamodb", config=Config(max_pool_connections=WRITERS))
    create_table(client, LEDGER.table_name)
    return DynamoLedger(client, LEDGER.table_name, LEDGER.retention), DynamoSweepProgress(
        client, LEDGER.table_name
    )
