"""The shipped ledger in a run of a program: of a function that has just begun, or has worked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from tests.support.ledgers import RETENTION
from tests.support.values import event, recording

from .programs import Pool, Run

TABLE = "table"


def new_ledger(client: Any, run: Run) -> DynamoLedger:
    """The ledger of a function that has just begun, whose writers are threads of the run."""
    ledger = DynamoLedger(client, TABLE, RETENTION)
    ledger._pool = Pool(run)  # type: ignore[assignment]  # noqa: SLF001 - the one place that starts threads
    return ledger


class WarmLedger:
    """The ledger of a function that has recorded a task of the cluster before: it knows that it is marked."""

    def __init__(self, cluster_arn: str) -> None:
        self._run: Run | None = None
        client: Any = self
        self._ledger = DynamoLedger(client, TABLE, RETENTION)
        self._ledger.record([recording(event(1, cluster_arn=cluster_arn))])

    def of(self, run: Run) -> DynamoLedger:
        self._run = run
        self._ledger._pool = Pool(run)  # type: ignore[assignment]  # noqa: SLF001 - as in `new_ledger`
        return self._ledger

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """A call of the run; before there is one, of a table that takes everything."""
        return lambda **request: self._run.call(operation, request) if self._run else {}
