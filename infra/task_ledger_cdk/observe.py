"""The observe function: events of the queue, into the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as sources

from .parts import permissions
from .parts.alerting import Condition
from .parts.ledger_function import FIVE_MINUTES, Common, LedgerFunction
from .parts.metrics import metric
from .parts.nag import acknowledge

if TYPE_CHECKING:
    from constructs import Construct

    from .intake import Intake

SECONDS = 30
_OF_SERVICES = ("GetItem", "Query", "PutItem", "DeleteItem")  # the last where a deployment's row moves
WINDOW_SECONDS = 2  # an event waits that long for others: one DescribeTasks call then serves many
VISIBILITY_SECONDS = 6 * SECONDS + WINDOW_SECONDS  # what Lambda asks for


class Observe(LedgerFunction):
    """Reads the queue in batches, and pages when events arrive late."""

    def __init__(self, scope: Construct, construct_id: str, *, common: Common, intake: Intake) -> None:
        super().__init__(
            scope,
            construct_id,
            common=common,
            timeout=Duration.seconds(SECONDS),
        )
        self._allow_calls()
        self.function.add_event_source(
            sources.SqsEventSource(
                intake.queue,
                batch_size=100,
                max_batching_window=Duration.seconds(WINDOW_SECONDS),
                max_concurrency=common.config.max_concurrency,
                report_batch_item_failures=True,
            )
        )
        acknowledge(
            self.function,
            "SQS invokes it: what fails stays on the queue, and goes to its dead-letter queue in the end",
            "Serverless::Serverless-LambdaDLQ",
            "Serverless::Serverless-LambdaEventSourceMappingDestination",
        )
        self.page_on_failures(FIVE_MINUTES)
        common.alerts.page(
            "EventLag",
            metric(self, "observe", "EventLag", "p90"),
            "For a quarter of an hour, one event in ten has taken more than five minutes from ECS to the "
            "ledger: look at the age of the queue; if it is low, EventBridge is late.",
            Condition(value=300, periods=3),
        )

    def _allow_calls(self) -> None:
        ledger, clusters = self.common.ledger, self.common.clusters
        self.allow(
            permissions.on_table(ledger, "UpdateItem", "BatchWriteItem", *_OF_SERVICES),
            permissions.on_tasks(self, clusters, "DescribeTasks", "GetTaskProtection"),
        )
        if self.common.config.cloud_trail_protection:
            self.allow(permissions.on_table(ledger, "BatchGetItem"))
