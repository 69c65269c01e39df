"""What the functions may do; a wildcard stands only where AWS leaves no choice, and its reason beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..ledger import Ledger
from .alerting import Alerts

_EVERY_TASK = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/*"  # as cdk-nag spells it
_KEY_USE = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A statement of a role's policy, and why its resource is a wildcard, where it is one."""

    statement: iam.PolicyStatement
    wildcard: str = ""
    reason: str = ""


def on_table(ledger: Ledger, *actions: str) -> Permission:
    """These actions of DynamoDB on the table itself, which is not its indexes."""
    return Permission(statement=_allow(_named("dynamodb", actions), [ledger.table.table_arn]))


def on_indexes(ledger: Ledger, *indexes: str) -> Permission:
    arns = [ledger.index_arn(index) for index in indexes]
    return Permission(statement=_allow(["dynamodb:Query"], arns))


def on_tasks(scope: Construct, clusters: Sequence[str], *actions: str) -> Permission:
    """These actions of ECS on the tasks of the clusters; of all clusters when none are named."""
    every_task = Stack.of(scope).format_arn(service="ecs", resource="task", resource_name="*")
    return Permission(
        statement=_allow(_named("ecs", actions), [every_task], clusters),
        wildcard=_EVERY_TASK,
        reason="Tasks come and go, and the older form of their ARNs does not name the cluster: where some "
        "clusters are named, the condition on ecs:cluster limits it",
    )


def list_tasks(clusters: Sequence[str]) -> Permission:
    return Permission(
        statement=_allow(["ecs:ListTasks"], ["*"], clusters),
        wildcard="*",
        reason="ECS authorises ListTasks of a cluster on * only: where some clusters are named, the "
        "condition on ecs:cluster limits it",
    )


def publish(alerts: Alerts) -> Sequence[Permission]:
    """Publishing to the alert topics, which takes the use of their key."""
    topics = [topic.topic_arn for topic in alerts.topics]
    return (
        Permission(statement=_allow(["sns:Publish"], topics)),
        Permission(statement=_allow(_KEY_USE, [alerts.key.key_arn])),
    )


def use_key(ledger: Ledger) -> Sequence[Permission]:
    """The use of the deployment's own key, where it has one, for its table and its queues."""
    if ledger.key is None:
        return ()
    return (Permission(statement=_allow(_KEY_USE, [ledger.key.key_arn])),)


def list_clusters() -> Permission:
    return Permission(
        statement=_allow(["ecs:ListClusters"], ["*"]),
        wildcard="*",
        reason="ListClusters has no resource that a policy could name",
    )


def _allow(
    actions: Sequence[str], resources: Sequence[str], clusters: Sequence[str] = ()
) -> iam.PolicyStatement:
    conditions = {"ArnEquals": {"ecs:cluster": list(clusters)}} if clusters else None
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)


def _named(service: str, actions: Sequence[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]
