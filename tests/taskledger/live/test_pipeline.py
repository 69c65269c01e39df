"""`taskledger why --wait` as a pipeline runs it: processes of their own, against an ECS whose time passes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.services.outcomes import HEALTHY, Outcome, fails_to_start
from tests.rollouts.world import BREAKER, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMES_FASTER = 60
JOB = """
set -eu
id=$("$PYTHON" -c 'import boto3
ecs = boto3.client("ecs")
service = ecs.update_service(cluster="shop", service="checkout", taskDefinition="checkout:2")["service"]
print(*(one["id"] for one in service["deployments"] if one["status"] == "PRIMARY"))')
status=0
"$PYTHON" -m taskledger why shop/checkout --wait --deployment "$id" --markdown >> "$SUMMARY" || status=$?
echo "ended with $status"
exit "$status"
"""


@contextmanager
def passing(world: World) -> Iterator[None]:
    """Time passes as long as the block runs, a minute each second."""
    over, began, start = threading.Event(), time.monotonic(), world.clock.now

    def run() -> None:
        while not over.wait(0.02):
            passed = timedelta(seconds=(time.monotonic() - began) * TIMES_FASTER)
            world.ecs.run_until(start + passed)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("outcome", "status", "said"),
    [
        (HEALTHY, 0, "### checkout (shop): the deployment checkout:1 to :2 is steady, after "),
        (
            fails_to_start(),
            1,
            "### checkout (shop): the deployment checkout:1 to :2 failed and is rolled back to",
        ),
    ],
)
def test_a_job_that_deploys(tmp_path: Path, outcome: Outcome, status: int, said: str) -> None:
    """It ends as the deployment does, and its summary has the cause."""
    world = World()
    world.create(deploymentConfiguration=BREAKER)
    world.wait(60)
    world.ecs.plan("checkout:2", outcome)
    summary = tmp_path / "summary.md"
    summary.write_text("# Deploy\n")
    with EcsServer(world.ecs, clock=world.clock) as server, passing(world):
        command = ["/bin/sh", "-c", JOB]
        own = {"AWS_ENDPOINT_URL_ECS": server.url, "SUMMARY": str(summary), "PYTHON": sys.executable}
        job = subprocess.run(
            command, check=False, env={**os.environ, **own}, capture_output=True, text=True, timeout=60
        )
    assert (job.returncode, job.stdout) == (status, f"ended with {status}\n"), job.stderr
    text = summary.read_text()
    assert text.startswith("# Deploy\n" + said)
    assert ("image can't be pulled" in text) == bool(status)
