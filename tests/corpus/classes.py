"""The classes of `stopped_reasons.tsv`, and the kinds and causes that they mean here."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.findings.model import Cause, Fault, Kind


@dataclass(frozen=True)
class Meaning:
    """The findings that a class may come out as; none at all where there are no kinds."""

    kinds: frozenset[Kind] = frozenset()
    causes: frozenset[Cause] = frozenset()
    services_only: bool = False


def _meaning(kinds: Kind | set[Kind], *causes: Cause, services_only: bool = False) -> Meaning:
    return Meaning(frozenset({kinds} if isinstance(kinds, Kind) else kinds), frozenset(causes), services_only)


_START, _RAN = Kind.TASK_FAILED_TO_START, Kind.ESSENTIAL_CONTAINER_FAILED
_PLANNED = Meaning()

CLASSES: Mapping[str, Meaning] = {
    "image-pull": _meaning(_START, Cause("IMAGE_PULL")),
    "resource-init": _meaning(_START, Cause("RESOURCE_INIT")),
    "container-start": _meaning(_START, Cause("CONTAINER_START")),
    "network": _meaning(_START, Cause("NETWORK")),
    "volume": _meaning(_START, Cause("VOLUME")),
    "capacity": _meaning(_START, Cause("CAPACITY"), Cause("PLACEMENT")),
    "agent": _meaning(_START, Cause("AGENT")),
    "timeout": _meaning({_START, _RAN}, Cause("TIMEOUT")),
    "internal-error": _meaning({_START, _RAN}, Cause("INTERNAL")),
    "out-of-memory": _meaning(_RAN, Cause("OUT_OF_MEMORY")),
    "essential-exit-nonzero": _meaning(_RAN, Cause("EXIT_CODE"), Cause("SIGNAL")),
    "exit-signal": _meaning(_RAN, Cause("EXIT_CODE"), Cause("SIGNAL")),
    "essential-exit-zero": _meaning(_RAN, Cause("UNEXPECTED_EXIT"), services_only=True),
    "health-check-elb": _meaning(Kind.HEALTH_CHECK_FAILED, Cause("LOAD_BALANCER")),
    "health-check-container": _meaning(Kind.HEALTH_CHECK_FAILED, Cause("CONTAINER")),
    "spot-interruption": _meaning(Kind.CAPACITY_INTERRUPTED, Cause("SPOT")),
    "host-terminated": _meaning(Kind.CAPACITY_INTERRUPTED, Cause("HOST_TERMINATED"), Cause("MAINTENANCE")),
    "other": _meaning({_START, _RAN, Kind.UNKNOWN_STOP}, Cause("OTHER"), Cause("UNKNOWN_CODE")),
    "scaling": _PLANNED,
    "deployment": _PLANNED,
    "user-stop": _PLANNED,
}


def agrees(name: str, stop: Fault | None, *, service: bool) -> bool:
    """Whether a stop came out as its class says; never for a class that is not known here."""
    meaning = CLASSES.get(name)
    if meaning is None:
        return False
    if not meaning.kinds or (meaning.services_only and not service):
        return stop is None
    return stop is not None and stop.kind in meaning.kinds and stop.cause in meaning.causes
