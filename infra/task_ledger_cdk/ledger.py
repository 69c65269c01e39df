"""The table of the ledger: entries, their history, and what is kept beside them."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from .check_table.layout import CLUSTER, INDEXES, PARTITION_KEY, SORT_KEY, STREAM, TIME_TO_LIVE, Index
from .config import Config

_STRING, _NUMBER = dynamodb.AttributeType.STRING, dynamodb.AttributeType.NUMBER


class Ledger(Construct):
    """One on-demand table, recoverable to any second; unless it may be destroyed, it outlives the stack.

    Its indexes are sparse: an item is in each only while it has its sort key. `open`, `closed` and
    `protected` are of entries, `due` of incidents, `found` of findings and of incidents that are over.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: Config, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self.table = self._adopted(config) if config.table_arn else self._created(config, key)
        self.key = key

    def index_arn(self, name: str) -> str:
        return f"{self.table.table_arn}/index/{name}"

    def _adopted(self, config: Config) -> dynamodb.ITableV2:
        """A table that is there already, and that `check_table` found to fit: the stack only uses it."""
        return dynamodb.TableV2.from_table_attributes(
            self, "Table", table_arn=config.table_arn, table_stream_arn=config.table_stream_arn
        )

    def _created(self, config: Config, key: kms.IKey | None) -> dynamodb.TableV2:
        may_be_destroyed = config.removal_policy == "destroy"
        table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name=PARTITION_KEY, type=_STRING),
            sort_key=dynamodb.Attribute(name=SORT_KEY, type=_STRING),
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=TIME_TO_LIVE,
            dynamo_stream=dynamodb.StreamViewType[STREAM],
            global_secondary_indexes=[_by_cluster(name, index) for name, index in INDEXES.items()],
            deletion_protection=not may_be_destroyed,
            removal_policy=RemovalPolicy.DESTROY if may_be_destroyed else RemovalPolicy.RETAIN,
        )
        _encrypt(table, key)
        return table


def _encrypt(table: dynamodb.TableV2, key: kms.IKey | None) -> None:
    """By the resource: the construct takes a key only where the stack's Region is known."""
    resource = table.node.default_child
    if key and isinstance(resource, dynamodb.CfnGlobalTable):
        resource.add_property_override("SSESpecification", {"SSEEnabled": True, "SSEType": "KMS"})
        resource.add_property_override("Replicas.0.SSESpecification.KMSMasterKeyId", key.key_arn)


def _by_cluster(name: str, index: Index) -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=dynamodb.Attribute(name=CLUSTER, type=_STRING),
        sort_key=dynamodb.Attribute(name=index.sort_key, type=_NUMBER),
        projection_type=dynamodb.ProjectionType[index.projection],
        non_key_attributes=list(index.attributes) or None,
    )
