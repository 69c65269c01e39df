"""Findings as DynamoDB items, and back: one row each, below its task or service, put once and never changed.

pk                       sk             foundAt
taskArn or serviceArn    F#findingId    when it was reported: the sort key of the index `found`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....findings.model import Cause, Finding, Kind, Severity
from .values import bounded, milliseconds, moment, number, seconds, text, when

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from .values import Item, Value

FOUND = "foundAt"
PREFIX = "F#"


def finding_key(finding: Finding) -> tuple[str, str]:
    """The partition key and the sort key of its row."""
    return finding.subject_arn, bounded(f"{PREFIX}{finding.finding_id}")


def finding_item(finding: Finding, now: datetime, retention: timedelta) -> dict[str, Value]:
    texts = {
        "findingId": finding.finding_id,
        "clusterArn": finding.cluster_arn,
        "group": finding.group,
        "taskDefinitionArn": finding.task_definition_arn,
        "kind": finding.kind,
        "cause": finding.cause,
        "severity": finding.severity,
        "summary": finding.summary,
        "remedy": finding.remedy,
        "occasion": finding.occasion,
        "about": finding.about,
        "serviceArn": finding.service_arn,
        "deploymentId": finding.deployment_id,
        "serviceDeploymentArn": finding.service_deployment_arn,
    }
    pk, sk = finding_key(finding)
    return {
        "pk": {"S": pk},
        "sk": {"S": sk},
        **{name: {"S": value} for name, value in texts.items() if value},
        "containers": {"L": [{"S": name} for name in finding.containers]},
        "exitCodes": {"M": {name: number(code) for name, code in finding.exit_codes.items()}},
        **({} if finding.version is None else {"version": number(finding.version)}),
        "observedAt": milliseconds(finding.observed_at),
        "occurredAt": milliseconds(finding.occurred_at),
        FOUND: milliseconds(now),
        "ttl": seconds(now + retention),
    }


def finding(item: Item) -> Finding:
    service_arn = text(item, "serviceArn")
    return Finding(
        task_arn=None if service_arn else item["pk"]["S"],
        service_arn=service_arn,
        deployment_id=text(item, "deploymentId"),
        service_deployment_arn=text(item, "serviceDeploymentArn"),
        cluster_arn=item["clusterArn"]["S"],
        group=text(item, "group"),
        task_definition_arn=text(item, "taskDefinitionArn"),
        kind=Kind(item["kind"]["S"]),
        cause=Cause(cause) if (cause := text(item, "cause")) else None,
        severity=Severity(item["severity"]["S"]),
        summary=item["summary"]["S"],
        remedy=item["remedy"]["S"],
        containers=tuple(name["S"] for name in item["containers"]["L"]),
        exit_codes={name: int(code["N"]) for name, code in item["exitCodes"]["M"].items()},
        version=int(item["version"]["N"]) if "version" in item else None,
        observed_at=moment(item["observedAt"]),
        occurred_at=when(item, "occurredAt") or moment(item["observedAt"]),
        occasion=text(item, "occasion"),
        about=text(item, "about"),
    )
