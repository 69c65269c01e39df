"""What the simulated ECS knows: clusters, their tasks, and the events that are still to be sent."""

import heapq
import uuid
from collections import deque
from dataclasses import dataclass, field

from . import lifecycle, shapes
from .chance import seeded
from .clock import Clock
from .definitions import Definitions
from .errors import ApiError, cluster_not_found, invalid_parameter
from .shapes import Answer, Fields

REMEMBERED_SECONDS = 3600  # ECS promises a stopped task for "at least one hour"; none may count on more


@dataclass(slots=True)
class Task:
    """One task; while `from_event`, its fields are an event's detail, not yet turned into the API's shape."""

    seq: int
    fields: Fields
    tags: list[Fields] = field(default_factory=list)
    protected_until: float = 0
    from_event: bool = False

    @property
    def arn(self) -> str:
        return str(self.fields["taskArn"])

    def described(self) -> Fields:
        """The task in the API's shape, without its tags."""
        if self.from_event:
            self.fields = shapes.from_event(self.fields)
            self.from_event = False
        return self.fields


@dataclass(slots=True)
class Cluster:
    """A cluster and its tasks by id; `forgotten` keeps the last version of those that ECS no longer knows."""

    seq: int
    arn: str
    tags: list[Fields] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    forgotten: dict[str, int] = field(default_factory=dict)
    active_services: int = 0

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    def arn_of(self, resource: str, resource_id: str) -> str:
        return f"{self.arn.replace(':cluster/', f':{resource}/', 1)}/{resource_id}"


class Store:
    """Everything that lasts between two calls; tasks an hour past their stop are gone from it."""

    def __init__(self, clock: Clock, *, seed: int, account: str, region: str, partition: str) -> None:
        self.clock = clock
        self.prefix = f"arn:{partition}:ecs:{region}:{account}"
        self.region = region
        self.definitions = Definitions(self.prefix)
        self.outbox: deque[Answer] = deque()
        self._chance = seeded(seed)
        self._clusters: dict[str, Cluster] = {}
        self._forget: list[tuple[float, str, str]] = []
        self._seq = 0

    def new_id(self) -> uuid.UUID:
        """The seed's next id, in the form of a random UUID."""
        return uuid.UUID(int=self._chance.getrandbits(128), version=4)

    def clusters(self) -> list[Cluster]:
        return list(self._clusters.values())

    def cluster(self, reference: str | None) -> Cluster:
        """The cluster of that name or ARN, `default` if none is named; else `ClusterNotFoundException`."""
        found = self._clusters.get(self.cluster_arn(reference))
        if found is None:
            raise cluster_not_found()
        return found

    def cluster_arn(self, reference: str | None) -> str:
        reference = reference or "default"
        return reference if reference.startswith("arn:") else f"{self.prefix}:cluster/{reference}"

    def ensure_cluster(self, reference: str | None) -> Cluster:
        arn = self.cluster_arn(reference)
        if arn not in self._clusters:
            self._clusters[arn] = Cluster(self._next(), arn)
        return self._clusters[arn]

    def drop_cluster(self, cluster: Cluster) -> None:
        del self._clusters[cluster.arn]

    def tasks(self, cluster: Cluster) -> list[Task]:
        """The cluster's tasks that are not forgotten yet, oldest first."""
        self._forget_stopped()
        return list(cluster.tasks.values())

    def find(self, cluster: Cluster, reference: str) -> Task | None:
        """The task of that id or ARN; None when it is unknown, forgotten or of another cluster."""
        self._forget_stopped()
        found = cluster.tasks.get(reference.rsplit("/", 1)[-1])
        return found if found and reference in (found.arn, found.arn.rsplit("/", 1)[-1]) else None

    def task_of(self, task_arn: str) -> Task:
        """The task of that ARN, which need not name its cluster; else `InvalidParameterException`."""
        for cluster in self._clusters.values():
            if found := self.find(cluster, task_arn):
                return found
        raise _no_such_task()

    def task(self, request: Fields) -> Task:
        """The task that a request names by `cluster` and `task`."""
        found = self.find(self.cluster(request.get("cluster")), request.get("task", ""))
        if found is None:
            raise _no_such_task()
        return found

    def add(self, cluster: Cluster, fields: Fields, tags: list[Fields]) -> Task:
        """A task that has just been made, with its first event."""
        task = Task(self._next(), fields, tags)
        cluster.tasks[_id(fields)] = task
        self._emit(task)
        return task

    def change(self, task: Task, after: Fields) -> None:
        """The task as it is now; a change that counts gets the next version and an event."""
        counted = lifecycle.counts(task.described(), after)
        task.fields = {**after, "version": after["version"] + 1} if counted else after
        if counted:
            self._emit(task)
        self._remember_until(task.fields)

    def learn(self, detail: Fields) -> bool:
        """Takes over an event's `detail`, if its version is higher than the known one; else False."""
        cluster = self.ensure_cluster(detail["clusterArn"])
        task_id, version = _id(detail), detail["version"]
        task = cluster.tasks.get(task_id)
        if version <= (task.fields["version"] if task else cluster.forgotten.get(task_id, -1)):
            return False
        fields = {name: value for name, value in detail.items() if name != "overrides"}
        self._remember_until(fields)
        if task is None:
            cluster.tasks[task_id] = Task(self._next(), fields, from_event=True)
        else:
            task.fields, task.from_event = fields, True
        return True

    def _emit(self, task: Task) -> None:
        self.outbox.append(shapes.event(task.fields, self.clock.epoch))

    def _remember_until(self, fields: Fields) -> None:
        if fields["lastStatus"] == "STOPPED":
            stopped = shapes.epoch(fields.get("stoppedAt") or fields.get("updatedAt")) or self.clock.epoch
            heapq.heappush(self._forget, (stopped + REMEMBERED_SECONDS, fields["clusterArn"], _id(fields)))

    def _forget_stopped(self) -> None:
        while self._forget and self._forget[0][0] <= self.clock.epoch:
            _, cluster_arn, task_id = heapq.heappop(self._forget)
            cluster = self._clusters.get(cluster_arn)
            task = cluster.tasks.pop(task_id, None) if cluster else None
            if cluster and task:
                cluster.forgotten[task_id] = task.fields["version"]

    def _next(self) -> int:
        self._seq += 1
        return self._seq


def _id(fields: Fields) -> str:
    return str(fields["taskArn"]).rsplit("/", 1)[-1]


def _no_such_task() -> ApiError:
    return invalid_parameter("The referenced task was not found.")
