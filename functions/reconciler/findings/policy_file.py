"""The policy as a file says it, in TOML, and as a document of JSON; docs/alerts.md explains each key.

    [minutes]                       [[severity]]              [[exitCodes]]         [[ignore]]  [[mute]]
    protectionLead = 15             kind = "UNKNOWN_STOP"     family = "nightly-*"  a scope     a scope
    [stuckMinutes]                  severity = "low"          fine = [3]                        until = a time
    PENDING = 20
    [services]                      [[runbook]]               [[team]]          [[logs]]
    stalled_failed_tasks = 3        cause = "IMAGE_PULL"      service = "cart"  service = "cart"
    [alerts]                        url = "https://..."       name = "shop"     groups = ["/ecs/cart"]
    max_messages_per_hour = 30
    [prices.eu-central-1]
    spot_vcpu = 0.0151

A document of an earlier version, which lacks what it did not know, is read as well. `policy_rules` has the
rules. `InvalidInput` names the wrong key and what is allowed there.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ..costs.prices import KEYS, MOST_DECIMALS
from ..errors import InvalidInput
from .policy import DEFAULT, Policy
from .policy_rules import RULES, Table, only, read_rules, rule_tables, wrong

_MINUTE = timedelta(minutes=1)
# Key, the field of Policy that it sets, and the most minutes allowed.
_MINUTES = {
    "protectionLead": ("protection_lead", 2880),
    "protectionLimit": ("protection_limit", 525_600),
    "afterExpiry": ("after_expiry", 1440),
    "resolve": ("resolve", 1440),
    "remind": ("remind", 10_080),
    "digest": ("digest", 1440),
}
# The same of services; a key without the unit in its name is a number of tasks.
_SERVICES = {
    "below_desired_minutes": ("below_desired", 1440),
    "stalled_failed_tasks": ("stalled_failed_tasks", 1000),
    "stalled_minutes": ("stalled", 10_080),
    "scale_in_blocked_minutes": ("scale_in_blocked", 10_080),
}
_ALERTS = {"max_messages_per_hour": 100_000}
_TABLES = ("minutes", "stuckMinutes", "services", "alerts", "prices")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_HIGHEST_PRICE = 100  # of which floats hold all decimals that a price may have
_MOST_DIGITS = 1000
_DIGITS = re.compile(rf"\d[\d_]{{{_MOST_DIGITS},}}")


def parse(text: str) -> Policy:
    """The policy of a file; what it leaves out is as in `policy.DEFAULT`."""
    return read_document(_toml(text))


def _toml(text: str) -> Table:
    import tomllib  # noqa: PLC0415 - no start of a function that has no such file should pay for it

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("policy", f"is not TOML: {error}") from error
    except ValueError as error:  # too many digits for Python; fewer are refused by their key
        shorter = _DIGITS.sub(lambda found: found[0][:_MOST_DIGITS].rstrip("_"), text)
        if shorter == text:
            raise InvalidInput("policy", f"cannot be read: {error}") from error
        read_document(_toml(shorter))
        raise InvalidInput("policy", f"has a number of more than {_MOST_DIGITS} digits") from error
    except RecursionError as error:
        raise InvalidInput("policy", "is nested too deeply") from error


def policy_document(policy: Policy) -> dict[str, Any]:
    """All that is in force, in the keys and units of the file, as JSON can hold it."""
    return {
        "minutes": {key: getattr(policy, name) // _MINUTE for key, (name, _) in _MINUTES.items()},
        "stuckMinutes": {state: limit // _MINUTE for state, limit in policy.stuck_after.items()},
        "services": {key: _whole(getattr(policy, name)) for key, (name, _) in _SERVICES.items()},
        "alerts": {key: getattr(policy, key) for key in _ALERTS},
        "prices": {
            region: {key: float(one) for key, one in prices.items()}
            for region, prices in policy.prices.items()
        },
        **rule_tables(policy),
    }


def read_document(document: Table) -> Policy:
    """The policy of a document; that of a policy's own document is the same policy again."""
    if not isinstance(document, Mapping):
        raise wrong("policy", "a table", document)
    only(document, (*_TABLES, *RULES), "")
    minutes = _numbers(document, "minutes", {key: most for key, (_, most) in _MINUTES.items()})
    stuck = _numbers(document, "stuckMinutes", dict.fromkeys(DEFAULT.stuck_after, 1440))
    services = _numbers(document, "services", {key: most for key, (_, most) in _SERVICES.items()})
    limits: dict[str, Any] = {_MINUTES[key][0]: number * _MINUTE for key, number in minutes.items()}
    for key, number in services.items():
        limits[_SERVICES[key][0]] = number * _MINUTE if key.endswith("_minutes") else number
    limits |= _numbers(document, "alerts", _ALERTS)
    limits["prices"] = _prices(document)
    stuck_after = {state: number * _MINUTE for state, number in stuck.items()}
    return Policy(**limits, stuck_after={**DEFAULT.stuck_after, **stuck_after}, **read_rules(document))


def _whole(limit: timedelta | int) -> int:
    return limit if isinstance(limit, int) else limit // _MINUTE


def _numbers(document: Table, name: str, most: Mapping[str, int]) -> dict[str, int]:
    """The numbers of a table, each a whole one up to the most that is allowed for its key."""
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise wrong(name, f"a table, written [{name}]", table)
    only(table, most, f"{name}.")
    for key, value in table.items():
        if type(value) is not int or not 1 <= value <= most[key]:
            raise wrong(f"{name}.{key}", f"a whole number from 1 to {most[key]}", value)
    return dict(table)


def _prices(document: Table) -> dict[str, dict[str, Decimal]]:
    """The prices of each Region, as they are written."""
    regions = document.get("prices", {})
    if not isinstance(regions, Mapping):
        raise wrong("prices", "a table of Regions, each written [prices.REGION]", regions)
    return {region: _of_region(f"prices.{region}", region, table) for region, table in regions.items()}


def _of_region(at: str, region: str, table: object) -> dict[str, Decimal]:
    if not _REGION.fullmatch(region):
        raise wrong("prices", "a table of Regions, such as [prices.eu-central-1]", region)
    if not isinstance(table, Mapping):
        raise wrong(at, f"a table, written [{at}]", table)
    only(table, KEYS, f"{at}.")
    return {key: _price(f"{at}.{key}", value) for key, value in table.items()}


def _price(at: str, value: object) -> Decimal:
    """A float's shortest text is what was written, as long as that has no more than 15 digits."""
    if type(value) in (int, float) and 0 <= value <= _HIGHEST_PRICE:  # type: ignore[operator]  # as it is a number
        price = Decimal(repr(value))
        if price == round(price, MOST_DECIMALS):
            return price
    allowed = f"US dollars an hour from 0 to {_HIGHEST_PRICE}, with at most {MOST_DECIMALS} decimals"
    raise wrong(at, allowed, value)
