"""How services run by the ledger's own entries, where ECS says nothing of the services."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from ...errors import InvalidInput
from ...findings.policy import Policy
from ...findings.rules import findings
from ...incidents.facts.impact import STEADY, Impact, Running
from ...model.entry import LedgerEntry
from ...model.task import TaskState
from ...ports.ledger import Ledger

MOST = 1000  # open tasks of a cluster: of more than that nothing is concluded


class OwnTasks:
    """The open tasks of a cluster, read once and only if they are asked for."""

    def __init__(self, ledger: Ledger, cluster_arn: str, policy: Policy, now: datetime) -> None:
        self._ledger = ledger
        self._cluster_arn = cluster_arn
        self._policy = policy
        self._now = now

    def running(self, service: str, since: datetime, before: Impact | None) -> Running | None:
        """What runs of the service now, against what ran at its first fault less planned stops since.

        After a first look only the planned stops since the last one count. None where nobody can say: of more
        tasks than can be read, and of a service of which the ledger has none.
        """
        if self._open is None:
            return None
        own = [one for one in self._open if one.state.service == service]
        if not own and not self._closed(service, since):
            return None
        staying = (one.state for one in own if one.state.desired_status == "RUNNING")
        steady = sum(is_steady(one, self._now) for one in staying)
        desired = self._expected(service, own, since) if before is None else before.desired
        planned = self._planned(service, since if before is None else before.checked_at)
        desired = max(desired - planned, steady)
        pending = len(own) - steady
        return Running(desired=desired, least=desired, steady=steady, pending=pending, estimated=True)

    @cached_property
    def _open(self) -> Sequence[LedgerEntry] | None:
        arns = self._ledger.open_tasks(self._cluster_arn)
        return list(self._ledger.entries(arns).values()) if len(arns) <= MOST else None

    def _expected(self, service: str, own: Sequence[LedgerEntry], since: datetime) -> int:
        """The tasks that were open at that time."""
        return sum(_began(one) < since for one in (*own, *self._closed(service, since)))

    def _planned(self, service: str, since: datetime) -> int:
        stopped = (one for one in self._closed(service, since) if _began(one) < since)
        return sum(not findings(one, self._now, self._policy) for one in stopped)

    def _closed(self, service: str, since: datetime) -> Sequence[LedgerEntry]:
        found = self._ledger.closed_between(self._cluster_arn, since, self._now)
        read = (one for one in found if not isinstance(one, InvalidInput))
        return [one for one in read if one.state.service == service]


def is_steady(state: TaskState, now: datetime) -> bool:
    """Whether the task has been RUNNING for a while."""
    began_by = now - STEADY
    return state.last_status == "RUNNING" and (state.started_at or began_by) <= began_by


def _began(entry: LedgerEntry) -> datetime:
    return entry.state.created_at or entry.observed_at
