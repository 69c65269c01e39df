"""Each stack is synthesised once a session: that is what takes the time."""

import os
import sys
from pathlib import Path

import pytest

# Before the CDK is imported, which starts Node.js. Docker must never be needed.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
os.environ["CDK_DOCKER"] = "/nonexistent"

# isort: split
from infra.synth import build
from tests.infra.synthesised import FLAGS, FOR_TESTS, Synthesised

# Every choice that adds or changes a resource, at once.
EVERYTHING = {
    "stackName": "Other",
    "clusters": "shop,arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/billing",
    "alertEmails": "ops@example.com,dev@example.com",
    "retentionDays": "30",
    "sweepMinutes": "5",
    "sweepCallsPerSecond": "5",
    "protectionLeadMinutes": "20",
    "policyFile": "tests/infra/policy.toml",
    "alertOnReplay": "true",
    "chatTopic": "true",
    "removalPolicy": "destroy",
    "tags": "team=shop,env=live",
    "permissionsBoundary": "Boundary",
    "architecture": "x86_64",
    "archiveDays": "0",
    "cloudTrailProtection": "true",
    "tracing": "true",
    "logRetentionDays": "7",
    "maxConcurrency": "3",
    "callsPerSecond": "6",
    "logLevel": "DEBUG",
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys when nothing is chosen."""
    return synthesised(tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys when everything is chosen otherwise."""
    return synthesised(tmp_path_factory.mktemp("other"), **EVERYTHING)


def synthesised(folder: Path, **context: str) -> Synthesised:
    build({**FLAGS, **FOR_TESTS, **context}, folder).synth()
    return Synthesised(folder, context.get("stackName", "TaskLedger"))
