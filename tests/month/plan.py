"""The account and its month: what goes wrong on which day, by the seed.

A day has the same matters in whichever span it is played, so that the worst week can be played alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from taskledger.simulator.engine.chance import seeded

from . import background, scripts, truth
from .account import Account, Service
from .truth import Matter

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

    from .truth import Trouble

    Script = Callable[[Account], Iterator[float]]

FIRST = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
MONTH, WORST_WEEK = range(30), range(7, 14)
SETTLED = timedelta(hours=30)  # in which nothing more goes wrong, so that what is open can end
CRASHES, STOPS, JOBS, FAILED_JOBS, TENANTS = 50, 170, 500, 5, 600  # a month, a month, a night, a night, once
SHOP = {
    "catalog": 10, "checkout": 4, "payments": 4, "search": 3, "login": 2, "gateway": 3, "billing": 3,
    "worker": 3, "orders": 2, "stock": 2, "prices": 2, "reviews": 2, "mails": 2, "invoices": 2, "accounts": 2,
    "baskets": 2, "cart": 3, "images": 3, "exports": 3, "feeds": 3,
}  # fmt: skip
PLATFORM = {"imports": 3, "metrics": 2, "events": 3, "reports": 3}
TAKEN = "exports"  # all of it at once, by Spot
ON_SPOT = ("cart", "images", "feeds", "imports", "events", "reports")
CRASHING = (
    "orders", "stock", "prices", "reviews", "mails", "invoices", "accounts", "baskets", "metrics", "billing",
    "worker", "feeds",
)  # fmt: skip # each once a week, and nothing else makes them exit
STOP_REASONS = (*[scripts.INTERRUPTED] * 4, scripts.RETIRED)
SCALED = ("orders", "prices", "cart", "images", "imports", "reports")


@dataclass(frozen=True, slots=True)
class Planned:
    """A matter with the script that makes it, and when that begins: the matter can come later."""

    matter: Matter
    at: datetime
    script: Script


def account(seed: int, start: datetime, *, always: bool = False) -> Account:
    """The account with its services, before anything happens in it."""
    made = Account(seed=seed, start=start, always=always)
    for cluster, desired in (("shop", SHOP), ("platform", PLATFORM), ("jobs", {})):
        made.ecs.call("CreateCluster", {"clusterName": cluster})
        for name, count in desired.items():
            made.create(Service(name=name, cluster=cluster, desired=count, spot=name in (*ON_SPOT, TAKEN)))
    return made


def play(seed: int, days: range) -> tuple[Account, Sequence[Matter]]:
    """The account after these days and until what they brought is over, and what went wrong in them."""
    made, matters = begin(seed, days)
    made.run_until(FIRST + timedelta(days=days.stop) + SETTLED)
    return made, matters


def begin(seed: int, days: range, *, always: bool = False) -> tuple[Account, Sequence[Matter]]:
    """The account with all that is to happen in it, and what of that is wrong."""
    start, end = FIRST + timedelta(days=days.start), FIRST + timedelta(days=days.stop)
    made = account(seed, start, always=always)
    planned = plan(seed, days)
    for each in planned:
        made.play(each.script(made), each.at)
    matters = [each.matter for each in planned]

    def busy(owner: str, at: datetime) -> bool:
        return at > end or any(one.disturbs(owner, at) for one in matters)

    for service in made.services.values():
        made.play(background.deployments(made, service, busy))
        if service.name in SCALED:
            made.play(background.scaling(made, service, busy))
    made.play(background.cleaning(made, "platform"))
    return made, matters


def plan(seed: int, days: range) -> Sequence[Planned]:
    """What goes wrong in these days, in the order in which it begins."""
    planned = [*_all_along(days), *chain.from_iterable(_alone(seed, day) for day in days)]
    for day in days:
        planned += _small(seed, day, [each.matter for each in planned])
    return sorted(planned, key=lambda each: each.at)


def _all_along(days: range) -> Iterator[Planned]:
    """What returns as long as the days last."""
    last = _at(days.stop - 1, 18)
    yield _of(truth.LEAK, "catalog", _at(days.start, 2.5), last, scripts.leak)
    daily = partial(scripts.leak, every=24 * scripts.HOUR)
    yield _of(truth.DAILY, "search", _at(days.start, 15.2), last, daily)
    yield from (_night(day) for day in days)


def _alone(seed: int, day: int) -> Iterator[Planned]:
    """The large ones of the day, up to half an hour earlier or later by the seed."""
    for number, (trouble, name, when, hours, script) in enumerate(_LARGE):
        if when // 24 == day:
            shift = seeded("large", seed, number).uniform(-0.5, 0.5)
            begins = _at(0, when + shift)
            yield _of(trouble, name, begins, begins + timedelta(hours=hours), script)
    if day == 8:
        yield _outage(seed, _at(day, 9.4))
    if day == 9:
        yield _unrenewed(_at(day, 14))
    if day == 10:
        yield _swarm(seed, _at(day, 11))


_LARGE = (
    (truth.ROLLED_BACK, "checkout", 7 * 24 + 10, 0.3, scripts.roll_back),
    (truth.NO_PLACE, "billing", 7 * 24 + 15, 2, scripts.scale_without_place),
    (truth.LOOP, "payments", 9 * 24 + 3.5, 6, scripts.crash_loop),
    (truth.FLAPPING, "login", 10 * 24 + 4, 18, scripts.flap),
    (truth.STUCK, "gateway", 11 * 24 + 10, 2, scripts.get_stuck),
    (truth.SPOT_STORM, TAKEN, 11 * 24 + 16, 0.5, scripts.take_all),
    (truth.ROLLED_BACK, "checkout", 12 * 24 + 10, 0.3, scripts.roll_back),
    (truth.ROLLED_BACK, "checkout", 20 * 24 + 10, 0.3, scripts.roll_back),
)  # hours from the first day's midnight, and how long it lasts


def _small(seed: int, day: int, others: Sequence[Matter]) -> Iterator[Planned]:
    """The single stops of the day, apart from what else goes wrong with their services."""
    for number in _numbers(CRASHES, day):
        chance, name = seeded("crash", seed, number), CRASHING[number % len(CRASHING)]
        at = _free(name, chance, day, others)
        yield _of(truth.CRASH, name, at, at, scripts.crash)
    for number in _numbers(STOPS, day):
        chance, name = seeded("stop", seed, number), ON_SPOT[number % len(ON_SPOT)]
        at, why = _free(name, chance, day, others), STOP_REASONS[number % len(STOP_REASONS)]
        yield _of(truth.STOP, name, at, at, partial(scripts.lose, why=why))


def _free(name: str, chance: random.Random, day: int, others: Sequence[Matter]) -> datetime:
    """A time of the day at which nothing else is wrong with the service."""
    at = _at(day, chance.uniform(0.5, 23.5))
    while any(one.disturbs(f"service:{name}", at) for one in others):
        at = _at(day, chance.uniform(0.5, 23.5))
    return at


def _outage(seed: int, begins: datetime) -> Planned:
    """The services come in any order, so that none is among the first by its name."""
    names = seeded("outage", seed).sample(sorted(SHOP), len(SHOP))
    owners = frozenset(f"service:{name}" for name in names)
    ends = begins + timedelta(minutes=40)
    matter = Matter(trouble=truth.OUTAGE, cluster="shop", owners=owners, begins=begins, ends=ends)
    return Planned(matter, begins, lambda a: scripts.outage(a, [a.services[one] for one in names], matter))


def _unrenewed(expires: datetime) -> Planned:
    protected = timedelta(hours=1)
    warned = expires - timedelta(minutes=15)
    ends = expires + timedelta(hours=1)
    planned = _of(truth.UNRENEWED, "worker", warned, ends, partial(scripts.forget_protection, minutes=60))
    return Planned(planned.matter, expires - protected, planned.script)


def _night(day: int) -> Planned:
    """A batch, of which a few tasks fail."""
    chance, begins = seeded("night", day), _at(day, 2)
    failed = frozenset(chance.sample(range(JOBS), FAILED_JOBS))
    lives = [(5 * chance.randint(60, 480), int(number in failed)) for number in range(JOBS)]
    ends, family = begins + timedelta(minutes=50), "nightly-import"
    owners = frozenset((f"family:{family}",))
    matter = Matter(trouble=truth.BATCH, cluster="platform", owners=owners, begins=begins, ends=ends)
    return Planned(matter, begins, lambda a: scripts.start_run(a, "platform", [family], lives))


def _swarm(seed: int, begins: datetime) -> Planned:
    """A task of each of many families, and all of them fail alike."""
    chance = seeded("tenants", seed)
    families = [f"tenant-{number:03}" for number in range(TENANTS)]
    lives = [(5 * chance.randint(2, 36), 1) for _ in families]
    owners = frozenset(f"family:{family}" for family in families)
    ends = begins + timedelta(minutes=15)
    matter = Matter(trouble=truth.SWARM, cluster="jobs", owners=owners, begins=begins, ends=ends)
    return Planned(matter, begins, lambda a: scripts.start_run(a, "jobs", families, lives))


def _of(
    trouble: Trouble,
    name: str,
    begins: datetime,
    ends: datetime,
    script: Callable[[Account, Service, Matter], Iterator[float]],
) -> Planned:
    cluster = "shop" if name in SHOP else "platform"
    owners = frozenset((f"service:{name}",))
    matter = Matter(trouble=trouble, cluster=cluster, owners=owners, begins=begins, ends=ends)
    return Planned(matter, begins, lambda a: script(a, a.services[name], matter))


def _numbers(a_month: int, day: int) -> range:
    """Which of so many a month are of that day."""
    return range(a_month * day // len(MONTH), a_month * (day + 1) // len(MONTH))


def _at(day: float, hour: float) -> datetime:
    return FIRST + timedelta(days=day, hours=hour)
