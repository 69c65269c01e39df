"""What is explored: the instance of `make explore`, and the small ones of every test run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def two_tasks(**limits: int) -> Callable[[], Tasks]:
    """Two tasks of two versions, whose events come alone or in one batch, to observers that know no mark yet."""

    def model() -> Tasks:
        batches = [((0, 1),), ((1, 1),), ((0, 2), (1, 1)), ((0, 2), (1, 2))]
        return Tasks(
            lives(2, ()), Limits(batches=batches, warm=False, pages=True, errors=False, behind=1, **limits)
        )

    return model


SMALL = Instance("small", "a task of 2 versions, 2 observers, a sweep", one_task((), observers=2, sweeps=1))
FULL = (
    Instance(
        "one task",
        "a task of 4 versions, 2 observers, a sweep",
        one_task(("PENDING", "RUNNING"), observers=2, sweeps=1),
    ),
    Instance(
        "two sweeps", "a task of 2 versions, an observer, 2 sweeps", one_task((), observers=1, sweeps=2)
    ),
    Instance("two tasks", "2 tasks of 2 versions, an observer, a sweep", two_tasks(observers=1, sweeps=1)),
)

_EXPLORED: dict[str, tuple[Model, Found]] = {}


def explored(instance: Instance) -> Model:
    """The model of an instance that was explored once in this process, whose search found nothing wrong."""
    model, found = search(instance)
    assert found.wrong == "", (found.wrong, found.path)
    return model


def search(instance: Instance) -> tuple[Model, Found]:
    if instance.name not in _EXPLORED:
        model = instance.model()
        _EXPLORED[instance.name] = model, Search(model).run()
    return _EXPLORED[instance.name]
