"""The sweep of a cluster's services: what DescribeServices says, merged into what events brought.

    list -> describe by ten -> merge, save what changed -> learn what only tasks name -> judge
         -> where something is wrong or under way: ask more, merge, save -> judge

A service, ten of them or a cluster that fails is reported with its error, and the others go on. The pass may
be made again at any time: what is known already is not written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ... import arns
from ...chunks import chunks
from ...errors import ClusterNotFound, InvalidInput, LedgerError
from ...model.service import ServiceReading, ServiceRecord
from ...model.task import Absence
from ...services.merge import merge_missing, merge_reading
from ...services.repairs import repaired
from ..recording.saving import save
from .closer_look import look_closer
from .context import ServicesSwept, ServiceSweep
from .of_tasks import learn_of_tasks

CALL = 10  # services in one DescribeServices call


def sweep_services(
    sweep: ServiceSweep, cluster_arn: str, began: datetime, *, may_be_gone: bool
) -> ServicesSwept:
    """One pass over the services of a cluster, in the sweep that began then.

    `may_be_gone` when ECS's complete list of clusters did not name it. Of any other cluster that ECS does not
    know nothing is concluded, and no error is added: the listing of its tasks fails as well.
    """
    swept = ServicesSwept()
    try:
        read = _Reading(sweep, cluster_arn, began, swept).run(may_be_gone=may_be_gone)
        look_closer(sweep, learn_of_tasks(sweep, cluster_arn, read, swept), swept)
    except ClusterNotFound:
        return swept
    except LedgerError as error:
        swept.errors.append(error)
    return swept


@dataclass(slots=True)
class _Reading:
    """What DescribeServices says, merged into the records."""

    sweep: ServiceSweep
    cluster_arn: str
    began: datetime
    swept: ServicesSwept
    gone: bool = False
    read: list[ServiceRecord] = field(default_factory=list)

    def run(self, *, may_be_gone: bool) -> Sequence[ServiceRecord]:
        """The open services that ECS answered for, as they are stored now."""
        due = self._due(may_be_gone=may_be_gone)
        for chunk in chunks(due, CALL):
            if self.sweep.out_of_time():
                self.swept.complete = False
                break
            self._read(chunk)
        return self.read

    def _due(self, *, may_be_gone: bool) -> Sequence[ServiceRecord]:
        """The services to ask about, as they are known: all that ECS lists, and all that are open."""
        listed = self._listed(may_be_gone=may_be_gone)
        stored = self.sweep.services.services(self.cluster_arn)
        self.swept.errors += [one for one in stored.values() if isinstance(one, InvalidInput)]
        known = {name: one for name, one in stored.items() if isinstance(one, ServiceRecord)}
        unheard = {
            name: ServiceRecord(service_arn=arn, cluster_arn=self.cluster_arn)
            for name, arn in listed.items()
            if name not in stored
        }
        records = {name: one for name, one in known.items() if name in listed or not one.closed_at}
        return list((records | unheard).values())

    def _listed(self, *, may_be_gone: bool) -> Mapping[str, str]:
        """Their ARNs by their names; none where the cluster is gone."""
        try:
            found = self.sweep.ecs.list_services(self.cluster_arn)
        except ClusterNotFound:
            if not may_be_gone:
                raise
            self.gone = True
            return {}
        return {arns.service_name(arn) or arn: arn for arn in found}

    def _read(self, chunk: Sequence[ServiceRecord]) -> None:
        try:
            answers = self._describe([record.service_arn for record in chunk])
        except LedgerError as error:
            self.swept.errors.append(error)
            return
        now = self.sweep.clock()  # after the answers, which may be long in coming
        for record in chunk:
            answer = answers.get(record.service_arn, Absence.UNKNOWN)
            if answer is not Absence.UNKNOWN:
                self._try_to_merge(record, answer, now)

    def _describe(self, service_arns: Sequence[str]) -> Mapping[str, ServiceReading | Absence]:
        if self.gone:
            return dict.fromkeys(service_arns, Absence.MISSING)
        return self.sweep.ecs.describe_services(self.cluster_arn, service_arns)

    def _try_to_merge(self, record: ServiceRecord, answer: ServiceReading | Absence, now: datetime) -> None:
        try:
            after = self._merged(record, answer, now)
        except LedgerError as error:
            self.swept.errors.append(error)
            return
        self.swept.counts["SERVICES"] += 1
        if after.closed_at is None:
            self.read.append(after)

    def _merged(
        self, record: ServiceRecord, answer: ServiceReading | Absence, now: datetime
    ) -> ServiceRecord:
        """The record as it is stored with what ECS answered."""
        services = self.sweep.services
        if isinstance(answer, Absence):
            saved = save(services, record, lambda known: merge_missing(known, self.began, now), now)
        else:
            ids = [one.deployment_id for one in answer.deployments]
            found = self._with(record, ids)
            saved = save(services, found, lambda known: merge_reading(known, answer, now), now, ids)
            self.swept.counts["SERVICES_REPAIRED"] += repaired(saved.before, saved.after, now)
        if saved.after.closed_at and not (saved.before and saved.before.closed_at):
            self.swept.counts["SERVICES_CLOSED"] += 1
        return saved.after

    def _with(self, record: ServiceRecord, deployment_ids: Sequence[str]) -> ServiceRecord:
        """The record with these deployments, also where they are older than its newest ones."""
        if not record.revision or all(map(record.deployment, deployment_ids)):
            return record
        return self.sweep.services.service(record.cluster_arn, record.service, deployment_ids) or record
