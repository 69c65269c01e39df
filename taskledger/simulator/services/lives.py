"""How a task that the scheduler started goes on by itself, as the clock moves.

| Fargate, seconds from its start | |
| --- | --- |
| 6 | PENDING |
| 25 | RUNNING, its image pulled from 12 to 20 |
| 55 | healthy |

Once it is to stop, its containers have ended after 5 seconds and it has STOPPED after 20. On EC2 there is
neither PROVISIONING nor DEPROVISIONING.
"""

from collections import deque
from dataclasses import dataclass, field

from ..engine.shapes import Answer, Fields
from ..engine.store import Task
from .outcomes import Outcome

PENDING, PULLING, PULLED, RUNNING = 6, 12, 20, 25
HEALTHY = 30  # from RUNNING on
ENDED, STOPPED = 5, 20  # from the wish that it stop
_FAILED = frozenset({"TaskFailedToStart", "EssentialContainerExited"})

Step = tuple[float, Answer]  # when, and what is reported of the task then


@dataclass(slots=True, kw_only=True)
class ServiceTask:
    """A task that the scheduler started, with what will be reported of it; `healthy` once it was."""

    task: Task
    steps: deque[Step] = field(default_factory=deque)
    healthy: bool = False
    ending: bool = False

    @property
    def status(self) -> str:
        return str(self.task.described()["lastStatus"])

    @property
    def wanted(self) -> bool:
        return bool(self.task.described()["desiredStatus"] == "RUNNING")

    @property
    def failed(self) -> bool:
        """Whether it stops on its own account, and neither ECS nor a person wished it to."""
        return self.task.described().get("stopCode") in _FAILED

    @property
    def healthy_at(self) -> float | None:
        """When it will be healthy if nothing happens to it; None while that is not known, and afterwards."""
        if self.healthy or not self.wanted or self.status != "RUNNING":
            return None
        return later(self.task.described()["startedAt"], HEALTHY)

    def next(self) -> list[float]:
        """The times at which it goes on."""
        healthy_at = self.healthy_at
        return [at for at, _ in list(self.steps)[:1]] + ([healthy_at] if healthy_at is not None else [])


def later(now: float, seconds: float) -> float:
    """That time in whole milliseconds, as the clock shows it."""
    return round(now + seconds, 3)


def begun(task: Task, outcome: Outcome, now: float) -> ServiceTask:
    """The task with its whole life before it."""
    steps: list[Step] = [(later(now, PENDING), {"status": "PENDING"})]
    if outcome.unstarted is not None:
        failed = {"reason": outcome.unstarted, "containers": _ended(task), **_deprovisioning(task)}
        return _born(task, [*steps, (later(now, max(outcome.after, PENDING)), failed)])
    pulled = {"pullStartedAt": later(now, PULLING), "pullStoppedAt": later(now, PULLED)}
    steps.append((later(now, RUNNING), {"status": "RUNNING", **pulled}))
    if outcome.exit_code is not None:
        crash = {"containers": _ended(task, outcome.exit_code)}
        steps.append((later(now, RUNNING + outcome.after), crash))
    return _born(task, steps)


def end(each: ServiceTask, now: float) -> None:
    """Replaces what was before the task by its end, once it is to stop."""
    ended: Answer = {"containers": _ended(each.task, 143 if each.status == "RUNNING" else None)}
    if _container_ended(each.task):
        ended = {}
    each.ending = True
    each.steps = deque(
        [
            (later(now, ENDED), {**ended, **_deprovisioning(each.task)}),
            (later(now, STOPPED), {"status": "STOPPED"}),
        ]
    )


def _born(task: Task, steps: list[Step]) -> ServiceTask:
    return ServiceTask(task=task, steps=deque(steps))


def _deprovisioning(task: Task) -> Answer:
    return {"status": "DEPROVISIONING"} if task.fields["launchType"] == "FARGATE" else {}


def _ended(task: Task, exit_code: int | None = None) -> list[Fields]:
    """All containers STOPPED: the first with this exit code, the others as they are then killed."""
    codes = [] if exit_code is None else [exit_code] + [143] * (len(task.fields["containers"]) - 1)
    names = [container["name"] for container in task.fields["containers"]]
    return [
        {"containerName": name, "status": "STOPPED"} | ({"exitCode": codes[place]} if codes else {})
        for place, name in enumerate(names)
    ]


def _container_ended(task: Task) -> bool:
    return any(container["lastStatus"] == "STOPPED" for container in task.described()["containers"])
