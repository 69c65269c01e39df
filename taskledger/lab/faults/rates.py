"""How bad a day is: the rate of each fault, drawn from the seed, so that no two accounts are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...simulator.engine.chance import seeded
from ...simulator.faults.api import ApiChance
from ...simulator.faults.delivery import DeliveryChance
from .kinds import OF_RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .kinds import Fault

_SELDOM = (0, 0, 0.02, 0.1, 0.3)
_OFTEN = (0, 0.1, 0.3, 0.5)
_A_LITTLE = (0, 0.005, 0.02, 0.05)
LAG = 300  # for which ECS's documentation advises to ask again


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """From 0 to 1: of events, of calls of ECS, or of runs.

    `batch` is how many messages a run gets at most, `page` how much a page of a list holds. A stale answer is
    of before a task's last changes, as long as these are no older than `LAG` seconds.
    """

    delivery: DeliveryChance
    api: ApiChance
    runs: Mapping[Fault, float]
    slow: float
    changed_events: float
    changed_answers: float
    out_of_time: float
    batch: int
    page: int


WELL = Rates(
    delivery=DeliveryChance(),
    api=ApiChance(),
    runs={},
    slow=0,
    changed_events=0,
    changed_answers=0,
    out_of_time=0,
    batch=100,
    page=100,
)


def drawn(seed: int) -> Rates:
    chance = seeded("rates", seed)
    return Rates(
        delivery=DeliveryChance(
            drop=chance.choice((*_SELDOM, 0.9)),
            duplicate=chance.choice(_OFTEN),
            reorder=chance.choice(_OFTEN),
            delay=chance.choice(_SELDOM),
            delay_seconds=1200,
            seed=seed,
        ),
        api=ApiChance(
            throttle={"*": chance.choice(_SELDOM)},
            stale=chance.choice(_OFTEN),
            stale_versions=chance.randint(1, 3),
            seed=seed,
        ),
        runs={fault: chance.choice(_SELDOM) / 2 for fault in OF_RUNS},
        slow=chance.choice(_A_LITTLE),
        changed_events=chance.choice(_A_LITTLE),
        changed_answers=chance.choice((0, *_A_LITTLE[:3])),
        out_of_time=chance.choice(_OFTEN),
        batch=chance.choice((1, 10, 100)),
        page=chance.choice((5, 30, 100)),
    )
