"""What one deployment chooses, read from the CDK context once and checked before anything is built.

Each field is a context key in camelCase: in cdk.json under "context", or `-c key=value`, which wins. A key
that is not known here is an error as well: a misspelt one would leave its default standing unseen.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from .context_values import (
    Rule,
    flag,
    optional_text,
    optional_whole,
    pairs,
    text,
    texts,
    whole,
    whole_of,
    word_of,
)

T = TypeVar("T")

_ARN = "arn:aws[a-z-]*"  # of any partition
_CLUSTER = f"({_ARN}:ecs:[a-z0-9-]+:[0-9]{{12}}:cluster/)?[A-Za-z0-9_-]{{1,255}}"
_EMAIL = r"[^@\s,]+@[^@\s,]+\.[^@\s,]+"
_POLICY = rf"({_ARN}:iam::([0-9]{{12}}|aws):policy/)?[A-Za-z0-9_+=,.@/-]{{1,512}}"
_KEY_ID = "(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_KEY_ARN = f"{_ARN}:kms:[a-z0-9-]+:[0-9]{{12}}:key/{_KEY_ID}"
_TABLE = f"{_ARN}:dynamodb:[a-z0-9-]+:[0-9]{{12}}:table/[A-Za-z0-9_.-]{{3,255}}"
_TAG_NAME, _TAG_VALUE = "(?!aws:)[A-Za-z0-9_ .:/=+@-]{1,128}", "[A-Za-z0-9_ .:/=+@-]{0,256}"

# What the CDK's command line keeps in the context for itself; all its other keys have a colon.
_OF_THE_CDK = frozenset({"acknowledged-issue-numbers", "cli-telemetry"})


class ConfigError(Exception):
    """The context is wrong; the message names each key, what was found and what is allowed."""

    def __init__(self, *problems: str) -> None:
        super().__init__(_report(problems))


def _setting(rule: Rule[T], *, default: T) -> T:
    """A field with its rule; typed as its value, as `dataclasses.field` is."""
    return field(default=default, metadata={"rule": rule})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The choices of one deployment; docs/configuration.md says what each is for."""

    stack_name: str = _setting(
        text("[A-Za-z][A-Za-z0-9-]{0,63}", "up to 64 letters, digits and hyphens, a letter first"),
        default="TaskLedger",
    )
    clusters: tuple[str, ...] = _setting(
        texts(_CLUSTER, "up to 20 names or ARNs of ECS clusters, commas between; empty for all", at_most=20),
        default=(),
    )
    alert_emails: tuple[str, ...] = _setting(
        texts(_EMAIL, "up to 20 e-mail addresses, commas between", at_most=20), default=()
    )
    retention_days: int = _setting(whole(1, 3650), default=90)
    sweep_minutes: int = _setting(whole(1, 30), default=15)
    sweep_calls_per_second: int = _setting(whole(1, 20), default=4)
    protection_lead_minutes: int | None = _setting(optional_whole(1, 2880), default=None)
    policy_file: str | None = _setting(
        optional_text(r"[^\0]{1,1024}", "the path of a policy file, from where cdk.json is; empty for none"),
        default=None,
    )
    alert_on_replay: bool = _setting(flag(), default=False)
    chat_topic: bool = _setting(flag(), default=False)
    removal_policy: str = _setting(word_of("retain", "destroy"), default="retain")
    tags: tuple[tuple[str, str], ...] = _setting(
        pairs(_TAG_NAME, _TAG_VALUE, "up to 40 tags as name=value, commas between", at_most=40), default=()
    )
    permissions_boundary: str | None = _setting(
        optional_text(_POLICY, "the name or ARN of an IAM managed policy; empty for none"), default=None
    )
    architecture: str = _setting(word_of("arm64", "x86_64"), default="arm64")
    archive_days: int = _setting(whole(0, 3650), default=7)
    kms_key_arn: str | None = _setting(
        optional_text(_KEY_ARN, "the ARN of a KMS key, not of an alias; empty for none"), default=None
    )
    table_arn: str | None = _setting(
        optional_text(_TABLE, "the ARN of a DynamoDB table, and tableStreamArn with it; empty for none"),
        default=None,
    )
    table_stream_arn: str | None = _setting(
        optional_text(
            rf"{_TABLE}/stream/[0-9TZ:.-]{{10,40}}",
            "the ARN of the stream of tableArn's table, and tableArn with it; empty for none",
        ),
        default=None,
    )
    cloud_trail_protection: bool = _setting(flag(), default=False)
    tracing: bool = _setting(flag(), default=False)
    log_retention_days: int = _setting(whole_of(7, 14, 30, 60, 90, 180, 365), default=30)
    max_concurrency: int = _setting(whole(2, 10), default=2)
    calls_per_second: int = _setting(whole(1, 20), default=5)
    log_level: str = _setting(word_of("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")

    @classmethod
    def read(cls, context: Mapping[str, object]) -> "Config":
        """The choices in the context; one ConfigError names everything that is wrong in it."""
        rules = settings()
        given = {key: value for key, value in context.items() if not _is_of_the_cdk(key)}
        problems = [*_unknown(given, rules), *_wrong(given, rules)]
        if problems:
            raise ConfigError(*problems)
        config = cls(**{_field_name(key): rules[key].read(value) for key, value in given.items()})
        if not _table_and_stream_agree(config):
            stream, table = json.dumps(config.table_stream_arn), json.dumps(config.table_arn)
            raise ConfigError(
                f"tableStreamArn: found {stream} beside tableArn {table}, allowed: both or none, of one table"
            )
        return config


def settings() -> Mapping[str, Rule[Any]]:
    """The rule of each context key."""
    return {_key(each.name): each.metadata["rule"] for each in fields(Config)}


def _is_of_the_cdk(key: str) -> bool:
    return ":" in key or key in _OF_THE_CDK


def _unknown(given: Mapping[str, object], rules: Mapping[str, Rule[Any]]) -> Iterator[str]:
    by_lower = {key.lower(): key for key in rules}
    for key in given:
        if key not in rules:
            near = difflib.get_close_matches(key.lower().replace("-", ""), by_lower, n=1)
            hint = f"did you mean {by_lower[near[0]]}?" if near else f"known are {', '.join(sorted(rules))}"
            yield f"{key}: is not a key; {hint}"


def _wrong(given: Mapping[str, object], rules: Mapping[str, Rule[Any]]) -> Iterator[str]:
    for key, value in given.items():
        try:
            rules[key].read(value) if key in rules else None
        except ValueError:
            yield f"{key}: found {json.dumps(value)}, allowed: {rules[key].allowed}"


def _table_and_stream_agree(config: Config) -> bool:
    return (config.table_stream_arn or "").partition("/stream/")[0] == (config.table_arn or "")


def _report(problems: Sequence[str]) -> str:
    lines = "\n".join(f"  {problem}" for problem in problems)
    return (
        f"The context is wrong, so nothing was built:\n\n{lines}\n\n"
        'Keys stand in cdk.json under "context" or on the command line as -c KEY=VALUE;\n'
        "docs/configuration.md says what each is for."
    )


def _key(field_name: str) -> str:
    head, *rest = field_name.split("_")
    return head + "".join(map(str.title, rest))


def _field_name(key: str) -> str:
    return re.sub("([A-Z])", lambda capital: f"_{capital[0].lower()}", key)
