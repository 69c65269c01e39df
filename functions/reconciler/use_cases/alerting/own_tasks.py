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
    """The tasks of a cluster, read only if they are asked for: the open ones once, the closed ones as needed.

    Those that closed are read again only to go further back.
    """

    def __init__(self, ledger: Ledger, cluster_arn: str, policy: Policy, now: datetime) -> None:
        self._ledger = ledger
        self._cluster_arn = cluster_arn
        self._policy = policy
        self._now = now
        self._closed: tuple[datetime, Sequence[LedgerEntry]] | None = None

    def running(self, service: str, since: datetime, before: Impact | None) -> Running | None:
        """What runs of the service now, against what ran at its first fault less planned stops since.

        After a first look only the planned stops since the last one count. None where nobody can say: of more
        tasks than can be read, and of a service of which the ledger has none.
        """
        if self._open is None:
            return None
        own = [one for one in self._open if one.state.service == service]
        if not own and not self._closed_since(since, service):
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
        return sum(one.began_at < since for one in (*own, *self._closed_since(since, service)))

    def _planned(self, service: str, since: datetime) -> int:
        stopped = (one for one in self._closed_since(since, service) if one.began_at < since)
        return sum(not findings(one, self._now, self._policy) for one in stopped)

    def _closed_since(self, since: datetime, service: str) -> Sequence[LedgerEntry]:
        since = since.replace(microsecond=since.microsecond // 1000 * 1000)  # as the ledger keeps times
        if self._closed is None or since < self._closed[0]:
            found = self._ledger.closed_between(self._cluster_arn, since, self._now)
            self._closed = since, [one for one in found if not isinstance(one, InvalidInput)]
        closed = (one for one in self._closed[1] if one.closed and one.closed.at >= since)
        return [one for one in closed if one.state.service == service]


def is_steady(state: TaskState, now: datetime) -> bool:
    """Whether the task has been RUNNING for a while."""
    began_by = now - STEADY
    return state.last_status == "RUNNING" and (state.started_at or began_by) <= began_by
