"""What the sweep of services works with, and what it comes to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ...errors import LedgerError
from ...findings.policy import Policy
from ...incidents.reported import ReportedFinding
from ...ports.ecs import Tasks
from ...ports.incidents import Incidents
from ...ports.ledger import Ledger
from ...ports.services import EcsServices, ServiceLedger
from .optional_calls import OptionalCalls


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSweep:
    """What one run sweeps services with; it stops when `out_of_time`."""

    ecs: EcsServices
    services: ServiceLedger
    tasks: Tasks
    ledger: Ledger
    incidents: Incidents
    clock: Callable[[], datetime]
    out_of_time: Callable[[], bool]
    policy: Policy
    optional: OptionalCalls


@dataclass(slots=True)
class ServicesSwept:
    """What the pass over one cluster's services came to; `complete` is False when time was up before its end.

    Counted are SERVICES that ECS answered for, SERVICES_REPAIRED (deployments, or outcomes of them, that no
    event had brought) and SERVICES_CLOSED. `standing` is what is wrong now, `missed` what went wrong within a
    day and was not reported then.
    """

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[LedgerError] = field(default_factory=list)
    standing: list[ReportedFinding] = field(default_factory=list)
    missed: list[ReportedFinding] = field(default_factory=list)
    complete: bool = True
