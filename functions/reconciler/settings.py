"""What the environment says, read once into frozen values; an error names the variable.

The stack sets each variable and checks it against what is allowed: no default and no limit is repeated here.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from .errors import InvalidInput
from .findings.policy import DEFAULT, Policy
from .findings.policy_file import parse
from .parsing.home import Home

Environment = Mapping[str, str]

_DIGITS = re.compile("[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the ledger is, and for how long it keeps a closed task and each row of history.

    `calls_per_second` is how often ECS may be asked, None for as often as need be. `home` is the account and
    Region that it is for, None for any.
    """

    table_name: str
    retention: timedelta
    calls_per_second: int | None = None
    home: Home | None = None

    @classmethod
    def read(cls, environment: Environment) -> "LedgerSettings":
        return cls(
            table_name=_required(environment, "LEDGER_TABLE_NAME"),
            retention=timedelta(days=_number(environment, "LEDGER_RETENTION_DAYS")),
            calls_per_second=_number(environment, "CALLS_PER_SECOND")
            if "CALLS_PER_SECOND" in environment
            else None,
            home=_home(environment),
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
            calls_per_second=_number(environment, "SWEEP_CALLS_PER_SECOND"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Where alerts are published; for chats to a topic of their own if there is one."""

    topic_arn: str
    chat_topic_arn: str | None

    @classmethod
    def read(cls, environment: Environment) -> "AlertSettings":
        return cls(
            topic_arn=_required(environment, "ALERT_TOPIC_ARN"),
            chat_topic_arn=environment.get("CHAT_TOPIC_ARN") or None,
        )


def read_alert_on_replay(environment: Environment) -> bool:
    """Whether changes that an EventBridge replay brought are alerted of too."""
    value = _required(environment, "ALERT_ON_REPLAY")
    if value not in ("true", "false"):
        raise InvalidInput("ALERT_ON_REPLAY", f'must be true or false, found "{value[:40]}"')
    return value == "true"


def read_policy(environment: Environment) -> Policy:
    """The policy of the file, or the default, with the limit that the environment sets itself."""
    policy = _policy_file(environment.get("POLICY_FILE"))
    if "PROTECTION_LEAD_MINUTES" not in environment:
        return policy
    return replace(policy, protection_lead=timedelta(minutes=_number(environment, "PROTECTION_LEAD_MINUTES")))


def _home(environment: Environment) -> Home | None:
    """Both or neither: half of it would refuse nothing, or everything."""
    if "LEDGER_ACCOUNT" not in environment and "LEDGER_REGION" not in environment:
        return None
    return Home(_required(environment, "LEDGER_ACCOUNT"), _required(environment, "LEDGER_REGION"))


def _policy_file(name: str | None) -> Policy:
    """The file's policy, which is looked for where modules are: there Lambda lays what is in a layer.

    `InvalidInput` names POLICY_FILE when it cannot be read.
    """
    if not name:
        return DEFAULT
    found = (path for folder in sys.path if (path := Path(folder, name)).is_file())
    try:
        return parse(next(found, Path(name)).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("POLICY_FILE", f"cannot be read: {error}") from error


def _required(environment: Environment, name: str) -> str:
    value = environment.get(name)
    if not value:
        raise InvalidInput(name, "is not set in the environment")
    return value


def _number(environment: Environment, name: str) -> int:
    value = _required(environment, name)
    if not _DIGITS.fullmatch(value) or not int(value):
        raise InvalidInput(name, f'must be a whole number above zero, found "{value[:40]}"')
    return int(value)
