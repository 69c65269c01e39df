"""What is known of one cause of a service's faults, all of it in one record."""

from dataclasses import dataclass

from ..model import Cause, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCauseRecord:
    """A cause of DEPLOYMENT_FAILED, SERVICE_IMPAIRED or SCALE_IN_BLOCKED.

    `severity` is that of a service of which something runs. With `stops_starts` nothing new can start, so of
    a service that runs nothing it is high. `summary` is empty where numbers say it all. `phrases` stand in
    the reason of a deployment that ended by it, `actions` are the service actions that report it. `shared` is
    what to look at where it strikes several services at once, empty where these have no fault in common.
    `title` is what it is called in a few words.
    """

    cause: Cause
    title: str
    severity: Severity
    remedy: str
    summary: str = ""
    stops_starts: bool = False
    shared: str = ""
    phrases: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
