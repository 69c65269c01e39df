"""What the functions may do; a wildcard stands only where AWS leaves no choice, and its reason beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..ledger import Ledger
from .alerting import Alerts

# As cdk-nag spells them.
_ECS = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>"
_LOGS = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>"
_OF_DEPLOYMENTS, _OF_REVISIONS = ("DescribeServiceDeployments",), ("DescribeServiceRevisions",)
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
    return _on_every(scope, "task", clusters, actions)


def describe_services(scope: Construct, clusters: Sequence[str]) -> Permission:
    """Asking how the services of the clusters run; of all clusters when none are named."""
    return _on_every(scope, "service", clusters, ("DescribeServices",))


def on_services(scope: Construct, clusters: Sequence[str]) -> Sequence[Permission]:
    """Asking about the services of the clusters, deployments and revisions; of all when none are named."""
    of_services = ("DescribeServices", "ListServiceDeployments", *_OF_DEPLOYMENTS, *_OF_REVISIONS)
    return (
        _on_every(scope, "service", clusters, of_services),
        _on_every(scope, "service-deployment", clusters, _OF_DEPLOYMENTS),
        _on_every(scope, "service-revision", clusters, _OF_REVISIONS),
    )


def list_in(clusters: Sequence[str], *actions: str) -> Permission:
    """These lists of ECS, of what is in the clusters."""
    return Permission(
        statement=_allow(_named("ecs", actions), ["*"], clusters),
        wildcard="*",
        reason="ECS authorises the lists of a cluster on * only: where some clusters are named, the "
        "condition on ecs:cluster limits it",
    )


def describe_task_definitions() -> Permission:
    """Asking where containers log: the function keeps no more of the answer."""
    return Permission(
        statement=_allow(["ecs:DescribeTaskDefinition"], ["*"]),
        wildcard="*",
        reason="DescribeTaskDefinition has no resource and no condition that a policy could name",
    )


def read_logs(scope: Construct, log_groups: Sequence[str]) -> Sequence[Permission]:
    """Reading log streams of these groups, and of none where none are named."""
    return [_read_log(scope, group) for group in log_groups]


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


def _read_log(scope: Construct, group: str) -> Permission:
    streams = Stack.of(scope).format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"{group}:log-stream:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return Permission(
        statement=_allow(["logs:GetLogEvents"], [streams]),
        wildcard=f"{_LOGS}:log-group:{group}:log-stream:*",
        reason="Each task has a stream of its own in the log group that the policy file names",
    )


def _on_every(scope: Construct, resource: str, clusters: Sequence[str], actions: Sequence[str]) -> Permission:
    every = Stack.of(scope).format_arn(service="ecs", resource=resource, resource_name="*")
    return Permission(
        statement=_allow(_named("ecs", actions), [every], clusters),
        wildcard=f"{_ECS}:{resource}/*",
        reason="Tasks and services come and go, and the older form of their ARNs does not name the cluster: "
        "where some clusters are named, the condition on ecs:cluster limits it",
    )


def _allow(
    actions: Sequence[str], resources: Sequence[str], clusters: Sequence[str] = ()
) -> iam.PolicyStatement:
    conditions = {"ArnEquals": {"ecs:cluster": list(clusters)}} if clusters else None
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)


def _named(service: str, actions: Sequence[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]
