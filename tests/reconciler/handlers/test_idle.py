"""An hour in which nothing happens: CloudWatch charges each custom metric for the hours with data of it."""

import json

import pytest

from tests.reconciler.handlers.conftest import Functions
from tests.support.idle import MEASURED

MOST = 13


@pytest.mark.parametrize("clusters", [1, 30])
def test_what_an_idle_hour_measures(
    functions: Functions, capsys: pytest.CaptureFixture[str], clusters: int
) -> None:
    """What each sweep finds there and that it worked; the watch nothing; and none by cluster."""
    system = functions.system
    wanted = {"serviceName": "checkout", "taskDefinition": "checkout:42", "desiredCount": 1}
    for number in range(clusters):
        name = f"c{number}"
        system.ecs.call("CreateCluster", {"clusterName": name})
        system.ecs.call("CreateService", {"cluster": name, "launchType": "FARGATE", **wanted})
    system.wait(30)
    system.ecs.run_until(system.clock.now)
    system.deliver()
    system.wait(3 * 60)
    functions.sweep()
    capsys.readouterr()
    for minute in range(60):
        system.wait(1)
        functions.watch()
        if minute % 15 == 0:
            assert functions.sweep()["complete"]
    blobs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    series = {
        (measured["Namespace"], metric["Name"], *(blob[name] for name in dimensions))
        for blob in blobs
        for measured in blob["_aws"]["CloudWatchMetrics"]
        for dimensions in measured["Dimensions"]
        for metric in measured["Metrics"]
    }
    assert {(name, *values) for _, name, *values in series} == {(name, "sweep") for name in MEASURED}
    assert len(series) <= MOST
    assert len(blobs) == 4
