"""The sweep: lists all that ECS knows, compares it with the ledger, and repairs what events missed.

One pass goes over all clusters; a run that ends before the pass leaves its place to the next. A cluster that
fails is told of and the others go on. Nothing is concluded from a listing that is not complete, and a task is
closed as unobserved only when ECS answered MISSING for it in two passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..errors import LedgerError
from ..ports.sweep_progress import SweepProgress, SweepProgressStore
from .sweep_cluster import ClusterSweep, ClusterSweepResult, SweepContext


@dataclass(slots=True)
class SweepResult:
    """What a run did, and where the pass goes on: `place` is None when the run came to its end.

    `errors` are those that belong to no cluster. `excluded` when another run was under way: nothing was done.
    """

    place: SweepProgress | None
    clusters: dict[str, ClusterSweepResult] = field(default_factory=dict)
    errors: list[LedgerError] = field(default_factory=list)
    excluded: bool = False

    @property
    def complete(self) -> bool:
        return self.place is None and not self.excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(SweepContext):
    """Looks at `clusters` only, unless empty."""

    passes: SweepProgressStore
    clusters: Sequence[str] = ()

    def run(self, name: str, until: datetime) -> SweepResult:
        """Goes on with the pass under way, or begins one; other runs keep out until then at the latest."""
        place = self.passes.acquire(name, self.clock(), until)
        swept = SweepResult(place, excluded=place is None)
        if place is None:
            return swept
        try:
            self._clusters(name, place, swept)
        except LedgerError as error:
            swept.errors.append(error)
        finally:
            self._leave(name, swept)
        return swept

    def _leave(self, name: str, swept: SweepResult) -> None:
        try:
            self.passes.release(name, swept.place)
        except LedgerError as error:  # the next run goes on from the place that was kept, when time is up
            swept.errors.append(error)

    def _clusters(self, name: str, place: SweepProgress, swept: SweepResult) -> None:
        listed = self._listed(swept)
        for cluster_arn in sorted({*(listed or ()), *self._known()}):
            if cluster_arn < (place.cluster_arn or ""):
                continue
            if cluster_arn != place.cluster_arn:
                place = swept.place = SweepProgress(began=place.began, cluster_arn=cluster_arn)
                self.passes.checkpoint(name, place)
            if self.out_of_time():
                return
            result = swept.clusters[cluster_arn] = ClusterSweepResult()
            may_be_gone = listed is not None and cluster_arn not in listed
            after = ClusterSweep(self, place, result, may_be_gone=may_be_gone).run()
            if after is not None:
                swept.place = replace(place, after=after)
                return
        swept.place = None

    def _listed(self, swept: SweepResult) -> Sequence[str] | None:
        """All clusters that ECS lists; None when it did not say, or was not to be asked."""
        if self.clusters:
            return None
        try:
            return self.tasks.clusters()
        except LedgerError as error:
            swept.errors.append(error)
            return None

    def _known(self) -> Sequence[str]:
        return self.clusters or self.ledger.clusters()
