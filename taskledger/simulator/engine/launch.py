"""A task at its first version, as ECS answers RunTask and StartTask."""

from dataclasses import dataclass

from . import network
from .definitions import Definition
from .shapes import Answer, Fields
from .store import Cluster, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is to run where; `instance` is the container instance's ARN, None on Fargate."""

    cluster: Cluster
    definition: Definition
    group: str
    launch_type: str
    instance: str | None = None
    capacity_provider: str | None = None


def new_task(store: Store, launch: Launch, request: Fields) -> Fields:
    """The task that ECS makes of the launch, echoing what the caller's request says of it."""
    arn = launch.cluster.arn_of("task", store.new_id().hex)
    task: Answer = {
        "attachments": [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": f"{store.region}a",
        "clusterArn": launch.cluster.arn,
        "containers": [_container(store, arn, item) for item in launch.definition.containers],
        "cpu": launch.definition.cpu,
        "createdAt": store.clock.epoch,
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": request.get("enableExecuteCommand", False),
        "group": launch.group,
        "healthStatus": "UNKNOWN",
        "launchType": launch.launch_type,
        "memory": launch.definition.memory,
        "overrides": request.get("overrides", {}),
        "taskArn": arn,
        "taskDefinitionArn": launch.definition.arn,
        "version": 1,
    }
    if "startedBy" in request:
        task["startedBy"] = request["startedBy"]
    if launch.capacity_provider:
        task["capacityProviderName"] = launch.capacity_provider
    return task | (_on_instance(store, launch.instance) if launch.instance else _on_fargate(store, request))


def _container(store: Store, task_arn: str, definition: Fields) -> Answer:
    return {
        "containerArn": f"{task_arn.replace(':task/', ':container/', 1)}/{store.new_id()}",
        "taskArn": task_arn,
        "name": definition["name"],
        "image": definition["image"],
        "lastStatus": "PENDING",
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        "cpu": str(definition.get("cpu", 0)),
    }


def _on_fargate(store: Store, request: Fields) -> Answer:
    vpc = request.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    subnet = next(iter(vpc.get("subnets", ())), "subnet-0a1b2c3d4e5f60718")
    return {
        "lastStatus": "PROVISIONING",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "ephemeralStorage": {"sizeInGiB": 20},
        "attachments": [network.precreated(str(store.new_id()), subnet)],
    }


def _on_instance(store: Store, instance: str) -> Answer:
    return {
        "lastStatus": "PENDING",
        "containerInstanceArn": instance,
        "connectivity": "CONNECTED",
        "connectivityAt": store.clock.epoch,
    }
