"""The sweep function, on a schedule: what events missed, repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration

from .parts import permissions
from .parts.alerting import Condition
from .parts.ledger_function import Common, LedgerFunction
from .parts.metrics import metric
from .parts.schedule import Schedule

if TYPE_CHECKING:
    from constructs import Construct


class Sweep(LedgerFunction):
    """Runs every `sweep_minutes`, and pages when no sweep ends, or each of them fails for some cluster."""

    def __init__(self, scope: Construct, construct_id: str, *, common: Common) -> None:
        config = common.config
        super().__init__(
            scope,
            construct_id,
            common=common,
            timeout=Duration.minutes(min(config.sweep_minutes, 10)),
            environment={
                "CLUSTERS": ",".join(common.clusters),
                **common.alert_environment,
                "SWEEP_CALLS_PER_SECOND": str(config.sweep_calls_per_second),
            },
        )
        self._allow_calls()
        every = Duration.minutes(config.sweep_minutes)
        Schedule(scope, "SweepSchedule", function=self.function, every=every)
        self.page_on_failures(every)
        self._page_on_bad_sweeps(every)

    def _allow_calls(self) -> None:
        ledger, clusters = self.common.ledger, self.common.clusters
        writes = ("UpdateItem", "BatchWriteItem", "PutItem", "DeleteItem")
        self.allow(
            permissions.on_table(ledger, "Query", "GetItem", "BatchGetItem", *writes),
            permissions.on_indexes(ledger, "open", "closed", "protected", "due"),
            permissions.on_tasks(self, clusters, "DescribeTasks", "GetTaskProtection"),
            *permissions.on_services(self, clusters),
            permissions.list_in(clusters, "ListTasks", "ListServices"),
            *permissions.publish(self.common.alerts),
        )
        if not clusters:
            self.allow(permissions.list_clusters())

    def _page_on_bad_sweeps(self, every: Duration) -> None:
        self.common.alerts.page(
            "SweepClusterFailures",
            metric(self, "sweep", "SweepClusterFailures", period=every),
            "Three sweeps in a row failed for some cluster: read which and why in the sweep function's log.",
            Condition(periods=3),
        )
        self.common.alerts.page(
            "SweepOverdue",
            metric(self, "sweep", "SweepCompleted", period=Duration.minutes(2 * every.to_minutes())),
            "No sweep has finished in two intervals: what events missed is not repaired, and ECS "
            "forgets a stopped task after an hour. Read the log of the sweep function.",
            Condition(or_missing=True),
        )
