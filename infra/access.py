"""What the functions may do; a wildcard stands only where AWS leaves no choice, and its reason beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from .alerts import Alerts
from .ledger import Ledger

_EVERY_TASK = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/*"  # as cdk-nag spells it


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A statement of a role's policy, and why its resource is a wildcard, where it is one."""

    statement: iam.PolicyStatement
    wildcard: str = ""
    reason: str = ""


def on_table(ledger: Ledger, *actions: str) -> Access:
    """These actions of DynamoDB on the table itself, which is not its indexes."""
    return Access(statement=_allow(_named("dynamodb", actions), [ledger.table.table_arn]))


def on_indexes(ledger: Ledger, *indexes: str) -> Access:
    arns = [ledger.index_arn(index) for index in indexes]
    return Access(statement=_allow(["dynamodb:Query"], arns))


def on_tasks(stack: Stack, clusters: Sequence[str], *actions: str) -> Access:
    """These actions of ECS on the tasks of the clusters; of all clusters when none are named."""
    every_task = stack.format_arn(service="ecs", resource="task", resource_name="*")
    return Access(
        statement=_allow(_named("ecs", actions), [every_task], clusters),
        wildcard=_EVERY_TASK,
        reason="Tasks come and go, and the older form of their ARNs does not tell the cluster: where some "
        "clusters are named, the condition on ecs:cluster limits it",
    )


def list_tasks(clusters: Sequence[str]) -> Access:
    return Access(
        statement=_allow(["ecs:ListTasks"], ["*"], clusters),
        wildcard="*",
        reason="ECS authorises ListTasks of a cluster on * only: where some clusters are named, the "
        "condition on ecs:cluster limits it",
    )


def publish(alerts: Alerts) -> Sequence[Access]:
    """Publishing to the alert topics, which takes the use of their key."""
    topics = [topic.topic_arn for topic in alerts.topics]
    return (
        Access(statement=_allow(["sns:Publish"], topics)),
        Access(statement=_allow(["kms:Decrypt", "kms:GenerateDataKey"], [alerts.key.key_arn])),
    )


def list_clusters() -> Access:
    return Access(
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
