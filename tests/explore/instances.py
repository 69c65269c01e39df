"""What is explored: the instance of `make explore`, and the small ones of every test run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .incidents import Alerting, changes
from .lives import lives
from .search import Found, Model, Search
from .tasks import Limits, Tasks


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance by its name, and what it holds in words."""

    name: str
    holds: str
    model: Callable[[], Model]


def one_task(statuses: tuple[str, ...], **limits: int) -> Callable[[], Tasks]:
    """A task that comes to these statuses between its start and its stop; its events come one by one."""

    def model() -> Tasks:
        life = lives(1, statuses)
        return Tasks(life, Limits(batches=[((0, version),) for version in life[0].versions], **limits))

    return model


def batches(**limits: int) -> Callable[[], Tasks]:
    """Two tasks of two versions, whose events come alone or in one batch, to observers that know no mark yet."""
    ways = [((0, 1),), ((0, 1), (1, 1)), ((0, 2), (1, 2))]
    return lambda: Tasks(
        lives(2, ()), Limits(batches=ways, warm=False, errors=False, forgets=False, stale=False, behind=1, **limits)
    )


def pages(**limits: int) -> Callable[[], Tasks]:
    """Two tasks of two versions, and a sweep that may be out of time between them."""
    ways = [((place, version),) for place in (0, 1) for version in (1, 2)]
    return lambda: Tasks(
        lives(2, ()), Limits(batches=ways, pages=True, errors=False, forgets=False, stale=False, behind=1, **limits)
    )


def incident(number: int, minutes: int) -> Callable[[], Alerting]:
    """So many tasks of one service that are killed; calls fail for so many minutes."""
    return lambda: Alerting(changes(number), minutes)


SMALL = (
    Instance("task", "a task of 2 versions, an observer, a sweep", one_task((), observers=1, sweeps=1)),
    Instance("incident", "one finding, 2 assessors and the watch, 2 minutes", incident(1, 1)),
)
FULL = (
    Instance(
        "task",
        "a task of 4 versions, 2 observers, a sweep",
        one_task(("PENDING", "RUNNING"), observers=2, sweeps=1),
    ),
    Instance("sweeps", "a task of 2 versions, 2 observers, 2 sweeps", one_task((), observers=2, sweeps=2)),
    Instance(
        "batch", "2 tasks of 2 versions, an observer of batches, a sweep", batches(observers=1, sweeps=1)
    ),
    Instance("pages", "2 tasks of 2 versions, an observer, 2 sweeps of pages", pages(observers=1, sweeps=2)),
    Instance("incident", "2 findings, 2 assessors and the watch, 2 minutes", incident(2, 1)),
)


def explore(
    instance: Instance, until: float = float("inf"), progress: Callable[[Found], object] = lambda found: None
) -> tuple[Model, Found]:
    """The model, as far as it was explored, and what that came to."""
    model = instance.model()
    return model, Search(model, until, progress).run()
