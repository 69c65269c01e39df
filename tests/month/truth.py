"""What goes wrong in a month, and what a careful colleague would say of it.

A trouble is a row of the table: what its matters may appear as, who has to hear and how soon, and how many
messages all of its matters may take in a month and in the worst week. Severity None: the daily digest does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

Fault = tuple[str, str | None]  # kind and cause

EXIT: Fault = ("ESSENTIAL_CONTAINER_FAILED", "EXIT_CODE")
MEMORY: Fault = ("ESSENTIAL_CONTAINER_FAILED", "OUT_OF_MEMORY")
PULL: Fault = ("TASK_FAILED_TO_START", "IMAGE_PULL")
SPOT: Fault = ("CAPACITY_INTERRUPTED", "SPOT")
MAINTENANCE: Fault = ("CAPACITY_INTERRUPTED", "MAINTENANCE")
PLACEMENT: Fault = ("SERVICE_IMPAIRED", "PLACEMENT")
BREAKER: Fault = ("DEPLOYMENT_FAILED", "CIRCUIT_BREAKER")
STALLED: Fault = ("DEPLOYMENT_FAILED", "STALLED")
EXPIRED: Fault = ("PROTECTION_EXPIRED", None)
BELOW: tuple[Fault, ...] = (("SERVICE_IMPAIRED", "START_IMPAIRED"), ("SERVICE_IMPAIRED", "BELOW_DESIRED"))

_AFTER = timedelta(minutes=40)  # a service that waits longer and longer between its tries is whole again
_LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`faults` begins with what it is; the others are how it may show as well.

    Somebody has to hear at least at `severity` and `within` that time: of its begin, or of the first fault of
    so many owners. `month` and `week` are 0 where only the digest is to list it.
    """

    name: str
    faults: tuple[Fault, ...]
    month: int
    week: int
    severity: str | None = None
    within: timedelta = timedelta(minutes=5)
    owners: int = 1


LEAK = Trouble(
    name="leak: 1 of 10 tasks every 5 h",
    faults=(MEMORY,),
    severity="medium",
    within=timedelta(days=1),
    month=12,
    week=7,
)
BATCH = Trouble(
    name="batch of 500 a night, 5 fail",
    faults=(EXIT,),
    severity="medium",
    within=timedelta(minutes=90),
    month=30,
    week=7,
)
OUTAGE = Trouble(
    name="registry outage, 20 services",
    faults=(PULL, *BELOW),
    severity="high",
    within=timedelta(seconds=60),
    owners=3,
    month=4,
    week=4,
)
LOOP = Trouble(
    name="crash loop of 6 h, none runs",
    faults=(EXIT, *BELOW),
    severity="high",
    month=5,
    week=5,
)
CRASH = Trouble(name="single crash that heals", faults=(EXIT,), month=0, week=0)
STOP = Trouble(name="Spot, maintenance of one task", faults=(SPOT, MAINTENANCE), month=0, week=0)
SWARM = Trouble(
    name="600 stops of one cause",
    faults=(EXIT,),
    severity="medium",
    within=timedelta(minutes=10),
    owners=10,
    month=15,
    week=15,
)
ROLLED_BACK = Trouble(
    name="deployment rolled back",
    faults=(BREAKER, EXIT, STALLED, *BELOW),
    severity="high",
    within=timedelta(minutes=10),
    month=9,
    week=6,
)
STUCK = Trouble(
    name="deployment without breaker",
    faults=(STALLED, EXIT, *BELOW),
    severity="high",
    within=timedelta(minutes=10),
    month=5,
    week=5,
)
NO_PLACE = Trouble(
    name="no place for 3 of 6 tasks, 2 h",
    faults=(PLACEMENT, *BELOW),
    severity="medium",
    within=timedelta(minutes=15),
    month=4,
    week=4,
)
SPOT_STORM = Trouble(
    name="Spot takes all, none runs 30 min",
    faults=(SPOT, PLACEMENT, *BELOW),
    severity="high",
    month=5,
    week=5,
)
UNRENEWED = Trouble(
    name="protection not renewed",
    faults=(EXPIRED, ("PROTECTION_EXPIRING", None)),
    severity="medium",
    within=timedelta(minutes=20),
    month=3,
    week=3,
)
FLAPPING = Trouble(
    name="down for 5 min 8 times a day",
    faults=(EXIT, *BELOW),
    severity="high",
    month=8,
    week=8,
)
DAILY = Trouble(
    name="out of memory once a day",
    faults=(MEMORY,),
    severity="medium",
    within=timedelta(days=3),
    month=12,
    week=6,
)
TROUBLES = (
    LEAK,
    BATCH,
    OUTAGE,
    LOOP,
    CRASH,
    STOP,
    SWARM,
    ROLLED_BACK,
    STUCK,
    NO_PLACE,
    SPOT_STORM,
    UNRENEWED,
    FLAPPING,
    DAILY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that goes wrong, from its first fault to its last; owners are groups, as ECS names them."""

    trouble: Trouble
    cluster: str
    owners: frozenset[str]
    begins: datetime
    ends: datetime

    def covers(self, cluster: str, owner: str, at: datetime) -> bool:
        """Whether a fault of that owner at that time is of this matter."""
        return cluster == self.cluster and owner in self.owners and self.is_on(at)

    def is_on(self, at: datetime) -> bool:
        """Whether it goes on at that time, or its owners are still on the way back."""
        return self.begins <= at <= self.ends + _AFTER

    def disturbs(self, owner: str, at: datetime) -> bool:
        """Whether something else of this owner would be mistaken for it at that time."""
        near = self.begins - timedelta(hours=1) <= at <= self.ends + timedelta(hours=2)
        return self.ends - self.begins < _LONG and owner in self.owners and near
