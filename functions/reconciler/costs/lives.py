"""What one life costs on Fargate, or why there is no amount.

Billed is from the start of the image pull until the task has stopped, each second that began, at least a
minute, or five on Windows; what it asks for, whatever it uses:

    seconds/3600 x (vCPU x its price + GB x its price + GiB of storage above 20 x its price)

So a task that failed before the pull cost nothing. What is not known is `Unpriced`, never 0 and never by
another's price: of EC2 the instance has a price, and a task has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .. import arns
from ..model.task import TaskState
from .platform import Launch, Platform, is_early, launch_of, platform_of
from .prices import PricesByRegion, price
from .usd import dollars, units

_SECOND: Final = timedelta(seconds=1)
_LEAST = {Platform.WINDOWS: 300}  # seconds; of all else 60
_UNITS: Final = 1024  # of a vCPU, and MiB of a GB
_STORAGE_INCLUDED: Final = 20


class Reason(StrEnum):
    """Why a life has no price."""

    NOT_ON_FARGATE = "NOT_ON_FARGATE"
    LAUNCH_UNKNOWN = "LAUNCH_UNKNOWN"
    SIZE_UNKNOWN = "SIZE_UNKNOWN"
    TIMES_UNKNOWN = "TIMES_UNKNOWN"
    PLATFORM_UNKNOWN = "PLATFORM_UNKNOWN"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why there is no amount, and with PRICE_UNKNOWN which `keys` of the policy file would make it one."""

    reason: Reason
    keys: tuple[str, ...] = ()


Cost = Decimal | Unpriced


def cost_of(state: TaskState, end: datetime | None, own: PricesByRegion) -> Cost:
    """What the life has cost until its end, or until any time while it lasts; None is an end nobody knows.

    `own` are the policy's prices. Rounded once, to 10^-12 dollars.
    """
    launch = launch_of(state)
    if launch is None or launch is Launch.ELSEWHERE:
        return Unpriced(Reason.NOT_ON_FARGATE if launch else Reason.LAUNCH_UNKNOWN)
    # Entries of version 0.1.0 have neither size nor times: there a pull that is not known has not cost 0.
    if state.cpu is None or state.memory is None:
        return Unpriced(Reason.SIZE_UNKNOWN)
    lasted = _lasted(state, end)
    if lasted is None:
        return Unpriced(Reason.TIMES_UNKNOWN)
    return _billed(state, launch, lasted, own) if state.pull_started_at else Decimal(0)


def _billed(state: TaskState, launch: Launch, lasted: timedelta, own: PricesByRegion) -> Cost:
    platform = platform_of(state)
    not_offered = launch is Launch.SPOT and platform is Platform.WINDOWS
    if platform is None or not_offered:
        return Unpriced(Reason.PLATFORM_UNKNOWN)
    asked = _asked(state, f"{launch}{platform}")
    if asked is None:
        return Unpriced(Reason.SIZE_UNKNOWN)
    seconds = max(_LEAST.get(platform, 60), -(-lasted // _SECOND))
    return _priced(asked, seconds, arns.region(state.cluster_arn) or "", own)


def _lasted(state: TaskState, end: datetime | None) -> timedelta | None:
    """For how long it is billed; no time where nothing was pulled, None where the times do not say."""
    begin = state.pull_started_at
    if end is None or (begin is None and _has_run(state)):
        return None
    lasted = end - (begin or end)
    return lasted if lasted >= timedelta(0) else None


def _has_run(state: TaskState) -> bool:
    """Whether its image must have been pulled, whatever its times say."""
    ended = any(container.exit_code is not None for container in state.containers)
    return ended or state.started_at is not None or state.last_status == "RUNNING"


def _asked(state: TaskState, prefix: str) -> Mapping[str, int] | None:
    """What it asks for, by the key of its price, in 1024ths of what the price is for; None where unknown."""
    storage = state.ephemeral_storage
    if storage is None and is_early(state):
        storage = 0
    if state.cpu is None or state.memory is None or storage is None:
        return None
    asked = {f"{prefix}vcpu": state.cpu, f"{prefix}gb": state.memory}
    if prefix == Platform.WINDOWS:
        asked["windows_licence_vcpu"] = state.cpu
    if storage > _STORAGE_INCLUDED:
        asked["storage_gb"] = (storage - _STORAGE_INCLUDED) * _UNITS
    return asked


def _priced(asked: Mapping[str, int], seconds: int, region: str, own: PricesByRegion) -> Cost:
    prices = {key: price(region, key, own) for key in asked}
    missing = tuple(f"prices.{region}.{key}" for key, found in prices.items() if found is None)
    if missing:
        return Unpriced(Reason.PRICE_UNKNOWN, missing)
    hourly = sum(units(found) * asked[key] for key, found in prices.items() if found is not None)
    dividend, divisor = hourly * seconds, 3600 * _UNITS
    return dollars((2 * dividend + divisor) // (2 * divisor))
