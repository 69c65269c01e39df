"""What is explored: the instance of `make explore`, and the small ones of every test run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .incidents import Alerting, changes
from .lives import lives
from .search import Found, Model, Search
from .tasks import Limits, Tasks

# Of two tasks it matters what they share: that answers are stale, or none, is explored with one.
EXACT: Mapping[str, Any] = {"errors": False, "forgets": False, "stale": False, "behind": 0}


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance by its name, and what it holds in words."""

    name: str
    holds: str
    model: Callable[[], Model]


def one_task(statuses: tuple[str, ...], **limits: Any) -> Callable[[], Tasks]:
    """A task that comes to these statuses between its start and its stop; its events come one by one."""

    def model() -> Tasks:
        life = lives(1, statuses)
        return Tasks(life, Limits(batches=[((0, version),) for version in life[0].reported], **limits))

    return model


def batches(**limits: Any) -> Callable[[], Tasks]:
    """Two tasks of two versions, whose events come in one batch to observers that know no mark yet."""
    ways = [((0, 1), (1, 1)), ((0, 2), (1, 2))]
    return lambda: Tasks(
        lives(2, ()),
        Limits(batches=ways, warm=False, **EXACT, **limits),
    )


def pages(**limits: Any) -> Callable[[], Tasks]:
    """Two tasks of two versions, and a sweep that may be out of time between them."""
    ways = [((0, 1),), ((0, 2),), ((1, 2),)]
    return lambda: Tasks(
        lives(2, ()),
        Limits(batches=ways, pages=True, **EXACT, **limits),
    )


def incident(number: int, minutes: int) -> Callable[[], Alerting]:
    """So many tasks of one service that are killed; calls fail for so many minutes."""
    return lambda: Alerting(changes(number), minutes)


SMALL = (
    Instance(
        "task",
        "a task of 2 versions, an observer, a sweep",
        one_task((), observers=1, sweeps=1, forgets=False, compared=1),
    ),
    Instance("incident", "one finding, 2 assessors and the watch, 2 minutes", incident(1, 1)),
)
FULL = (
    Instance(
        "task",
        "a task of 4 versions, 2 observers, a sweep",
        one_task(("PENDING", "RUNNING", "HEALTHY", "UNHEALTHY"), observers=2, sweeps=1),
    ),
    Instance("sweeps", "a task of 2 versions, 2 observers, 2 sweeps", one_task((), observers=2, sweeps=2)),
    Instance(
        "mark",
        "a task of 2 versions, an observer that knows no mark, a sweep",
        one_task((), observers=1, sweeps=1, warm=False),
    ),
    Instance("batch", "2 tasks of 2 versions, 2 observers of batches", batches(observers=2, sweeps=0)),
    Instance("pages", "2 tasks of 2 versions, an observer, 2 sweeps in pages", pages(observers=1, sweeps=2)),
    Instance("incident", "2 findings, 2 assessors and the watch, 2 minutes", incident(2, 1)),
)


@cache
def explored(instance: Instance) -> tuple[Model, Found]:
    """The same as `explore`, once in a process."""
    return explore(instance)


def explore(
    instance: Instance, until: float = float("inf"), progress: Callable[[Found], object] = lambda found: None
) -> tuple[Model, Found]:
    """The model, as far as it was explored, and what that came to."""
    model = instance.model()
    return model, Search(model, until, progress).run()
