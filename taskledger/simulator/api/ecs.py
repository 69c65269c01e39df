"""The simulated ECS: one control plane in memory, called with API requests as plain values."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

from ..engine.clock import Clock
from ..engine.errors import ApiError
from ..engine.shapes import Answer, Fields
from ..engine.store import Store
from ..services import rollouts, scheduler
from ..services.outcomes import Outcome
from ..services.registry import Services
from . import clusters, deployments, listing, protection, services, tasks

Listener = Callable[[Answer], None]

_OPERATIONS: dict[str, Callable[[Store, Fields], Answer]] = {
    "CreateCluster": clusters.create_cluster,
    "DeleteCluster": clusters.delete_cluster,
    "DescribeClusters": clusters.describe_clusters,
    "DescribeTaskDefinition": lambda store, request: store.definitions.describe(request),
    "DescribeTasks": tasks.describe_tasks,
    "GetTaskProtection": protection.get_task_protection,
    "ListClusters": clusters.list_clusters,
    "ListTasks": listing.list_tasks,
    "RegisterTaskDefinition": lambda store, request: store.definitions.register(request, store.clock.epoch),
    "RunTask": tasks.run_task,
    "StartTask": tasks.start_task,
    "StopTask": tasks.stop_task,
    "SubmitContainerStateChange": tasks.submit_container_state_change,
    "SubmitTaskStateChange": tasks.submit_task_state_change,
    "UpdateTaskProtection": protection.update_task_protection,
}
_OF_SERVICES: dict[str, Callable[[Services, Fields], Answer]] = {
    "ContinueServiceDeployment": deployments.continue_service_deployment,
    "CreateService": services.create_service,
    "DeleteService": services.delete_service,
    "DescribeServiceDeployments": deployments.describe_service_deployments,
    "DescribeServiceRevisions": deployments.describe_service_revisions,
    "DescribeServices": services.describe_services,
    "ListServiceDeployments": deployments.list_service_deployments,
    "ListServices": services.list_services,
    "UpdateService": services.update_service,
}


class Ecs(Protocol):
    """What answers API calls: the simulated ECS, or one with faults around it."""

    def call(self, operation: str, request: Fields) -> Answer:
        """The operation's answer in the API's shape, times as epoch seconds; raises `ApiError`."""


class SimulatedEcs:
    """An ECS of one account and Region, whichever Region the client that calls it is of.

    Same seed, same calls, same clock: same answers and events to the byte. Threads may share it. Its answers
    are its own values: read them, never change them.

    Beside the API there is what ECS does by itself: services start and stop tasks (`start_service_task`,
    `scheduler_stop`), capacity goes away (`interrupt`), health is found out (`set_health`), and what is known
    from elsewhere can be taken over (`learn`).

    Services that CreateService made have a scheduler. It acts after each call; whoever moves the clock calls
    `schedule` at `next_due`, or `run_until` a moment. `plan` says what becomes of their tasks.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 0,
        account: str = "111122223333",
        region: str = "us-east-1",
        partition: str = "aws",
    ) -> None:
        self.clock = clock
        self._store = Store(clock, seed=seed, account=account, region=region, partition=partition)
        self._services = Services(self._store)
        self._listeners: list[Listener] = []
        self._still = False
        self._lock = threading.Lock()

    def call(self, operation: str, request: Fields) -> Answer:
        with self._turn():
            if handle := _OPERATIONS.get(operation):
                return handle(self._store, request)
            if serve := _OF_SERVICES.get(operation):
                return serve(self._services, request)
        raise ApiError("UnknownOperationException", f"The simulated ECS has no {operation}.")

    def listen(self, listener: Listener) -> None:
        """Gives the listener each event from now on, as EventBridge would deliver it."""
        self._listeners.append(listener)

    def learn(self, detail: Fields) -> bool:
        """Takes over a task's state from an event's `detail`, unless as high a version is known: then False.

        Needs `taskArn`, `clusterArn`, `version` and `lastStatus`; makes the cluster if there is none, and no
        event. The `overrides` are not kept.
        """
        with self._lock:
            return self._store.learn(detail)

    def start_service_task(
        self,
        service: str,
        task_definition: str,
        *,
        cluster: str = "default",
        started_by: str = "ecs-svc/1",
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """The ARN of a new Fargate task of the service; `started_by` is the deployment's id."""
        request = {
            "cluster": cluster,
            "taskDefinition": task_definition,
            "startedBy": started_by,
            "tags": [{"key": key, "value": value} for key, value in (tags or {}).items()],
        }
        with self._turn():
            return tasks.start_service_task(self._store, service, request).arn

    def scheduler_stop(self, task_arn: str, reason: str) -> None:
        """The service scheduler asks the task to stop; it looks at no protection, its caller does."""
        self.interrupt(task_arn, "ServiceSchedulerInitiated", reason)

    def interrupt(self, task_arn: str, stop_code: str, reason: str) -> None:
        """ECS asks the task to stop on its own account, as for SpotInterruption or TerminationNotice."""
        with self._turn():
            tasks.ask_to_stop(self._store, self._store.task_of(task_arn), stop_code, reason)

    def set_health(self, task_arn: str, health: str) -> None:
        """The health that DescribeTasks shows of the task and its containers; no version, no event."""
        with self._turn():
            tasks.set_health(self._store, self._store.task_of(task_arn), health)

    def plan(self, task_definition: str, outcome: Outcome) -> None:
        """From now on the tasks that services start of this definition go on so."""
        with self._turn():
            self._services.plans.plan(task_definition, outcome)

    def omit_cluster(self) -> None:
        """From now on deployment events have no `clusterArn`, like some of the real ones."""
        self._services.cluster_in_deployment_events = False

    def alarm(self, name: str) -> None:
        """A CloudWatch alarm goes to ALARM: it fails the deployments in progress that watch it."""
        with self._turn():
            rollouts.alarm(self._services, name)

    def stand_still(self) -> None:
        """From now on services do nothing by themselves, however much time passes."""
        self._still = True

    def next_due(self) -> float:
        """When the scheduler has something to do next, in epoch seconds; infinity if nothing is."""
        with self._lock:
            return scheduler.next_due(self._services)

    def schedule(self) -> None:
        """The scheduler does all that is due by now; what was due before happens now, late."""
        with self._turn():
            pass

    def run_until(self, moment: datetime, after_each: Callable[[], object] = lambda: None) -> None:
        """Moves the clock to the moment, and on the way to all times at which something is due."""
        while (due := self.next_due()) <= moment.timestamp():
            self.clock.move_to(datetime.fromtimestamp(due, UTC))
            self.schedule()
            after_each()
        self.clock.move_to(moment)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One caller at a time; events go out after, so that a listener may call ECS itself."""
        with self._lock:
            yield
            if not self._still:
                scheduler.act(self._services)
            due = list(self._store.outbox)
            self._store.outbox.clear()
        for event in due:
            for listener in self._listeners:
                listener(event)
