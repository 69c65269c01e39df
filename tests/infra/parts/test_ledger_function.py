"""The functions: what they run, what they are given, for how long, and where their logs go."""

import ast
import json
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import reconciler.settings
from reconciler.parsing.home import Home
from reconciler.settings.alerting import AlertSettings, read_alert_on_replay, read_policy
from reconciler.settings.ledger import LedgerSettings
from reconciler.settings.sweep import SweepSettings
from task_ledger_cdk.assess import CHANGES
from tests.infra.conftest import synthesised
from tests.infra.synthesised import Synthesised
from tests.support.hanging import TIMEOUTS

FUNCTIONS = ("Observe", "Assess", "Sweep", "Watch")
REPORTING = {
    "ALERT_TOPIC_ARN": "${Alerts/Topic}",
    "CHAT_TOPIC_ARN": "${Alerts/ChatTopic}",
    "POLICY_FILE": "task-ledger-policy.toml",
    "PROTECTION_LEAD_MINUTES": "20",
}
CLUSTERS = (
    "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/shop",
    "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/billing",
)


def mapping_of(stack: Synthesised, function: str) -> dict[str, Any]:
    mappings = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    (found,) = (each for each in mappings if each["FunctionName"] == f"${{{function}/Function}}")
    return found


def environment(stack: Synthesised, function: str) -> dict[str, str]:
    variables: dict[str, str] = stack[f"{function}/Function"]["Environment"]["Variables"]
    return variables


def names_in_settings() -> set[str]:
    """Every variable that the functions' settings spell out."""
    modules = Path(reconciler.settings.__file__).parent.glob("*.py")
    nodes = (node for module in modules for node in ast.walk(ast.parse(module.read_text("utf-8"))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text.isupper()}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_settings_read_where_the_ledger_is(other: Synthesised, function: str) -> None:
    """Every function's settings find the table in its environment, the retention and the pace of calls."""
    settings = LedgerSettings.read(environment(other, function))
    assert (settings.table_name, settings.retention.days) == ("${Ledger/Table}", 30)
    assert settings.calls_per_second == 6
    assert settings.home == Home("${AWS::AccountId}", "${AWS::Region}")


def test_settings_read_what_was_chosen(stack: Synthesised, other: Synthesised) -> None:
    """The sweep's settings say which clusters, none for all, and how fast; the watch's, when to warn."""
    everywhere = SweepSettings(clusters=(), calls_per_second=4)
    assert SweepSettings.read(environment(stack, "Sweep")) == everywhere
    assert SweepSettings.read(environment(other, "Sweep")) == SweepSettings(
        clusters=CLUSTERS, calls_per_second=5
    )
    shown = environment(other, "Watch") | {"POLICY_FILE": "tests/infra/policy.toml"}
    assert read_policy(shown).protection_lead == timedelta(minutes=20)
    assert read_alert_on_replay(environment(other, "Assess"))
    assert AlertSettings.read(environment(stack, "Watch")).chat_topic_arn is None


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_set_that_nobody_reads(stack: Synthesised, function: str) -> None:
    """Each variable of a function is one that settings or Powertools know."""
    own = {name for name in environment(stack, function) if not name.startswith("POWERTOOLS_")}
    assert own <= names_in_settings()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("Observe", {}),
        ("Assess", {**REPORTING, "ALERT_ON_REPLAY": "true"}),
        ("Sweep", {**REPORTING, "CLUSTERS": ",".join(CLUSTERS), "SWEEP_CALLS_PER_SECOND": "5"}),
        ("Watch", REPORTING),
    ],
)
def test_choices_reach_the_functions(other: Synthesised, function: str, expected: dict[str, str]) -> None:
    """What a deployment chooses is in the environment of those functions that need it, and of no others."""
    common = {
        "LEDGER_ACCOUNT": "${AWS::AccountId}",
        "LEDGER_REGION": "${AWS::Region}",
        "LEDGER_TABLE_NAME": "${Ledger/Table}",
        "LEDGER_RETENTION_DAYS": "30",
        "CALLS_PER_SECOND": "6",
        "POWERTOOLS_SERVICE_NAME": function.lower(),
        "POWERTOOLS_METRICS_NAMESPACE": "Other",
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
    }
    assert environment(other, function) == common | expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_runs_the_handler_of_its_name(stack: Synthesised, function: str) -> None:
    """The handler is the module of the function's name, on Python 3.13, with the one layer."""
    properties = stack[f"{function}/Function"]
    assert properties["Handler"] == f"reconciler.handlers.{function.lower()}.handler"
    assert find_spec(properties["Handler"].removesuffix(".handler"))
    assert properties["Runtime"] == "python3.13"
    assert properties["Layers"] == ["${Dependencies}"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_a_layer(other: Synthesised, function: str) -> None:
    """-c policyFile is laid beside what the functions import, where they look for it."""
    assert other[f"{function}/Function"]["Layers"] == ["${Dependencies}", "${Policy}"]


def test_the_processor_is_a_choice(stack: Synthesised, other: Synthesised) -> None:
    """Functions and layer are for arm64, or for x86_64 when that is chosen, and their layers differ."""
    for each, processor in ((stack, "arm64"), (other, "x86_64")):
        assert each["Dependencies"]["CompatibleArchitectures"] == [processor]
        assert {each[f"{name}/Function"]["Architectures"][0] for name in FUNCTIONS} == {processor}
    assert stack["Dependencies"]["Content"] != other["Dependencies"]["Content"]


def test_observe_takes_batches_from_the_queue(stack: Synthesised) -> None:
    """Up to a hundred messages a batch, a short wait for them, partial failures, few batches at once."""
    mapping = mapping_of(stack, "Observe")
    assert mapping == {
        "EventSourceArn": "${Intake/EventQueue.Arn}",
        "FunctionName": "${Observe/Function}",
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 2,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 2},
    }


def test_assess_takes_changes_from_the_stream(stack: Synthesised) -> None:
    """From the oldest on, failures are parted and halved, at last left in the queue that rings."""
    mapping = mapping_of(stack, "Assess")
    filters = mapping.pop("FilterCriteria")["Filters"]
    assert [json.loads(each["Pattern"]) for each in filters] == CHANGES
    assert len(filters) <= 5  # or Lambda refuses the mapping
    assert not any("REMOVE" in each["eventName"] for each in CHANGES)
    assert mapping == {
        "EventSourceArn": "${Ledger/Table.StreamArn}",
        "FunctionName": "${Assess/Function}",
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 1,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRetryAttempts": 20,
        "DestinationConfig": {"OnFailure": {"Destination": "${ChangeDeadLetters/Queue.Arn}"}},
    }


def test_concurrency_is_a_choice(other: Synthesised) -> None:
    """-c maxConcurrency bounds how many batches are worked on at once."""
    mapping = mapping_of(other, "Observe")
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 3}


def test_a_message_stays_hidden_until_its_batch_is_surely_over(stack: Synthesised) -> None:
    """The queue's visibility is at least six timeouts and the window, as Lambda asks."""
    mapping = mapping_of(stack, "Observe")
    timeout = stack["Observe/Function"]["Timeout"]
    needed = 6 * timeout + mapping["MaximumBatchingWindowInSeconds"]
    assert stack["Intake/EventQueue"]["VisibilityTimeout"] >= needed


@pytest.mark.parametrize(
    ("function", "seconds", "schedule"), [("Sweep", 900, "rate(15 minutes)"), ("Watch", 60, "rate(1 minute)")]
)
def test_scheduled_runs_do_not_pile_up(
    stack: Synthesised, function: str, seconds: int, schedule: str
) -> None:
    """A run is over before the next one starts, and what is late by a whole interval is not run any more."""
    properties = stack[f"{function}Schedule/Schedule"]
    assert properties["ScheduleExpression"] == schedule
    assert properties["Target"]["Arn"] == f"${{{function}/Function.Arn}}"
    assert properties["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == seconds
    assert stack[f"{function}/Function"]["Timeout"] < seconds
    retries = stack[f"{function}/Function/EventInvokeConfig"]
    assert (retries["MaximumRetryAttempts"], retries["MaximumEventAgeInSeconds"]) == (0, seconds)


def test_the_sweep_interval_is_a_choice(other: Synthesised) -> None:
    """-c sweepMinutes sets the interval, and a run of the sweep gets no longer than that."""
    assert other["SweepSchedule/Schedule"]["ScheduleExpression"] == "rate(5 minutes)"
    assert other["Sweep/Function"]["Timeout"] == 300


def test_time_budgets_are_those_of_the_deployed_functions(tmp_path: Path) -> None:
    """The timeouts that the functions' calls are proved to keep within are the shortest that deploy."""
    shortest = synthesised(tmp_path, sweepMinutes="1")
    assert {name.lower(): shortest[f"{name}/Function"]["Timeout"] for name in FUNCTIONS} == TIMEOUTS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logs_expire(stack: Synthesised, other: Synthesised, function: str) -> None:
    """Each function has a log group of its own that keeps logs as long as chosen and goes with the stack."""
    assert stack[f"{function}/Function"]["LoggingConfig"] == {"LogGroup": f"${{{function}/Log}}"}
    assert stack[f"{function}/Log"]["RetentionInDays"] == 30
    assert other[f"{function}/Log"]["RetentionInDays"] == 7
    assert stack.attribute(f"{function}/Log", "DeletionPolicy") == "Delete"


def test_tracing_is_a_choice(stack: Synthesised, other: Synthesised) -> None:
    """Functions are traced only when that is chosen."""
    modes: list[Any] = [each["Observe/Function"].get("TracingConfig") for each in (stack, other)]
    assert modes == [None, {"Mode": "Active"}]
