"""A part of the path that is off makes no error: what must keep happening is watched instead."""

import json
from typing import Any

import pytest

from tests.infra.synthesised import Synthesised


def alarm(stack: Synthesised, name: str) -> dict[str, Any]:
    return stack[f"Alerts/{name}"]


def inputs(each: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The metrics that an alarm computes with: namespace, name, dimension, statistic and period."""
    stats = {metric["Id"]: metric["MetricStat"] for metric in each["Metrics"] if "MetricStat" in metric}
    return {
        name: (
            stat["Metric"]["Namespace"],
            stat["Metric"]["MetricName"],
            *(dimension["Value"] for dimension in stat["Metric"]["Dimensions"]),
            stat["Stat"],
            stat["Period"],
        )
        for name, stat in stats.items()
    }


def test_a_watch_that_stopped_rings(stack: Synthesised) -> None:
    """No invocation for a quarter of an hour rings, also when nothing is measured at all."""
    silent = alarm(stack, "WatchSilent")
    assert (silent["Namespace"], silent["MetricName"]) == ("AWS/Lambda", "Invocations")
    assert silent["Dimensions"] == [{"Name": "FunctionName", "Value": "${Watch/Function}"}]
    assert (silent["Statistic"], silent["Period"], silent["EvaluationPeriods"]) == ("Sum", 300, 3)
    assert (silent["ComparisonOperator"], silent["Threshold"]) == ("LessThanThreshold", 1)
    assert silent["TreatMissingData"] == "breaching"


@pytest.mark.parametrize(
    ("choices", "name", "period"), [("stack", "TaskLedger", 900), ("other", "Other", 300)]
)
def test_a_rule_that_is_off_rings(
    choices: str, name: str, period: int, request: pytest.FixtureRequest
) -> None:
    """Two sweeps in a row with ten tasks that no event reported, while none was sent or observed, ring.

    Events of services, which come by a rule of their own, hide nothing.
    """
    silent = alarm(request.getfixturevalue(choices), "RuleSilent")
    assert inputs(silent) == {
        "missed": (name, "SweepMissed", "sweep", "Sum", period),
        "unrecorded": (name, "SweepUnrecorded", "sweep", "Sum", period),
        "sent": ("AWS/Events", "Invocations", "${Intake/TaskEvents}", "Sum", period),
        "invocations": ("AWS/Lambda", "Invocations", "${Observe/Function}", "Sum", period),
    }
    (shown,) = [each["Expression"] for each in silent["Metrics"] if each.get("ReturnData") is not False]
    missed = "FILL(missed, 0) + FILL(unrecorded, 0) >= 10"
    assert shown == f"IF({missed} AND (FILL(sent, 0) < 1 OR FILL(invocations, 0) < 1), 1, 0)"
    assert (silent["ComparisonOperator"], silent["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    assert (silent["EvaluationPeriods"], silent["TreatMissingData"]) == (2, "notBreaching")


def test_a_stream_that_nobody_reads_rings(stack: Synthesised, other: Synthesised) -> None:
    """Two sweeps in a row that report what assess had not ring; a sweep that finds none says nothing."""
    for each, period in ((stack, 900), (other, 300)):
        silent = alarm(each, "StreamSilent")
        assert (silent["MetricName"], silent["Statistic"], silent["Period"]) == (
            "FindingsLate",
            "Sum",
            period,
        )
        assert silent["Dimensions"] == [{"Name": "service", "Value": "sweep"}]
        assert (silent["ComparisonOperator"], silent["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
        assert (silent["EvaluationPeriods"], silent["TreatMissingData"]) == (2, "notBreaching")


def test_the_dashboard_shows_which_functions_run(stack: Synthesised) -> None:
    """The invocations of each function are on it, and all alarms are in its first row."""
    body = json.loads(stack["Dashboard/Dashboard"]["DashboardBody"])
    running = {row[3] for row in stack.on_dashboard() if row[1] == "Invocations"}
    assert running == {f"${{{path}}}" for path in stack.of_type("AWS::Lambda::Function")}
    assert {f"${{{path}.Arn}}" for path in stack.of_type("AWS::CloudWatch::Alarm")} == set(
        body["widgets"][0]["properties"]["alarms"]
    )
