"""What a service does next: pure functions from the tasks that there are to those to start and to stop.

- Start up to the desired count, while all tasks together stay within maximumPercent.
- Stop an old task for each new one that is healthy, and more where there is no room to start otherwise, while
  those that run and are healthy stay at minimumHealthyPercent or above.
- Stop what is over the desired count. Those that don't run yet go first, and a protected one never.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .lives import ServiceTask
from .model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How many tasks to start, which to stop, and the protected ones that are in the way."""

    start: int
    stop: Sequence[ServiceTask]
    blocking: Sequence[ServiceTask]


def step(service: Service, now: float, *, starts: bool, stops: bool) -> Step:
    """The next step of a service that may start tasks, and may stop those of older deployments."""
    missing = max(service.desired - service.primary.taken, 0) if starts else 0
    room = max(service.configuration.most(service.desired) - _taken(service), 0)
    live = _ordered(service.primary.live, now)
    due = live[: max(len(live) - service.desired, 0)]
    due += _replaced(service, max(missing - room, 0), now) if stops else []
    return Step(
        start=min(missing, room),
        stop=[each for each in due if not _protected(each, now)],
        blocking=[each for each in due if _protected(each, now)],
    )


def _replaced(service: Service, wanted_room: int, now: float) -> list[ServiceTask]:
    """The tasks of older deployments whose time has come."""
    older = _ordered(service.older, now)
    idle = [each for each in older if each.status != "RUNNING"]
    running = [each for each in older if each.status == "RUNNING"]
    serving = len(running) + service.primary.healthy
    due = max(serving - service.desired, wanted_room - len(idle))
    spare = serving - service.configuration.least(service.desired)
    return idle + running[: max(min(due, spare), 0)]


def _ordered(tasks: Sequence[ServiceTask], now: float) -> list[ServiceTask]:
    """In the order in which they are stopped."""
    return sorted(tasks, key=lambda each: (_protected(each, now), each.status == "RUNNING", each.task.seq))


def _protected(each: ServiceTask, now: float) -> bool:
    return each.task.protected_until > now


def _taken(service: Service) -> int:
    return service.primary.taken + len(service.older)
