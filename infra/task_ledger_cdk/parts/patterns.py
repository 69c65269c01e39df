"""Which events of the default bus the rules take."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_events as events

_OF_TASKS = ("ECS Task State Change",)
_OF_SERVICES = ("ECS Deployment State Change", "ECS Service Action", "ECS Hook State Change")


def task_events(clusters: Sequence[str]) -> events.EventPattern:
    """Every task state change, or those in these clusters; replays from an archive, too."""
    detail: Mapping[str, Any] | None = {"clusterArn": list(clusters)} if clusters else None
    return events.EventPattern(source=["aws.ecs"], detail_type=[*_OF_TASKS], detail=detail)


def service_events(clusters: Sequence[str]) -> events.EventPattern:
    """What is reported of every service, or of those in these clusters or in none that is named."""
    return _in_clusters(clusters, *_OF_SERVICES)


def all_events(clusters: Sequence[str]) -> events.EventPattern:
    """What both rules take, in one pattern."""
    return _in_clusters(clusters, *_OF_TASKS, *_OF_SERVICES)


def _in_clusters(clusters: Sequence[str], *detail_types: str) -> events.EventPattern:
    """Events of deployments may name no cluster: of which one they are, their service's ARN says."""
    named = [{"clusterArn": list(clusters)}, {"clusterArn": [{"exists": False}]}]
    detail: Mapping[str, Any] | None = {"$or": named} if clusters else None
    return events.EventPattern(source=["aws.ecs"], detail_type=[*detail_types], detail=detail)


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
