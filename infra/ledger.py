"""The table of the ledger: entries, their history, and what is kept beside them."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

_STRING, _NUMBER = dynamodb.AttributeType.STRING, dynamodb.AttributeType.NUMBER
_KEYS_ONLY, _INCLUDE = dynamodb.ProjectionType.KEYS_ONLY, dynamodb.ProjectionType.INCLUDE
_OF_PROTECTION = (
    "protectedSince",
    "protectionCheckedAt",
)  # what the watch judges by, without reading the entry


class Ledger(Construct):
    """One on-demand table, recoverable to any second; unless it may be destroyed, it outlives the stack.

    Its indexes are sparse: an item is in each only while it has its sort key. `open`, `closed` and
    `protected` are of entries, `due` of incidents, `found` of findings and of incidents that are over.
    """

    def __init__(self, scope: Construct, construct_id: str, *, may_be_destroyed: bool) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="ttl",
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            global_secondary_indexes=[
                _by_cluster("open", "openSince", _KEYS_ONLY),
                _by_cluster("closed", "closedAt", dynamodb.ProjectionType.ALL),
                _by_cluster("protected", "protectionExpiresAt", _INCLUDE, _OF_PROTECTION),
                _by_cluster("due", "dueAt", _KEYS_ONLY),
                _by_cluster("found", "foundAt", dynamodb.ProjectionType.ALL),
            ],
            deletion_protection=not may_be_destroyed,
            removal_policy=RemovalPolicy.DESTROY if may_be_destroyed else RemovalPolicy.RETAIN,
        )

    def index_arn(self, name: str) -> str:
        return f"{self.table.table_arn}/index/{name}"


def _by_cluster(
    name: str, sort_key: str, projection: dynamodb.ProjectionType, attributes: Sequence[str] = ()
) -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=dynamodb.Attribute(name="clusterArn", type=_STRING),
        sort_key=dynamodb.Attribute(name=sort_key, type=_NUMBER),
        projection_type=projection,
        non_key_attributes=list(attributes) or None,
    )
