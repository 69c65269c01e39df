"""What the environment says, read once into frozen values; an error names the variable."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from .errors import InvalidInput
from .findings.policy import DEFAULT, Policy
from .findings.policy_file import parse

Environment = Mapping[str, str]

_DIGITS = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the ledger is, and for how long it keeps a closed task and each row of history."""

    table_name: str
    retention: timedelta

    @classmethod
    def read(cls, environment: Environment) -> "LedgerSettings":
        return cls(
            table_name=_required(environment, "LEDGER_TABLE_NAME"),
            retention=timedelta(days=_number(environment, "LEDGER_RETENTION_DAYS", 90, most=3650)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """Which clusters to sweep, by name or ARN (none for all), and how many ECS calls a second to make."""

    clusters: tuple[str, ...]
    calls_per_second: int

    @classmethod
    def read(cls, environment: Environment) -> "SweepSettings":
        named = (name.strip() for name in environment.get("CLUSTERS", "").split(","))
        return cls(
            clusters=tuple(filter(None, named)),
            calls_per_second=_number(environment, "SWEEP_CALLS_PER_SECOND", 10, most=100),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Where alerts go, chats to a topic of their own if there is one, and whether replays alert too."""

    topic_arn: str
    chat_topic_arn: str | None
    on_replay: bool

    @classmethod
    def read(cls, environment: Environment) -> "AlertSettings":
        return cls(
            topic_arn=_required(environment, "ALERT_TOPIC_ARN"),
            chat_topic_arn=environment.get("CHAT_TOPIC_ARN") or None,
            on_replay=_flag(environment, "ALERT_ON_REPLAY"),
        )


def read_policy(environment: Environment) -> Policy:
    """The policy of the file, if there is one, with the limits that the environment says itself."""
    told = _policy_file(environment.get("POLICY_FILE"))
    lead = _number(environment, "PROTECTION_LEAD_MINUTES", _minutes(told.lead), most=2880)
    limit = _number(environment, "PROTECTION_LIMIT_MINUTES", _minutes(told.protected), most=525600)
    after = _number(environment, "AFTER_EXPIRY_MINUTES", _minutes(told.after_expiry), most=1440)
    return replace(
        told,
        lead=timedelta(minutes=lead),
        protected=timedelta(minutes=limit),
        after_expiry=timedelta(minutes=after),
        transitions={**told.transitions, **_transitions(environment.get("STUCK_MINUTES", ""))},
    )


def _policy_file(name: str | None) -> Policy:
    """What the file says, which is looked for where modules are: there Lambda lays what is in a layer.

    `InvalidInput` tells of POLICY_FILE when it cannot be read.
    """
    if not name:
        return DEFAULT
    found = (path for folder in sys.path if (path := Path(folder, name)).is_file())
    try:
        return parse(next(found, Path(name)).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("POLICY_FILE", f"cannot be read: {error}") from error


def _transitions(told: str) -> Mapping[str, timedelta]:
    """Limits by state, written `PENDING=15,STOPPING=20`."""
    pairs = [pair.strip().partition("=") for pair in told.split(",") if pair.strip()]
    for state, _, _ in pairs:
        if state not in DEFAULT.transitions:
            allowed = ", ".join(DEFAULT.transitions)
            raise InvalidInput("STUCK_MINUTES", f'"{state}" is no passing state: these are {allowed}')
    limits = {state: _whole("STUCK_MINUTES", minutes, most=1440) for state, _, minutes in pairs}
    return {state: timedelta(minutes=limit) for state, limit in limits.items()}


def _required(environment: Environment, name: str) -> str:
    value = environment.get(name)
    if not value:
        raise InvalidInput(name, "is not set in the environment")
    return value


def _flag(environment: Environment, name: str) -> bool:
    value = environment.get(name, "false")
    if value not in ("true", "false"):
        raise InvalidInput(name, f'must be true or false, found "{value}"')
    return value == "true"


def _number(environment: Environment, name: str, default: int, *, most: int) -> int:
    return _whole(name, environment.get(name, str(default)), most=most)


def _whole(name: str, value: str, *, most: int) -> int:
    if not _DIGITS.fullmatch(value) or not 1 <= int(value) <= most:
        raise InvalidInput(name, f'must be a whole number from 1 to {most}, found "{value[:40]}"')
    return int(value)


def _minutes(limit: timedelta) -> int:
    return limit // timedelta(minutes=1)
