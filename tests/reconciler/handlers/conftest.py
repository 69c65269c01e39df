"""The scheduled functions on a local system, with what they log and measure."""

import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest

from reconciler.errors import LedgerError
from reconciler.findings.policy import Policy
from reconciler.handlers import sweep as sweep_module
from reconciler.handlers import watch as watch_module
from reconciler.notifications.message import Message
from reconciler.parsing.home import Home
from reconciler.use_cases.notify import Alerts
from reconciler.wiring.observe import Services
from reconciler.wiring.sweep import SweepServices
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from tests.support.system import System


@dataclass
class Context:
    """What Lambda passes to a function about its invocation."""

    times: Callable[[], int] = lambda: 600_000
    function_name: str = "sweep"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:111122223333:function:sweep"
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        return self.times()


@dataclass
class Functions:
    """Both functions in the system, with what they log and measure."""

    system: System
    logged: io.StringIO
    alerts: Alerts
    clusters: tuple[str, ...] = ()
    home: Home | None = None
    saved: list[Policy] = field(default_factory=list)
    refusal: LedgerError | None = None

    def save_policy(self, policy: Policy, _: datetime) -> bool:
        if self.refusal:
            raise self.refusal
        self.saved.append(policy)
        return True

    def sweep(self, **fields: Any) -> dict[str, Any]:
        return sweep_module.handler({}, Context(**fields))  # type: ignore[arg-type]  # as much as the handler reads

    def watch(self) -> dict[str, Any]:
        return watch_module.handler({}, Context())  # type: ignore[arg-type]  # as much as the handler reads

    def sent(self) -> list[Message]:
        assert isinstance(self.alerts.notifier, MemoryNotifier)
        return [one.message for one in self.alerts.notifier.sent]

    def lines(self, message: str) -> list[dict[str, Any]]:
        lines = map(json.loads, self.logged.getvalue().splitlines())
        return [line for line in lines if line["message"] == message]


@pytest.fixture
def functions(system: System, monkeypatch: pytest.MonkeyPatch) -> Functions:
    notifier = MemoryNotifier(lambda: system.clock.now)
    alerts = replace(system.alerts, incidents=MemoryIncidents(), notifier=notifier)
    functions = Functions(system, io.StringIO(), alerts)
    services = Services(tasks=system.tasks, ledger=system.ledger, services=system.services)

    def sweep_services() -> SweepServices:
        return SweepServices(
            tasks=system.tasks,
            ledger=system.ledger,
            ecs_services=system.ecs_services,
            services=system.services,
            progress_store=system.progress_store,
            policy=system.policy,
            save_policy=functions.save_policy,
            clusters=functions.clusters,
            home=functions.home,
        )

    for module in (sweep_module, watch_module):
        _stand(module, functions, monkeypatch)
    monkeypatch.setattr(sweep_module, "sweep_services", sweep_services)
    monkeypatch.setattr(watch_module, "services", lambda: services)
    return functions


def _stand(module: ModuleType, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_now", lambda: functions.system.clock.now)
    monkeypatch.setattr(module, "alerts", lambda _: functions.alerts)
    monkeypatch.setattr(module.logger.registered_handler, "stream", functions.logged)


def measured(capsys: pytest.CaptureFixture[str], service: str) -> Counter[str]:
    """The metrics of the last invocation, by name; what is not measured reads as zero."""
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 1
    found: Counter[str] = Counter()
    for blob in map(json.loads, lines):
        (measured,) = blob["_aws"]["CloudWatchMetrics"]
        assert (measured["Dimensions"], blob["service"]) == ([["service"]], service)
        found.update({metric["Name"]: blob[metric["Name"]][0] for metric in measured["Metrics"]})
    return found
