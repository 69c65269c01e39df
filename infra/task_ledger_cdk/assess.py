"""The assess function: changes of entries and services from the table's stream, into findings and incidents.

The stream passes on entries whose change can matter to a finding: tasks that are over or asked to stop, and
tasks that were ever protected; and services. History rows, rows of deployments, findings, incidents, tasks on
their way up and what the time to live removed cost nothing when they are left out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources

from .parts import permissions
from .parts.alerting import Condition
from .parts.dead_letter_queue import DeadLetterQueue
from .parts.ledger_function import FIVE_MINUTES, Common, LedgerFunction
from .parts.nag import acknowledge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

RETRIES = 20  # while DynamoDB is throttled; a record that nobody can read is alone by then
_THERE = [{"exists": True}]
_IMAGES: Sequence[Mapping[str, Any]] = (
    {"closedAt": {"N": _THERE}},
    {"desiredStatus": {"S": ["STOPPED"]}},
    {"protectionCheckedAt": {"N": _THERE}},
)

_WRITTEN = ["INSERT", "MODIFY"]

# At most five patterns, says Lambda.
CHANGES: Sequence[Mapping[str, Any]] = [
    *(
        {"eventName": _WRITTEN, "dynamodb": {"Keys": {"sk": {"S": ["ENTRY"]}}, "NewImage": image}}
        for image in _IMAGES
    ),
    {"eventName": _WRITTEN, "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "SERVICES#"}]}}}},
]


class Assess(LedgerFunction):
    """Reads the stream, leaves what it cannot assess in `dead_letters`, and pages when it falls behind."""

    def __init__(self, scope: Construct, construct_id: str, *, common: Common) -> None:
        on_replay = str(common.config.alert_on_replay).lower()
        super().__init__(
            scope,
            construct_id,
            common=common,
            timeout=Duration.minutes(1),
            environment={**common.alert_environment, "ALERT_ON_REPLAY": on_replay},
        )
        self.dead_letters = DeadLetterQueue(
            scope,
            "ChangeDeadLetters",
            alerts=common.alerts,
            key=common.ledger.key,
            meaning="Changes of entries or services could not be assessed: read why in the log of the "
            "function that reads the table's stream.",
        )
        self.allow(
            permissions.on_table(common.ledger, "Query", "GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
            permissions.on_indexes(common.ledger, "open", "closed", "due"),
            permissions.describe_services(self, common.clusters),
            permissions.describe_task_definitions(),
            *permissions.read_logs(self, common.log_groups),
            *permissions.publish(common.alerts),
        )
        self.function.add_event_source(_changes(common.ledger.table, self.dead_letters.queue))
        acknowledge(
            self.function,
            "The stream invokes it: what fails for good goes to the queue of the event source",
            "Serverless::Serverless-LambdaDLQ",
        )
        self.page_on_failures(FIVE_MINUTES)
        common.alerts.page(
            "AssessLag",
            self.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="Maximum"),
            "For a quarter of an hour, changes of entries or services have waited more than five minutes to "
            "be assessed: read the log of the assess function.",
            Condition(value=300_000, periods=3),
        )


def _changes(table: dynamodb.ITableV2, dead_letters: sqs.Queue) -> sources.DynamoEventSource:
    """The changes as batches: what fails is halved, tried again, and at last left in the queue."""
    return sources.DynamoEventSource(
        table,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=100,
        max_batching_window=Duration.seconds(1),
        filters=[lambda_.FilterCriteria.filter(each) for each in CHANGES],
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=RETRIES,
        on_failure=sources.SqsDlq(dead_letters),
    )
