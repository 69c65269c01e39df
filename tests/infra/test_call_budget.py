"""What all functions ask ECS at once stays within the account's budget, as docs/operations.md adds it up."""

import re
from dataclasses import replace

from reconciler.use_cases.service_sweep.closer_look import MOST
from reconciler.use_cases.service_sweep.sweep import CALL
from task_ledger_cdk.config import Config
from tests.bench.sweep import LARGE, SECONDS
from tests.infra.synthesised import ROOT

BURST = 100  # of DescribeServices
A_SECOND = 20  # DescribeTasks and ListTasks together, of one account in one Region
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
SECTION = TEXT.split("## Calls to ECS\n")[1].split("\n## ")[0]


def worst_case(config: Config) -> int:
    """Calls a second while observe is as concurrent as it gets, and watch and sweep run too."""
    observe = config.max_concurrency * config.calls_per_second
    return observe + config.calls_per_second + config.sweep_calls_per_second


def test_the_defaults_leave_the_burst_to_people() -> None:
    """All functions at their limits together use less than the bucket is refilled with."""
    assert worst_case(Config()) < A_SECOND


def test_two_stacks_fit_with_the_values_on_the_page() -> None:
    """The page's values for two stacks beside each other keep both of them below the budget."""
    (shown,) = re.findall(r"give each `callsPerSecond=(\d+)` and `sweepCallsPerSecond=(\d+)`", TEXT)
    calls, sweep = map(int, shown)
    both = 2 * worst_case(replace(Config(), calls_per_second=calls, sweep_calls_per_second=sweep))
    assert both < A_SECOND
    assert f"2 x (2 x {calls} + {calls} + {sweep}) = {both}." in SECTION


def test_services_are_asked_about_within_their_own_buckets() -> None:
    """The sweep reads all services at its pace, from buckets as large as that of the tasks."""
    pace = Config().sweep_calls_per_second
    assert f"`sweepCallsPerSecond` at most: {pace} of {A_SECOND}, and of two stacks 2 x 3 = 6." in SECTION
    calls = 3 * MOST
    assert f"50 services of a cluster, {calls} calls or {round(calls / pace)} s" in SECTION.replace("\n", " ")
    assert MOST == 50


def test_services_of_incidents_are_asked_about_within_the_burst() -> None:
    """All functions that report at once could use more than the bucket is refilled with; the page says so."""
    pace, shards = Config().calls_per_second, 4
    calls = shards * pace + pace + pace
    text = SECTION.replace("\n", " ")
    assert f"{shards} x {pace} + {pace} + {pace} = {calls}, is above {A_SECOND}" in text
    assert f"{A_SECOND * CALL} services that fail" in text
    assert f"burst of {BURST} is for {BURST * CALL:,} services" in text


def test_the_page_adds_up_a_large_sweep() -> None:
    """Of the account that `make bench` sweeps, in calls and in seconds at the default pace."""
    clusters, tasks, services = LARGE
    of_tasks = 1 + clusters * (tasks // 100 + 1 + 2 * tasks // 100)
    of_services = clusters * (services // 100 + services // CALL)
    together, pace = of_tasks + of_services, Config().sweep_calls_per_second
    assert f"= {of_tasks} calls" in SECTION
    assert f"{clusters} x (1 + {services // CALL}) = {of_services} read" in SECTION
    assert f"{together} / {pace} = {together // pace} s" in SECTION
    assert together / pace < SECONDS


def test_the_page_adds_up_the_defaults() -> None:
    """The rows of the sum are the defaults, and so is the total."""
    config = Config()
    rows = re.findall(
        r"^\| (?:\*\*)?(\w+)(?:\*\*)? \|.*\| (?:\*\*)?([\d x]+?)(?:\*\*)? \|$", SECTION, re.MULTILINE
    )
    assert dict(rows) == {
        "observe": f"{config.max_concurrency} x {config.calls_per_second}",
        "watch": str(config.calls_per_second),
        "sweep": str(config.sweep_calls_per_second),
        "together": str(worst_case(config)),
    }
