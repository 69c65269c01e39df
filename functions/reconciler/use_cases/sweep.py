"""The sweep: lists all that ECS knows, compares it with the ledger, and repairs what events missed.

One sweep goes over all clusters; a run that ends before it is done leaves its place to the next. A cluster
that fails is reported and the others go on. Nothing is concluded from a listing that is not complete, and a
task is closed as unobserved only when ECS answered MISSING for it in two sweeps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..errors import AccessDenied, LedgerError
from ..findings.policy import Policy
from ..incidents.reported import report_finding
from ..parsing.home import Home, elsewhere
from ..ports.incidents import Incidents
from ..ports.services import EcsServices, ServiceLedger
from ..ports.sweep_progress import SweepProgress, SweepProgressStore
from .checks.late_findings import late_findings
from .notify import Alerts
from .publish import NotifyResult
from .service_sweep.context import ServiceSweep
from .service_sweep.optional_calls import OptionalCalls
from .service_sweep.sweep import sweep_services
from .sweep_cluster import ClusterSweep, ClusterSweepResult, SweepContext


@dataclass(slots=True)
class SweepResult:
    """What a run did, and where the sweep goes on: `place` is None when the run came to its end.

    `errors` are those that belong to no cluster. `excluded` when another run was under way: nothing was done.
    `complete` when the run came to the end of the sweep. `late` are the findings of closed tasks that should
    have been reported when they closed. `refused` are the optional calls that this deployment may not make.
    """

    place: SweepProgress | None = None
    clusters: dict[str, ClusterSweepResult] = field(default_factory=dict)
    errors: list[LedgerError] = field(default_factory=list)
    excluded: bool = False
    complete: bool = False
    notified: Sequence[NotifyResult] = ()
    late: int = 0
    refused: dict[str, AccessDenied] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(SweepContext):
    """Sweeps `clusters` only, unless empty; `save_policy` shows the policy to whoever reads the table.

    Where `home` is known, a cluster of another account or Region is an error by itself.
    """

    ecs_services: EcsServices
    services: ServiceLedger
    incidents: Incidents
    progress_store: SweepProgressStore
    save_policy: Callable[[Policy, datetime], object]
    clusters: Sequence[str] = ()
    home: Home | None = None

    def run(self, run_id: str, until: datetime) -> SweepResult:
        """Goes on with the sweep under way, or begins one; other runs keep out until then at the latest."""
        try:
            place = self.progress_store.acquire(run_id, self.clock(), until)
        except LedgerError as error:
            return SweepResult(errors=[error])
        if place is None:
            return SweepResult(excluded=True)
        result = SweepResult(place)
        self._save_policy(result)
        try:
            self._clusters(run_id, place, result)
        except LedgerError as error:
            result.errors.append(error)
        finally:
            self._release(run_id, result)
        return result

    def _save_policy(self, result: SweepResult) -> None:
        try:
            self.save_policy(self.policy, self.clock())
        except LedgerError as error:
            result.errors.append(error)

    def _release(self, run_id: str, result: SweepResult) -> None:
        try:
            self.progress_store.release(run_id, result.place)
        except LedgerError as error:  # the next run goes on from the last checkpoint, when time is up
            result.errors.append(error)

    def _clusters(self, run_id: str, place: SweepProgress, result: SweepResult) -> None:
        listed, services = self._listed(result), self._service_sweep(result)
        for cluster_arn in sorted({*(listed or ()), *self._known()}):
            if cluster_arn < (place.cluster_arn or ""):
                continue
            if cluster_arn != place.cluster_arn:
                place = result.place = SweepProgress(began=place.began, cluster_arn=cluster_arn)
                self.progress_store.checkpoint(run_id, place)
            if self.out_of_time():
                return
            found = result.clusters[cluster_arn] = ClusterSweepResult()
            if self.home and (error := elsewhere("clusters", cluster_arn, self.home)):
                found.errors.append(error)  # whoever named it hears of it, and the others are swept
                continue
            may_be_gone = listed is not None and cluster_arn not in listed
            # The services come first: a run that goes on within the tasks of a cluster has read them before.
            if place.after is None and not _read_services(services, place, found, may_be_gone=may_be_gone):
                return
            after = ClusterSweep(self, place, found, may_be_gone=may_be_gone).run()
            if after is not None:
                result.place = replace(place, after=after)
                return
            self._find_late(cluster_arn, found)
        result.place, result.complete = None, True

    def _service_sweep(self, result: SweepResult) -> ServiceSweep:
        return ServiceSweep(
            ecs=self.ecs_services,
            services=self.services,
            tasks=self.tasks,
            ledger=self.ledger,
            incidents=self.incidents,
            clock=self.clock,
            out_of_time=self.out_of_time,
            policy=self.policy,
            optional=OptionalCalls(self.ecs_services, result.refused),
        )

    def _find_late(self, cluster_arn: str, found: ClusterSweepResult) -> None:
        try:
            late, unreadable = late_findings(
                cluster_arn, self.ledger, self.incidents, self.policy, self.clock()
            )
        except LedgerError as error:
            found.errors.append(error)
        else:
            found.late += late
            found.errors += unreadable

    def _listed(self, result: SweepResult) -> Sequence[str] | None:
        """All clusters that ECS lists; None when it did not say, or was not to be asked."""
        if self.clusters:
            return None
        try:
            return self.tasks.clusters()
        except LedgerError as error:
            result.errors.append(error)
            return None

    def _known(self) -> Sequence[str]:
        return self.clusters or self.ledger.clusters()


def sweep_and_notify(sweep: Sweep, alerts: Alerts, run_id: str, until: datetime) -> SweepResult:
    """One run of the sweep, then what stands, and what was not reported when it happened."""
    result = sweep.run(run_id, until)
    found = list(result.clusters.values())
    stuck = [report_finding(one, one.occurred_at) for cluster in found for one in cluster.stuck]
    standing = [one for cluster in found for one in cluster.services.standing]
    notified = alerts.notify([*stuck, *standing], reopen=True)
    missed = alerts.notify(one for cluster in found for one in cluster.services.missed)
    late = alerts.notify(one for cluster in found for one in cluster.late)
    result.notified = [*notified.values(), *missed.values(), *late.values()]
    result.late = sum(one.new for one in late.values())
    return result


def _read_services(
    sweep: ServiceSweep, place: SweepProgress, found: ClusterSweepResult, *, may_be_gone: bool
) -> bool:
    """Whether there was time for all services of the cluster; one that failed is no reason to wait."""
    assert place.cluster_arn is not None  # noqa: S101 - set before the cluster's turn
    found.services = sweep_services(sweep, place.cluster_arn, place.began, may_be_gone=may_be_gone)
    found.counts.update(found.services.counts)
    found.errors += found.services.errors
    return found.services.complete
