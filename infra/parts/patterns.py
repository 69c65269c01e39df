"""Which events of the default bus the rules take."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_events as events


def task_events(clusters: Sequence[str]) -> events.EventPattern:
    """Every task state change, or those in these clusters; replays from an archive, too."""
    detail: Mapping[str, Any] | None = {"clusterArn": list(clusters)} if clusters else None
    return events.EventPattern(source=["aws.ecs"], detail_type=["ECS Task State Change"], detail=detail)


def protection_calls() -> events.EventPattern:
    return events.EventPattern(
        source=["aws.ecs"],
        detail_type=["AWS API Call via CloudTrail"],
        detail={
            "eventSource": ["ecs.amazonaws.com"],
            "eventName": ["UpdateTaskProtection"],
            "errorCode": [{"exists": False}],  # a call that failed changed nothing
        },
    )
