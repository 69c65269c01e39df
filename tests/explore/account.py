"""All that is deployed, on the table in memory and the simulated ECS; each of its calls has a number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from reconciler.adapters.dynamodb.incidents import DynamoIncidents, read_incident
from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.policy import DynamoMutes
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.adapters.sns import SnsNotifier
from reconciler.model.entry import LedgerEntry
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.alerting.service_look import ServiceLook
from reconciler.use_cases.assess import assess
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.observe import Intake, observe
from reconciler.use_cases.sweep import Sweep, sweep_and_notify
from reconciler.use_cases.watch import watch
from taskledger.local.direct_client import direct_client
from taskledger.local.system import RUN, no_policy_store
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.faults.api import FaultyEcs
from tests.support.alerting import LOUD
from tests.support.ledgers import RETENTION
from tests.support.values import START

from .table import Call, Rows, Table

POLICY = replace(LOUD, stuck_after={})  # a start of which nothing is heard for long is another matter
SHOP = {"cluster": "shop"}


class Killed(BaseException):
    """The function is gone."""


@dataclass
class Disturbed:
    """What happens at the n-th call of all."""

    how: str = "never"
    nth: int = 0
    calls: list[str] = field(default_factory=list)
    effective: bool = False

    def at(self, how: str) -> bool:
        found = self.how == how and len(self.calls) == self.nth
        self.effective |= found
        return found


@dataclass
class Account:
    """ECS, the table and the topic, and what is deployed between them."""

    disturbed: Disturbed
    clock: Clock = field(default_factory=lambda: Clock(START))
    table: Table = field(default_factory=lambda: Table(lags=lambda key: True, together=True))
    rows: int = 0
    queue: list[str] = field(default_factory=list)
    assessed: dict[str, LedgerEntry] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    arns: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    heard: bool = True
    runs: int = 0
    made: int = 0

    def __post_init__(self) -> None:
        self.ecs = SimulatedEcs(self.clock, region="eu-central-1")
        self.ecs.call("CreateCluster", {"clusterName": "shop"})
        self.ecs.listen(self._hear)
        self.faulty = FaultyEcs(self.ecs, self._decide)

    def _hear(self, event: Any) -> None:
        if self.heard:
            self.queue.append(json.dumps(event))

    def _decide(self, operation: str, nth: int) -> Any:
        stale = operation == "DescribeTasks" and self.disturbed.at("stale")
        return (lambda task: task["version"] - 1) if stale else None

    # Calls.

    def client(self, service: str) -> Any:
        return _Client(self, service)

    def make(self, service: str, operation: str, request: Mapping[str, Any]) -> Any:
        """One call, with what happens to it."""
        self.disturbed.calls.append(operation)
        if self.disturbed.at("unobserved"):
            self._go_on()
        if self.disturbed.at("killed before"):
            raise Killed
        try:
            return getattr(self, f"_{service}")(operation, request)
        finally:
            if self.disturbed.at("killed after"):
                raise Killed

    def _go_on(self) -> None:
        """The last task that runs, or starts, comes to its next state unheard."""
        self.heard = False
        for arn in reversed(self.arns):
            status = next((one["lastStatus"] for one in self.known(arn)), "STOPPED")
            if status != "STOPPED":
                following = {"PROVISIONING": "PENDING", "PENDING": "RUNNING"}.get(status, "STOPPED")
                self.report(arn, following)
                break
        self.heard = True

    def _ecs(self, operation: str, request: Mapping[str, Any]) -> Any:
        return getattr(direct_client(self.faulty), operation)(**request)

    def _topic(self, operation: str, request: Mapping[str, Any]) -> Any:
        self.published.append(json.loads(json.loads(request["Message"])["sqs"])["notificationId"])
        return {}

    def _dynamodb(self, operation: str, request: Mapping[str, Any]) -> Any:
        call = Call(operation, request)
        self.made += 1
        outcomes = list(self.table.outcomes(self.made, call, self.rows))
        done = outcomes[-1 if len(outcomes) > 1 and self.disturbed.at("stale") else 0]
        self.rows = self.table.with_writes(self.rows, done.writes)
        self._check_versions()
        answer = self.table.answers[done.answer]
        if isinstance(answer, dict) and "error" in answer:
            raise ClientError(answer["error"], operation)
        return answer

    def _check_versions(self) -> None:
        """None steps back: one answer that is stale is no ground for a reset."""
        for arn, entry in self.entries().items():
            assert entry.state.version >= self.versions.get(arn, 0)
            self.versions[arn] = entry.state.version

    # What is deployed.

    @property
    def alerts(self) -> Alerts:
        table, ecs = self.client("dynamodb"), self.client("ecs")
        ledger = DynamoLedger(table, "table", RETENTION)
        return Alerts(
            incidents=DynamoIncidents(table, "table", RETENTION),
            mutes=DynamoMutes(table, "table"),
            services=DynamoServices(table, "table", RETENTION),
            looks=ServiceLook(ecs_services=ApiServices(ecs), ledger=ledger, policy=POLICY),
            notifier=SnsNotifier(self.client("topic"), "topic"),
            policy=POLICY,
            clock=self._now,
        )

    def _now(self) -> datetime:
        return self.clock.now

    def _attempt(self, work: Callable[[], bool]) -> None:
        """The function, again until it was neither killed nor failed; then what it changed is assessed."""
        for _ in range(3):
            try:
                if work():
                    return
            except Killed:
                self.clock.advance(1)
        raise AssertionError("never done")

    def observe(self) -> None:
        batch, self.queue[:] = self.queue[:], []

        def work() -> bool:
            table = self.client("dynamodb")
            intake = Intake(
                tasks=EcsTasks(self.client("ecs")),
                ledger=_one_thread(DynamoLedger(table, "table", RETENTION)),
                services=DynamoServices(table, "table", RETENTION),
                clock=self._now,
            )
            return not observe({str(n): body for n, body in enumerate(batch)}, intake).failed

        self._attempt(work)
        self.assess()

    def assess(self) -> None:
        """As the stream brings it: each change once, until it is stored."""
        entries = self.entries()
        changes = [
            EntryChange(entry=entry, previous=self.assessed.get(arn), at=self.clock.now)
            for arn, entry in entries.items()
            if entry != self.assessed.get(arn)
        ]
        self._attempt(lambda: not any(one.failed for one in assess(changes, self.alerts)))
        self.assessed = entries

    def sweep(self) -> None:
        """One run; that one is killed is for the next to make good."""
        self.runs += 1
        table, ecs, alerts = self.client("dynamodb"), self.client("ecs"), self.alerts
        sweep = Sweep(
            tasks=EcsTasks(ecs),
            ledger=_one_thread(DynamoLedger(table, "table", RETENTION)),
            ecs_services=ApiServices(ecs),
            services=alerts.services,
            incidents=alerts.incidents,
            progress_store=DynamoSweepProgress(table, "table"),
            clock=self._now,
            out_of_time=lambda: False,
            policy=POLICY,
            save_policy=no_policy_store,
        )
        try:
            sweep_and_notify(sweep, alerts, f"run {self.runs}", self.clock.now + RUN)
        except Killed:
            return
        finally:
            self.assess()

    def watch(self) -> None:
        try:
            ledger = DynamoLedger(self.client("dynamodb"), "table", RETENTION)
            watch(tasks=EcsTasks(self.client("ecs")), ledger=ledger, alerts=self.alerts)
        except Killed:
            return

    # ECS, and what is stored.

    def start(self) -> None:
        asked = {**SHOP, "taskDefinition": "report:42", "launchType": "FARGATE"}
        self.arns.append(str(self.ecs.call("RunTask", asked)["tasks"][0]["taskArn"]))

    def report(self, arn: str, status: str) -> None:
        ended = [{"containerName": "app", "exitCode": 1, "status": "STOPPED"}] if status == "STOPPED" else []
        self.ecs.call("SubmitTaskStateChange", {**SHOP, "task": arn, "status": status, "containers": ended})

    def known(self, arn: str) -> Sequence[dict[str, Any]]:
        return list(self.ecs.call("DescribeTasks", {**SHOP, "tasks": [arn]})["tasks"])

    def entries(self) -> dict[str, LedgerEntry]:
        return {
            item["pk"]["S"]: entry_items.entry(item) for item in self._items() if item["sk"]["S"] == "ENTRY"
        }

    def findings(self) -> int:
        return sum(item["sk"]["S"].startswith("F#") for item in self._items())

    def counted(self) -> int:
        found = (item for item in self._items() if item["pk"]["S"].startswith("INCIDENT#"))
        return sum(read_incident(item).count for item in found)

    def pending(self) -> int:
        found = (item for item in self._items() if item["pk"]["S"].startswith("INCIDENT#"))
        return sum(len(read_incident(item).outbox.pending) for item in found)

    def _items(self) -> Iterator[dict[str, Any]]:
        rows: Rows = self.table.rows[self.rows]
        items = (self.table.items[self.table.now(rows, slot)] for slot in range(1, len(rows)))
        return (item for item in items if item)


@dataclass
class _Client:
    account: Account
    service: str

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **request: self.account.make(self.service, operation, request)

    def get_paginator(self, operation: str) -> Any:
        return _Pages(self.account, operation)


@dataclass
class _Pages:
    account: Account
    operation: str

    def paginate(self, **request: Any) -> Iterator[Any]:
        yield self.account.make("dynamodb", self.operation, request)


class _Here:
    """A pool of threads that works in this one, so that calls have an order."""

    def map(self, work: Callable[[Any], Any], parts: Any) -> list[Any]:
        return [work(part) for part in parts]


def _one_thread(ledger: DynamoLedger) -> DynamoLedger:
    ledger._pool = _Here()  # type: ignore[assignment]  # noqa: SLF001 - as far as it is used
    return ledger
