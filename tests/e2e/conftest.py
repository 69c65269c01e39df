"""The whole system, deployed once for all tests here; `make e2e` sets up what that takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.clock import Clock
from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster
from tests.e2e.emulator import ACCOUNT, REGION, Emulator, emulator

_LOG = pytest.StashKey[Emulator]()


@pytest.fixture(scope="session")
def environment() -> Path:
    """Where the emulator is installed."""
    if not (found := os.environ.get("TASKLEDGER_E2E")):
        pytest.skip("TASKLEDGER_E2E names no environment: run make e2e")
    return Path(found).absolute()


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where the CDK's command line is installed."""
    return Path(os.environ["TASKLEDGER_CDK"], "node_modules").absolute()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="taskledger-e2e-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class _PresentClock(Clock):
    """The real time: the deployed functions live by it, and a fault must be as young for them as it is."""

    @property
    def epoch(self) -> float:
        return round(self.now.timestamp(), 3)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this one is the real clock


@pytest.fixture(scope="session")
def ecs() -> Iterator[tuple[SimulatedEcs, str]]:
    """The simulated ECS and its URL, in the emulator's account and at the present time."""
    simulated = SimulatedEcs(_PresentClock(), account=ACCOUNT, region=REGION)
    with EcsServer(simulated) as server:
        yield simulated, server.url


@pytest.fixture(scope="session")
def cluster(ecs: tuple[SimulatedEcs, str]) -> Cluster:
    return Cluster(*ecs)


@pytest.fixture(scope="session")
def deployment(
    environment: Path,
    node_modules: Path,
    folder: Path,
    ecs: tuple[SimulatedEcs, str],
    pytestconfig: pytest.Config,
) -> Iterator[Deployment]:
    """The app, bootstrapped and deployed by the CDK's own command line."""
    with emulator(environment, folder, ecs[1]) as started:
        pytestconfig.stash[_LOG] = started
        deployed = Deployment(started, ecs[1], node_modules, folder)
        deployed.cdk("bootstrap")
        yield deployed.deploy("TaskLedger")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Shows what the emulator and its functions said last, below a test that failed."""
    report = yield
    if report.failed and (started := item.config.stash.get(_LOG, None)) and started.log.exists():
        report.sections.append(("the emulator and its functions", started.shown()))
    return report
