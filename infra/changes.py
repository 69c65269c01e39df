"""What the table's stream passes on to the assess function: entries whose change can matter to a finding.

Those are tasks that are over or asked to stop, and tasks that were ever protected. History rows, findings,
incidents, tasks on their way up and what the time to live removed cost nothing when they are left out here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs

RETRIES = 20  # while DynamoDB is throttled; a record that nobody can read is alone by then
_THERE = [{"exists": True}]
_TELLING: Sequence[Mapping[str, Any]] = (
    {"closedAt": {"N": _THERE}},
    {"desiredStatus": {"S": ["STOPPED"]}},
    {"protectionCheckedAt": {"N": _THERE}},
)

ENTRY_CHANGES: Sequence[Mapping[str, Any]] = [
    {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"sk": {"S": ["ENTRY"]}}, "NewImage": image},
    }
    for image in _TELLING
]


def entry_changes(table: dynamodb.TableV2, dead_letters: sqs.Queue) -> sources.DynamoEventSource:
    """The changes as batches: what fails is halved, tried again, and at last left in the queue."""
    return sources.DynamoEventSource(
        table,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=100,
        max_batching_window=Duration.seconds(1),
        filters=[lambda_.FilterCriteria.filter(each) for each in ENTRY_CHANGES],
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=RETRIES,
        on_failure=sources.SqsDlq(dead_letters),
    )
