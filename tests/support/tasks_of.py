"""Tasks in the ledger as their events left them: running for a while, or stopped in some way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reconciler.model.task import Container
from taskledger.local.memory_ledger import MemoryLedger

from .values import event, recording, task_arn

HOUR = timedelta(hours=1)
SCALED_IN = {
    "stop_code": "ServiceSchedulerInitiated",
    "stopped_reason": "Scaling activity initiated by (deployment ecs-svc/1)",
}
CRASHED = {
    "stop_code": "EssentialContainerExited",
    "stopped_reason": "Essential container in task exited",
    "containers": (Container(name="app", exit_code=1),),
}
SUCCEEDED = CRASHED | {"containers": (Container(name="app", exit_code=0),)}


def run(ledger: MemoryLedger, numbers: range, since: datetime, **values: Any) -> None:
    """The tasks are RUNNING since then."""
    facts = {"created_at": since, "started_at": since} | values
    ledger.record([recording(event(3, task_arn=task_arn(number), **facts)) for number in numbers])


def stop(ledger: MemoryLedger, number: int, when: datetime, **values: Any) -> None:
    """The task, which ran for an hour unless the values say otherwise, has stopped then."""
    facts = {"created_at": when - HOUR, "started_at": when - HOUR, "stopped_at": when} | values
    ended: dict[str, Any] = dict.fromkeys(("last_status", "desired_status"), "STOPPED")
    ledger.record([recording(event(6, task_arn=task_arn(number), **facts, **ended))])
