"""The operations that start, stop, change and describe tasks."""

from ..engine import lifecycle
from ..engine.errors import invalid_parameter
from ..engine.launch import Launch, new_task
from ..engine.shapes import Answer, Fields
from ..engine.store import Cluster, Store, Task
from .limits import some, within

MAX_DESCRIBED = 100
MAX_STARTED = 10
_INSTANCE = "00000000000000000000000000000001"  # where RunTask places what is not on Fargate


def run_task(store: Store, request: Fields) -> Answer:
    cluster = store.cluster(request.get("cluster"))
    definition = store.definitions.find(request["taskDefinition"])
    launch_type, provider = _capacity(request)
    launch = Launch(
        cluster=cluster,
        definition=definition,
        group=_group(request, definition.family),
        launch_type=launch_type,
        instance=None if launch_type == "FARGATE" else cluster.arn_of("container-instance", _INSTANCE),
        capacity_provider=provider,
    )
    count = within(request.get("count", 1), 1, MAX_STARTED, "count")
    return _answer([_launched(store, launch, request) for _ in range(count)])


def start_task(store: Store, request: Fields) -> Answer:
    cluster = store.cluster(request.get("cluster"))
    definition = store.definitions.find(request["taskDefinition"])
    group = _group(request, definition.family)
    launches = [
        Launch(
            cluster=cluster,
            definition=definition,
            group=group,
            launch_type="EC2",
            instance=_instance_arn(cluster, reference),
        )
        for reference in some(request, "containerInstances", MAX_STARTED)
    ]
    return _answer([_launched(store, launch, request) for launch in launches])


def start_service_task(store: Store, service: str, request: Fields) -> Task:
    """What the service scheduler does, for which there is no call: a Fargate task of the service."""
    launch = Launch(
        cluster=store.cluster(request.get("cluster")),
        definition=store.definitions.find(request["taskDefinition"]),
        group=f"service:{service}",
        launch_type="FARGATE",
    )
    return _launched(store, launch, request)


def stop_task(store: Store, request: Fields) -> Answer:
    """Asks the task to stop; the answer to the second StopTask of a task is the task as it is."""
    task = store.task(request)
    ask_to_stop(store, task, "UserInitiated", request.get("reason", "Task stopped by user"))
    task.tags = []
    return {"task": {**task.described(), "tags": []}}


def ask_to_stop(store: Store, task: Task, code: str, reason: str) -> None:
    if task.described()["lastStatus"] != "STOPPED":
        store.change(task, lifecycle.asked_to_stop(task.described(), code, reason, store.clock.epoch))


def set_health(store: Store, task: Task, health: str) -> None:
    containers = [{**container, "healthStatus": health} for container in task.described()["containers"]]
    store.change(task, {**task.described(), "healthStatus": health, "containers": containers})


def submit_task_state_change(store: Store, request: Fields) -> Answer:
    task = store.task(request)
    before = task.described()
    definition = store.definitions.find(before.get("taskDefinitionArn", ""))
    store.change(task, lifecycle.reported(before, request, definition.inessential, store.clock.epoch))
    return {"acknowledgment": "ACK"}


def submit_container_state_change(store: Store, request: Fields) -> Answer:
    """The report on one container, as a report on its task that says nothing else."""
    task = {name: request[name] for name in ("cluster", "task") if name in request}
    return submit_task_state_change(store, {**task, "containers": [request]})


def describe_tasks(store: Store, request: Fields) -> Answer:
    cluster = store.cluster(request.get("cluster"))
    with_tags = "TAGS" in request.get("include", ())
    answer: Answer = {"tasks": [], "failures": []}
    for reference in some(request, "tasks", MAX_DESCRIBED):
        task = store.find(cluster, reference)
        if task is None:
            answer["failures"].append(missing(cluster, reference))
        else:
            answer["tasks"].append({**task.described(), "tags": task.tags if with_tags else []})
    return answer


def missing(cluster: Cluster, reference: str) -> Answer:
    """ECS's word for a task that it doesn't know: never there, of another cluster, or forgotten."""
    arn = reference if reference.startswith("arn:") else cluster.arn_of("task", reference)
    return {"arn": arn, "reason": "MISSING"}


def _launched(store: Store, launch: Launch, request: Fields) -> Task:
    return store.add(launch.cluster, new_task(store, launch, request), request.get("tags", []))


def _answer(tasks: list[Task]) -> Answer:
    return {"tasks": [{**task.described(), "tags": task.tags} for task in tasks], "failures": []}


def _capacity(request: Fields) -> tuple[str, str | None]:
    """Launch type and capacity provider; ECS's own default is EC2."""
    if "capacityProviderStrategy" not in request:
        return request.get("launchType", "EC2"), None
    if "launchType" in request:
        raise invalid_parameter("launchType and capacityProviderStrategy exclude each other.")
    provider = request["capacityProviderStrategy"][0]["capacityProvider"]
    return "FARGATE" if provider.startswith("FARGATE") else "EC2", provider


def _group(request: Fields, family: str) -> str:
    group: str = request.get("group", f"family:{family}")
    if group.startswith("service:"):
        raise invalid_parameter("Invalid namespace for group.")
    return group


def _instance_arn(cluster: Cluster, reference: str) -> str:
    return reference if reference.startswith("arn:") else cluster.arn_of("container-instance", reference)
