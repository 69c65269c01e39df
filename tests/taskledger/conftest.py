"""A deployed stack for the commands to find, with an ECS beside it or without."""

from collections.abc import Iterator

import pytest

from tests.support import deployed
from tests.support.deployed import DeployedEcs, Deployment


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    with deployed.deployment(monkeypatch) as found:
        yield found


@pytest.fixture
def deployed_ecs(deployment: Deployment) -> Iterator[DeployedEcs]:
    deployment.monkeypatch.setattr("taskledger.audit.run.CALLS_PER_SECOND", 10_000)
    deployment.monkeypatch.setattr("taskledger.audit.run.RECHECK_AFTER", 0)
    with deployed.deployed_ecs(deployment) as found:
        yield found
