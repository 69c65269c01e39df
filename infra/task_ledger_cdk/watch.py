"""The watch function, every minute: what only time brings to protection and to incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration

from .parts import permissions
from .parts.alerting import Condition
from .parts.ledger_function import FIVE_MINUTES, Common, LedgerFunction
from .parts.metrics import count
from .parts.schedule import Schedule

if TYPE_CHECKING:
    from constructs import Construct


class Watch(LedgerFunction):
    """Runs every minute, and pages when messages cannot be published or incidents not be maintained."""

    def __init__(self, scope: Construct, construct_id: str, *, common: Common) -> None:
        super().__init__(
            scope,
            construct_id,
            common=common,
            timeout=Duration.seconds(50),  # over before the next one starts
            environment=common.alert_environment,
        )
        self.allow(
            permissions.on_table(common.ledger, "Query", "GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            permissions.on_indexes(common.ledger, "open", "closed", "protected", "due"),
            permissions.on_tasks(self, common.clusters, "GetTaskProtection", "DescribeTasks"),
            permissions.describe_services(self, common.clusters),
            permissions.list_in(common.clusters, "ListTasks"),
            permissions.describe_task_definitions(),
            *permissions.read_logs(self, common.log_groups),
            *permissions.publish(common.alerts),
        )
        Schedule(scope, "WatchSchedule", function=self.function, every=Duration.minutes(1))
        self.page_on_failures(FIVE_MINUTES)
        common.alerts.page(
            "NotificationsFailing",
            count(self, "watch", "IncidentFailures"),
            "For a quarter of an hour, messages of incidents could not be published or incidents not be "
            "maintained: read why in the log of the watch function.",
            Condition(periods=3),
            to=common.alerts.operations,
        )
