"""The deploymentConfiguration of a service, and what of it the simulated ECS lacks.

| | |
| --- | --- |
| minimumHealthyPercent, maximumPercent | of a rolling deployment; 100 and 200 unless given |
| deploymentCircuitBreaker | with its threshold, its reset and its rollback |
| alarms | with their rollback; they are watched for five more minutes after the last old task |
| lifecycleHooks | of type PAUSE, at PRE_SCALE_UP and POST_SCALE_UP |
| strategy | ROLLING |
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..engine.errors import ApiError, invalid_parameter
from ..engine.shapes import Answer, Fields

STAGES = ("PRE_SCALE_UP", "POST_SCALE_UP")
LONGEST_PAUSE = 20_160  # minutes
DEFAULT_PAUSE = 1_440
BAKE_SECONDS = 300  # ECS computes it from the alarms; nowhere is it said how
_KNOWN = frozenset(
    {
        "alarms",
        "deploymentCircuitBreaker",
        "lifecycleHooks",
        "maximumPercent",
        "minimumHealthyPercent",
        "strategy",
    }
)
_LEAST, _MOST = 3, 200  # of a BOUNDED_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """How a service deploys, `fields` as DescribeServices answers them."""

    fields: Fields = field(default_factory=dict)

    @property
    def breaker(self) -> Fields:
        return _part(self.fields, "deploymentCircuitBreaker")

    @property
    def alarms(self) -> Fields:
        return _part(self.fields, "alarms")

    @property
    def bake_seconds(self) -> float:
        return BAKE_SECONDS if self.alarms.get("enable") else 0

    def least(self, desired: int) -> int:
        """How many healthy tasks a deployment leaves at least, rounded up."""
        return -(-desired * int(self.fields["minimumHealthyPercent"]) // 100)

    def most(self, desired: int) -> int:
        """How many tasks a deployment runs at most, rounded down."""
        return desired * int(self.fields["maximumPercent"]) // 100

    def threshold(self, desired: int) -> int:
        """After how many failed tasks in a row the circuit breaker fails a deployment."""
        wanted: Fields = self.breaker.get("thresholdConfiguration", {})
        kind, value = wanted.get("type", "BOUNDED_PERCENT"), int(wanted.get("value", 50))
        if kind == "COUNT":
            return value
        share = -(-desired * value // 100)
        return max(share, 1) if kind == "UNBOUNDED_PERCENT" else min(max(share, _LEAST), _MOST)

    def pauses(self, stage: str) -> Iterable[tuple[int, str]]:
        """How long each hook of the stage waits, in seconds, and what happens after that."""
        for hook in self.fields.get("lifecycleHooks", ()):
            if stage in hook["lifecycleStages"]:
                wanted = hook.get("timeoutConfiguration", {})
                yield wanted.get("timeoutInMinutes", DEFAULT_PAUSE) * 60, wanted.get("action", "ROLLBACK")


def configured(request: Fields, before: Configuration | None = None) -> Configuration:
    """The configuration that a request asks for, over the one that was there before."""
    if unknown := request.keys() - _KNOWN:
        raise not_simulated(", ".join(sorted(unknown)))
    if request.get("strategy", "ROLLING") != "ROLLING":
        raise not_simulated(f"strategy {request['strategy']}")
    for hook in request.get("lifecycleHooks", ()):
        _check(hook)
    defaults: Answer = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}
    return Configuration(fields={**defaults, **(before.fields if before else {}), **request})


def not_simulated(what: str) -> ApiError:
    return ApiError("UnsupportedFeatureException", f"The simulated ECS has no {what}.")


def _check(hook: Fields) -> None:
    if hook.get("targetType", "AWS_LAMBDA") != "PAUSE":
        raise not_simulated("hook but those of type PAUSE")
    if others := sorted(set(hook.get("lifecycleStages", ())) - set(STAGES)):
        raise not_simulated(f"pause at {', '.join(others)}")
    minutes = hook.get("timeoutConfiguration", {}).get("timeoutInMinutes", DEFAULT_PAUSE)
    if not 1 <= minutes <= LONGEST_PAUSE:
        raise invalid_parameter(f"timeoutInMinutes must be between 1 and {LONGEST_PAUSE}.")


def _part(fields: Fields, name: str) -> Fields:
    """The part of that name if it is enabled."""
    found: Fields = fields.get(name, {})
    return found if found.get("enable") else {}
