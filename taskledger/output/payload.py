"""The public JSON of tasks, findings and incidents: ECS's names in camelCase, times in UTC with `Z`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from reconciler.findings.model import Finding
from reconciler.findings.policy import Policy
from reconciler.incidents import rules
from reconciler.incidents.model import Incident
from reconciler.model.entry import HistoryRow, LedgerEntry
from reconciler.model.protection import Protection
from reconciler.model.task import Container
from reconciler.notifications.payload import incident_facts

MOST_MISSING = 100  # a version is only a number that someone sent: a gap of 2^60 is not written out


def task(entry: LedgerEntry) -> dict[str, Any]:
    state = entry.state
    return {
        "taskArn": state.task_arn,
        "clusterArn": state.cluster_arn,
        "cluster": state.cluster,
        "group": state.group,
        "service": state.service,
        "taskDefinitionArn": state.task_definition_arn,
        "launchType": state.launch_type,
        "capacityProviderName": state.capacity_provider_name,
        "availabilityZone": state.availability_zone,
        "lastStatus": state.last_status,
        "desiredStatus": state.desired_status,
        "healthStatus": state.health_status,
        "cpu": _units(state.cpu),
        "memory": _units(state.memory),
        "ephemeralStorage": state.ephemeral_storage and {"sizeInGiB": state.ephemeral_storage},
        "cpuArchitecture": state.cpu_architecture,
        "platformFamily": state.platform_family,
        "platformVersion": state.platform_version,
        "version": state.version,
        "createdAt": time(state.created_at),
        "connectivityAt": time(state.connectivity_at),
        "pullStartedAt": time(state.pull_started_at),
        "pullStoppedAt": time(state.pull_stopped_at),
        "startedAt": time(state.started_at),
        "stoppingAt": time(state.stopping_at),
        "executionStoppedAt": time(state.execution_stopped_at),
        "stoppedAt": time(state.stopped_at),
        "stopCode": state.stop_code,
        "stoppedReason": state.stopped_reason,
        "startedBy": state.started_by,
        "tags": dict(state.tags or {}),
        "containers": [_container(container) for container in state.containers],
        "protection": _protection(entry.protection),
        "source": entry.source,
        "observedAt": time(entry.observed_at),
        "open": entry.open,
        "closedAs": entry.closed.how if entry.closed else None,
    }


def task_with_history(entry: LedgerEntry, rows: Sequence[HistoryRow]) -> dict[str, Any]:
    """The task with its history, and the versions up to its own that are not in it."""
    seen = sorted({row.version for row in rows})
    return task(entry) | {
        "versionsSeen": seen,
        "versionsMissing": missing_versions(each for each in seen if each <= entry.state.version),
        "history": [
            {
                "version": row.version,
                "lastStatus": row.last_status,
                "desiredStatus": row.desired_status,
                "at": time(row.at),
                "source": row.source,
            }
            for row in rows
        ],
    }


def missing_versions(seen: Iterable[int]) -> list[int]:
    """The versions from 1 to the highest seen that are not recorded; the first `MOST_MISSING` of them.

    ECS does not promise steps of one: a gap is a hint that an event was lost, not a proof.
    """
    missing: list[int] = []
    expected = 1
    for version in sorted(seen):
        room = MOST_MISSING - len(missing)
        missing.extend(range(expected, min(version, expected + room)))
        expected = version + 1
    return missing


def finding(found: Finding) -> dict[str, Any]:
    return {
        "findingId": found.finding_id,
        "taskArn": found.task_arn,
        "serviceArn": found.service_arn,
        "deploymentId": found.deployment_id,
        "serviceDeploymentArn": found.service_deployment_arn,
        "clusterArn": found.cluster_arn,
        "group": found.group,
        "taskDefinitionArn": found.task_definition_arn,
        "kind": found.kind,
        "cause": found.cause,
        "severity": found.severity,
        "summary": found.summary,
        "remedy": found.remedy,
        "containers": list(found.containers),
        "exitCodes": dict(found.exit_codes),
        "version": found.version,
        "observedAt": time(found.observed_at),
    }


def incident(found: Incident, now: datetime, policy: Policy) -> dict[str, Any]:
    """What is published of it, and how it stands; the policy is the one in force, with all mutes."""
    return {
        **incident_facts(found, now, policy),
        "serviceArn": found.service_arn,
        "status": found.status,
        "highestSeverity": found.highest_severity,
        "openedAt": time(found.opened_at),
        "notifiedAt": time(found.outbox.notified_at),
        "resolvedAt": time(found.resolved_at),
        "mutedUntil": time(rules.muted_until(found, policy, now)) if found.open else None,
        "runbook": rules.runbook(found, policy),
        "pending": [
            {"notificationId": one.notification_id, "type": one.type} for one in found.outbox.pending
        ],
    }


def time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def _units(units: int | None) -> str | None:
    """As ECS writes them."""
    return None if units is None else str(units)


def _container(container: Container) -> dict[str, Any]:
    return {
        "name": container.name,
        "lastStatus": container.last_status,
        "exitCode": container.exit_code,
        "reason": container.reason,
        "healthStatus": container.health_status,
        "image": container.image,
        "imageDigest": container.image_digest,
    }


def _protection(protection: Protection | None) -> dict[str, Any] | None:
    if protection is None:
        return None
    return {
        "enabled": protection.enabled,
        "expiresAt": time(protection.expires_at),
        "checkedAt": time(protection.checked_at),
    }
