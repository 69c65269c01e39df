"""What the functions that judge and report are given: the policy, and where alerts go."""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from ..errors import InvalidInput
from ..findings.policy import DEFAULT, Policy
from ..findings.policy_file import parse
from .variables import Environment, number, required


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Where alerts are published; for chats to a topic of their own if there is one."""

    topic_arn: str
    chat_topic_arn: str | None

    @classmethod
    def read(cls, environment: Environment) -> "AlertSettings":
        return cls(
            topic_arn=required(environment, "ALERT_TOPIC_ARN"),
            chat_topic_arn=environment.get("CHAT_TOPIC_ARN") or None,
        )


def read_alert_on_replay(environment: Environment) -> bool:
    """Whether changes that an EventBridge replay brought are alerted of too."""
    value = required(environment, "ALERT_ON_REPLAY")
    if value not in ("true", "false"):
        raise InvalidInput("ALERT_ON_REPLAY", f'must be true or false, found "{value[:40]}"')
    return value == "true"


def read_policy(environment: Environment) -> Policy:
    """The policy of the file, or the default, with the limit that the environment sets itself."""
    policy = _policy_file(environment.get("POLICY_FILE"))
    if "PROTECTION_LEAD_MINUTES" not in environment:
        return policy
    return replace(policy, protection_lead=timedelta(minutes=number(environment, "PROTECTION_LEAD_MINUTES")))


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
