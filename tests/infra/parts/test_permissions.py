"""Least privilege: what each role may do, in full."""

from typing import Any

import pytest

from tests.infra.synthesised import Statement, Synthesised

TABLE = "${Ledger/Table.Arn}"
OF_DEPLOYMENTS, OF_REVISIONS = "DescribeServiceDeployments", "DescribeServiceRevisions"
PUBLISHES = [
    Statement(frozenset({"sns:Publish"}), frozenset({"${Alerts/Topic}"})),
    Statement(frozenset({"kms:Decrypt", "kms:GenerateDataKey"}), frozenset({"${Alerts/Key.Arn}"})),
]
CLUSTERS = [
    "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/shop",
    "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/billing",
]


def may(actions: str, *resources: str, conditions: dict[str, Any] | None = None) -> Statement:
    """A statement that allows `service:ActionA ActionB` on these resources."""
    service, names = actions.split(":")
    return Statement(
        frozenset(f"{service}:{name}" for name in names.split()), frozenset(resources), conditions or {}
    )


def every(resource: str) -> str:
    return f"arn:${{AWS::Partition}}:ecs:${{AWS::Region}}:${{AWS::AccountId}}:{resource}/*"


def assert_may(stack: Synthesised, role: str, *expected: Statement) -> None:
    found = stack.statements(role)
    assert [each for each in found if each not in expected] == []
    assert [each for each in expected if each not in found] == []


def test_observe(stack: Synthesised) -> None:
    """Observe takes from its queue, asks ECS, writes entries, and reads and writes services."""
    assert_may(
        stack,
        "Observe/Role",
        may("logs:CreateLogStream PutLogEvents", "${Observe/Log.Arn}"),
        may("dynamodb:UpdateItem BatchWriteItem GetItem Query PutItem DeleteItem", TABLE),
        may("ecs:DescribeTasks GetTaskProtection", every("task")),
        may(
            "sqs:ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl",
            "${Intake/EventQueue.Arn}",
        ),
    )


def test_assess(stack: Synthesised) -> None:
    """Assess reads the stream, asks how services run, reports incidents, and leaves what it can't read."""
    stream = "${Ledger/Table.StreamArn}"
    assert_may(
        stack,
        "Assess/Role",
        may("logs:CreateLogStream PutLogEvents", "${Assess/Log.Arn}"),
        may("dynamodb:Query GetItem BatchGetItem PutItem UpdateItem", TABLE),
        may("dynamodb:Query", *(f"{TABLE}/index/{name}" for name in ("open", "closed", "due"))),
        may("ecs:DescribeServices", every("service")),
        may("ecs:DescribeTaskDefinition", "*"),
        may("dynamodb:DescribeStream GetRecords GetShardIterator ListStreams", stream),
        may("sqs:SendMessage GetQueueAttributes GetQueueUrl", "${ChangeDeadLetters/Queue.Arn}"),
        *PUBLISHES,
    )


def test_chats_have_a_topic_of_their_own(other: Synthesised) -> None:
    """With -c chatTopic whoever reports findings may publish to both topics, and to no other."""
    for name in ("Assess", "Sweep", "Watch"):
        may_publish = may("sns:Publish", "${Alerts/Topic}", "${Alerts/ChatTopic}")
        assert may_publish in other.statements(f"{name}/Role")


def test_log_lines_are_read_of_named_groups(other: Synthesised) -> None:
    """Assess and the watch read the log groups that the policy names, and nobody else reads any."""
    logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
    streams = [f"{logs}:{name}:log-stream:*" for name in ("/ecs/checkout", "/ecs/shop#1")]
    for name in ("Observe", "Assess", "Sweep", "Watch"):
        found = [each for each in other.statements(f"{name}/Role") if "logs:GetLogEvents" in each.actions]
        assert found == ([may("logs:GetLogEvents", *streams)] if name in ("Assess", "Watch") else []), name


def test_sweep(stack: Synthesised) -> None:
    """The sweep lists and asks ECS, reads what the ledger holds, and repairs it through the same gate."""
    assert_may(
        stack,
        "Sweep/Role",
        may("logs:CreateLogStream PutLogEvents", "${Sweep/Log.Arn}"),
        may("dynamodb:Query GetItem BatchGetItem UpdateItem BatchWriteItem PutItem DeleteItem", TABLE),
        may("dynamodb:Query", *(f"{TABLE}/index/{name}" for name in ("open", "closed", "protected", "due"))),
        may("ecs:DescribeTasks GetTaskProtection", every("task")),
        may(f"ecs:DescribeServices ListServiceDeployments {OF_DEPLOYMENTS} {OF_REVISIONS}", every("service")),
        may(f"ecs:{OF_DEPLOYMENTS}", every("service-deployment")),
        may(f"ecs:{OF_REVISIONS}", every("service-revision")),
        may("ecs:ListTasks ListServices ListClusters", "*"),
        *PUBLISHES,
    )


def test_watch(stack: Synthesised) -> None:
    """The watch reads what is protected or wrong, asks ECS whether it still is, and keeps the answer."""
    assert_may(
        stack,
        "Watch/Role",
        may("logs:CreateLogStream PutLogEvents", "${Watch/Log.Arn}"),
        may("dynamodb:Query GetItem BatchGetItem PutItem UpdateItem", TABLE),
        may("dynamodb:Query", *(f"{TABLE}/index/{name}" for name in ("open", "closed", "protected", "due"))),
        may("ecs:GetTaskProtection DescribeTasks", every("task")),
        may("ecs:DescribeServices", every("service")),
        may("ecs:DescribeTaskDefinition ListTasks", "*"),
        *PUBLISHES,
    )


@pytest.mark.parametrize("name", ["Sweep", "Watch"])
def test_a_schedule_may_start_its_function(stack: Synthesised, name: str) -> None:
    """A schedule's role invokes the one function, and serves only schedules of this account."""
    assert_may(stack, f"{name}Schedule/Role", may("lambda:InvokeFunction", f"${{{name}/Function.Arn}}"))
    (trust,) = stack[f"{name}Schedule/Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}


@pytest.mark.parametrize("name", ["Observe", "Assess", "Sweep", "Watch"])
def test_named_clusters_bound_what_ecs_is_asked(other: Synthesised, name: str) -> None:
    """Where clusters are named, no function may ask ECS about any other, nor list clusters.

    A task definition is of no cluster.
    """
    of_clusters = [each.actions - {"ecs:DescribeTaskDefinition"} for each in other.statements(f"{name}/Role")]
    asked = [
        each
        for each, actions in zip(other.statements(f"{name}/Role"), of_clusters, strict=True)
        if any("ecs:" in action for action in actions)
    ]
    assert asked
    assert [each.conditions for each in asked] == [{"ArnEquals": {"ecs:cluster": CLUSTERS}}] * len(asked)
    assert not any("ecs:ListClusters" in each.actions for each in asked)


def test_no_role_has_a_policy_of_others(stack: Synthesised) -> None:
    """Roles have this stack's statements alone, no managed policies."""
    roles = stack.of_type("AWS::IAM::Role").values()
    assert [role for role in roles if "ManagedPolicyArns" in role or "Policies" in role] == []


def test_a_boundary_bounds_every_role(stack: Synthesised, other: Synthesised) -> None:
    """-c permissionsBoundary is on each role; without it there is none."""
    boundary = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/Boundary"
    bounded = [each.get("PermissionsBoundary") for each in other.of_type("AWS::IAM::Role").values()]
    assert bounded == [boundary] * 6
    assert not any("PermissionsBoundary" in each for each in stack.of_type("AWS::IAM::Role").values())
