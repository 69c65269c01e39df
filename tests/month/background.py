"""What an account does all day, none of which is wrong: it deploys, scales, restarts and runs its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskledger.simulator.engine.chance import seeded

from .scripts import HOUR, release, restart, scale, start_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from .account import Account, Service

    Busy = Callable[[str, datetime], bool]

_CLEANERS = 3


def deployments(account: Account, service: Service, busy: Busy) -> Iterator[float]:
    """A deployment that succeeds every two days, in which something may be restarted as well."""
    chance = seeded("deployments", account.seed, service.name)
    while True:
        yield chance.uniform(24, 72) * HOUR
        if not busy(service.owner, account.clock.now):
            release(account, service)
            yield HOUR
        if not busy(service.owner, account.clock.now):
            restart(account, service, "by hand")


def scaling(account: Account, service: Service, busy: Busy) -> Iterator[float]:
    """One task more during the day."""
    chance = seeded("scaling", account.seed, service.name)
    while True:
        yield chance.uniform(7, 9) * HOUR
        scaled = not busy(service.owner, account.clock.now)
        if scaled:
            scale(account, service, service.desired + 1)
        yield 10 * HOUR
        while scaled and busy(service.owner, account.clock.now):
            yield HOUR
        if scaled:
            scale(account, service, service.desired - 1)
        yield 24 * HOUR - (account.clock.epoch % (24 * HOUR))


def cleaning(account: Account, cluster: str) -> Iterator[float]:
    """Standalone tasks that end with 0, every six hours."""
    while True:
        yield 6 * HOUR
        account.play(start_run(account, cluster, ["cleanup"], [(300, 0)] * _CLEANERS))
