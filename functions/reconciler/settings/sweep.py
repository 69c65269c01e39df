"""What the sweep is given."""

from dataclasses import dataclass

from .variables import Environment, number


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
            calls_per_second=number(environment, "SWEEP_CALLS_PER_SECOND"),
        )
