"""What a deployment may name by ARN: what is of its account and Region, and no more than a rule can hold."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..config import Config, ConfigError
from .patterns import all_events

PATTERN_LIMIT = 2048  # characters of a rule's event pattern, as EventBridge counts them
# What stands for the stack's own while it is not known: as long as an account is, and as most Regions are.
_ANY_ACCOUNT, _ANY_REGION = "0" * 12, "ap-northeast-1"
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account and Region of a deployment, each as far as it is known."""

    account: str | None = None
    region: str | None = None


class _Named(NamedTuple):
    """An ARN that a context key holds."""

    key: str
    arn: str

    @property
    def place(self) -> tuple[str, str]:
        """Its account and Region."""
        _, _, _, region, account, *_ = self.arn.split(":")
        return account, region


def check_place(config: Config, place: Place) -> None:
    """Refuses, by ConfigError, what one stack in this place can't watch or use."""
    problems = [*_elsewhere(config, place), *_scattered(config), *_too_long(config.clusters, place)]
    if problems:
        raise ConfigError(*problems)


def _elsewhere(config: Config, place: Place) -> Iterator[str]:
    """What is of another account or Region than the deployment; a key may be another account's."""
    for named in _named(config):
        account, region = named.place
        if place.account and account != place.account and named.key != "kmsKeyArn":
            yield f'{named.key}: found "{named.arn}", allowed: those of the account {place.account}'
        elif place.region and region != place.region:
            yield f'{named.key}: found "{named.arn}", allowed: those of the Region {place.region}'


def _scattered(config: Config) -> Iterator[str]:
    """Clusters that are not all of one account and Region, which one stack can't watch."""
    places = sorted({each.place for each in _named(config) if each.key == "clusters"})
    if len(places) > 1:
        found = ", ".join(f"{account} in {region}" for account, region in places)
        yield f"clusters: found clusters of {found}, allowed: those of the stack's own account and Region"


def _too_long(clusters: Sequence[str], place: Place) -> Iterator[str]:
    if (length := len(_pattern([_arn(each, place) for each in clusters]))) > PATTERN_LIMIT:
        yield (
            f"clusters: found names that make an event pattern of {length:,} characters, "
            f"allowed: {PATTERN_LIMIT:,}, EventBridge's limit; watch all clusters, or deploy two stacks"
        )


def _named(config: Config) -> Iterator[_Named]:
    yield from (_Named("clusters", each) for each in config.clusters if each.startswith("arn:"))
    for key, arn in (("kmsKeyArn", config.kms_key_arn), ("tableArn", config.table_arn)):
        if arn:
            yield _Named(key, arn)


def _arn(cluster: str, place: Place) -> str:
    """The cluster's ARN as it is in the rule that deploys there."""
    if cluster.startswith("arn:"):
        return cluster
    region = place.region or _ANY_REGION
    partition = next((_PARTITIONS[each] for each in _PARTITIONS if region.startswith(f"{each}-")), "aws")
    return f"arn:{partition}:ecs:{region}:{place.account or _ANY_ACCOUNT}:cluster/{cluster}"


def _pattern(clusters: Sequence[str]) -> str:
    """The longest of the patterns, as it is deployed: that of the archive."""
    pattern = all_events(clusters)
    document = {"source": pattern.source, "detail-type": pattern.detail_type, "detail": pattern.detail}
    return json.dumps({key: value for key, value in document.items() if value}, separators=(",", ":"))
