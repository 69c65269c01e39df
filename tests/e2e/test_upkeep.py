"""The stack itself: what it says, that deploying again leaves it alone, and that nothing outlives it."""

from __future__ import annotations

from tests.e2e.deployment import Deployment

OUTPUTS = {
    "EventQueueUrl",
    "EventDeadLetterQueueUrl",
    "LedgerTableName",
    "AlertTopicArn",
    "SweepFunctionName",
    "WatchFunctionName",
    "DashboardName",
}


def test_the_outputs_are_public(deployment: Deployment) -> None:
    """Scripts find the stack's parts by these very names."""
    assert deployment.outputs.keys() >= OUTPUTS


def test_deploying_again_is_no_change(deployment: Deployment) -> None:
    """The same commit makes the same template and the same assets, so there is nothing to do."""
    before = deployment.rows()
    shown = deployment.cdk("deploy", "--require-approval", "never")
    assert "TaskLedger (no changes)" in shown, shown
    assert deployment.rows() == before


def test_nothing_outlives_the_stack(deployment: Deployment) -> None:
    """After `cdk destroy` its queues, table, functions, topic and rules are gone, and commands say so."""
    deployment.cdk("destroy", "--force")
    left = {
        "queues": deployment.client("sqs").list_queues().get("QueueUrls", []),
        "tables": deployment.client("dynamodb").list_tables()["TableNames"],
        "functions": deployment.client("lambda").list_functions()["Functions"],
        "topics": deployment.client("sns").list_topics()["Topics"],
        "rules": deployment.client("events").list_rules()["Rules"],
        "schedules": deployment.client("scheduler").list_schedules()["Schedules"],
        "alarms": deployment.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "log groups": deployment.client("logs").describe_log_groups()["logGroups"],
    }
    assert {kind: found for kind, found in left.items() if found} == {}
    ran = deployment.taskledger("tasks")
    assert (ran.code, ran.out) == (2, "")
    assert 'There is no stack "TaskLedger"' in ran.err
