"""The services of an account on stubbed transport: all steady, and known exactly as they are."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from reconciler.adapters.dynamodb.items import service_items
from reconciler.model.service import ServiceRecord
from reconciler.parsing.service_answer import parse_described_service
from reconciler.services.merge import merge_reading
from tests.bench.account import NOW, PREFIX

CLUSTER, NAME = "shop", "checkout-00000"
PAGE = 100  # services in a page of ListServices
_DEPLOYMENT: dict[str, Any] = {
    "id": "ecs-svc/4980306466373577095",
    "status": "PRIMARY",
    "taskDefinition": f"{PREFIX}task-definition/{NAME}:43",
    "desiredCount": 10,
    "pendingCount": 0,
    "runningCount": 10,
    "failedTasks": 0,
    "createdAt": (NOW - timedelta(days=3)).timestamp(),
    "rolloutState": "COMPLETED",
    "rolloutStateReason": "ECS deployment ecs-svc/4980306466373577095 completed.",
}
_DESCRIBED: dict[str, Any] = {
    "serviceArn": f"{PREFIX}service/{CLUSTER}/{NAME}",
    "serviceName": NAME,
    "clusterArn": f"{PREFIX}cluster/{CLUSTER}",
    "status": "ACTIVE",
    "desiredCount": 10,
    "runningCount": 10,
    "pendingCount": 0,
    "launchType": "FARGATE",
    "schedulingStrategy": "REPLICA",
    "taskDefinition": _DEPLOYMENT["taskDefinition"],
    "deploymentController": {"type": "ECS"},
    "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
    "createdAt": _DEPLOYMENT["createdAt"],
    "deployments": [_DEPLOYMENT],
    "events": [
        {
            "id": f"{number:08}-7c3f-4d0e-8d3b-1f0f6c2a9b10",
            "createdAt": _DEPLOYMENT["createdAt"] + number,
            "message": f"(service {NAME}) has reached a steady state.",
        }
        for number in range(100)  # as many as ECS keeps
    ],
}


class AccountServices:
    """As many services in each cluster: what ECS answers of them, and their rows."""

    def __init__(self, services: int) -> None:
        self._services = services
        self._described = json.dumps(_DESCRIBED)
        reading = parse_described_service(json.loads(self._described))
        unheard = ServiceRecord(service_arn=reading.state.service_arn, cluster_arn=reading.state.cluster_arn)
        record = merge_reading(unheard, reading, NOW - timedelta(hours=1))
        item = service_items.service_item(record, timedelta(days=90))
        self._row = json.dumps(item | {"revision": {"N": "1"}})

    def list_services(self, asked: Any) -> bytes:
        start, cluster = int(asked.get("nextToken", "0")), asked["cluster"]
        names = range(start, min(start + PAGE, self._services))
        arns = [f"{cluster.replace(':cluster/', ':service/')}/{_name(number)}" for number in names]
        more = {"nextToken": str(start + PAGE)} if start + PAGE < self._services else {}
        return json.dumps({"serviceArns": arns, **more}).encode()

    def describe_services(self, asked: Any) -> bytes:
        shown = (_of(self._described, *arn.rsplit("/", 2)[1:]) for arn in asked["services"])
        return f'{{"services":[{",".join(shown)}],"failures":[]}}'.encode()

    def rows(self, cluster: str) -> bytes:
        """The page of a Query of a cluster's services."""
        shown = (_of(self._row, cluster, _name(number)) for number in range(self._services))
        return f'{{"Items":[{",".join(shown)}]}}'.encode()


def _name(number: int) -> str:
    return f"checkout-{number:05}"


def _of(text: str, cluster: str, name: str) -> str:
    own = text.replace(f"/{CLUSTER}/", f"/{cluster}/").replace(f'cluster/{CLUSTER}"', f'cluster/{cluster}"')
    return own.replace(NAME, name)
