"""Scenarios as they are played: steps in time, faults that are switched, and any script at all."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskledger.replay.scenario.service import OUTCOMES
from taskledger.simulator.engine.lifecycle import STATUSES
from taskledger.simulator.faults.api import ApiState
from taskledger.simulator.faults.delivery import Fate
from tests.support.running import replay, taskledger, write
from tests.taskledger.replay.conftest import script
from tests.taskledger.replay.test_scenario import STARTED, texts


def test_every_wrong_step_is_reported(play: Any) -> None:
    """Not only the first, so that a script is fixed at once."""
    ran = play('at = "0m"', *STARTED, 'at = "never", stop = "web"')
    assert [(index, field) for index, field, _ in ran.rejected] == [(0, "step"), (3, "at")]


def test_a_file_that_is_not_there() -> None:
    """The same line as for events."""
    ran = replay("events/scenarios/none.toml")
    assert (ran.code, ran.out, ran.err[:42]) == (2, "", "Error: There is no events/scenarios/none.t")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are no TOML."""
    ((_, field, error),) = replay(write(tmp_path / "a.toml", b"title = '\xff'")).rejected
    assert (field, error[:13]) == ("body", "is not TOML: ")


def test_steps_are_played_by_their_time(play: Any) -> None:
    """At the same time, in the order of the file."""
    ran = play('at = "2m", stop = "web"', *STARTED, 'at = "2m", expect = "web", desiredStatus = "STOPPED"')
    assert ran.code == 0


def test_again_and_again(play: Any) -> None:
    """A sweep at an interval comes until the last step, that included."""
    ran = play(*STARTED, 'at = "0m", sweep = true, every = "10m"', 'at = "40m", expect = "web", open = true')
    assert len(texts(ran, "sweep")) == 5


@pytest.mark.parametrize(
    ("order", "verdicts"), [("oldest first", ["NEWER", "NEWER"]), ("newest first", ["NEWER", "STALE"])]
)
def test_held_events(play: Any, order: str, verdicts: list[str]) -> None:
    """They arrive when they are released, in that order."""
    ran = play(
        *STARTED,
        'at = "2m", events = "held"',
        'at = "2m", stop = "web"',
        'at = "3m", report = "web", status = "STOPPED"',
        'at = "4m", expect = "web", version = 2',
        f'at = "5m", release = "{order}"',
        'at = "5m", expect = "web", version = 4, versionsMissing = []',
    )
    assert ran.code == 0
    assert [text.split()[-2].strip(",") for text in texts(ran, "event")[-2:]] == verdicts


def test_an_api_that_refuses_everything(play: Any) -> None:
    """Then a sweep fails as a whole, says so, and closes nothing."""
    ran = play(
        *STARTED,
        'at = "2m", api = "throttled"',
        'at = "1h", sweep = true',
        'at = "2h", sweep = true',
        'at = "2h", expect = "web", lastStatus = "RUNNING", open = true',
    )
    assert ran.code == 0
    assert all("ThrottlingException" in text for text in texts(ran, "sweep"))
    assert len(texts(ran, "sweep")) == 4  # no list of clusters, and none of the one that is known


def test_an_api_of_one_cluster(play: Any) -> None:
    """What one cluster's API does, another's does not; and for all means for all."""
    other = 'at = "0m", run = "job", cluster = "batch"'
    stale = ('at = "0m", api = "stale", cluster = "batch"', 'at = "1m", report = "job", status = "RUNNING"')
    ran = play(other, *stale, *STARTED, 'at = "2m", api = "well"', 'at = "3m", stop = "job"')
    arrived = [text.replace(" arrives", "").split(": ") for text in texts(ran, "event")]
    assert [(of, shown.split(", ")[1]) for of, shown in arrived] == [
        ("job version 1", "CURRENT"),
        ("web version 1", "CURRENT"),
        ("job version 2", "AHEAD"),
        ("web version 2", "CURRENT"),
        ("job version 3", "CURRENT"),
    ]


SERVICE = 'at = "0m", create = "web", desiredCount = 2'


def test_a_service_starts_its_tasks_by_itself(play: Any) -> None:
    """They are called by its name and a number, and live on between the steps."""
    ran = play(
        SERVICE,
        'at = "2m", expect = "web-2", lastStatus = "RUNNING", version = 3, group = "service:web"',
        'at = "3m", stop = "web-1"',
        'at = "5m", expect = "web-1", lastStatus = "STOPPED"',
        'at = "5m", expect = "web-3", lastStatus = "RUNNING"',
        'at = "6m", delete = "web"',
        'at = "7m", expect = "web-3", lastStatus = "STOPPED"',
    )
    assert ran.code == 0
    assert "web: SERVICE_STEADY_STATE" in texts(ran, "ecs")


def test_what_is_expected_of_a_service(play: Any) -> None:
    """What came of its deployments, what was found on it, and the blame of its incidents."""
    ran = play(
        SERVICE,
        'at = "3m", plan = "web:2", outcome = "no place"',
        'at = "3m", update = "web", taskDefinition = "web:2", minimumHealthyPercent = 0',
        'at = "4m", sweep = true',
        'at = "4m", expect = "web", outcomes = ["web:2 IN_PROGRESS", "web:1 COMPLETED"]',
        'at = "4m", expect = "web", open = ["SERVICE_IMPAIRED PLACEMENT", "DEPLOYMENT_FAILED STALLED"]',
        'at = "4m", expect = "web", blame = { "SERVICE_IMPAIRED PLACEMENT" = "began_with web:2" }',
        'at = "4m", expect = "web", open = []',
    )
    (failure,) = ran.document["scenarios"][0]["failures"]
    assert (failure["task"], failure["found"]) == (
        "web",
        ["SERVICE_IMPAIRED PLACEMENT", "DEPLOYMENT_FAILED STALLED"],
    )
    assert "[MEDIUM] web (default): no place for its tasks, 2x since 09:03, 2 of 2 running" in texts(
        ran, "message"
    )
    assert "web: SERVICE_IMPAIRED PLACEMENT, medium" in texts(ran, "finding")


def test_a_name_that_is_taken_is_left_out(play: Any) -> None:
    """The script's own task keeps it."""
    run = 'at = "0m", run = "web-1"'
    assert play(run, SERVICE, 'at = "1m", expect = "web-3", group = "service:web"').code == 0


def test_events_of_one_kind_are_lost(play: Any) -> None:
    """The others are delivered."""
    lost = 'at = "0m", events = "lost", of = "ECS Deployment State Change"'
    ran = play(lost, SERVICE, 'at = "2m", expect = "web-1", version = 3')
    assert [text for text in texts(ran, "event") if "lost" in text] == [
        "SERVICE_DEPLOYMENT_IN_PROGRESS of web is lost",
        "SERVICE_DEPLOYMENT_COMPLETED of web is lost",
    ]


@pytest.mark.parametrize(
    ("step", "field", "error"),
    [
        ('update = "api", desiredCount = 1', "update", 'no service "api" has been created by then'),
        ('update = "web"', "update", "says neither taskDefinition nor"),
        ('create = "web"', "create", "is refused by ECS: InvalidParameterException: Creation of service was"),
        ('plan = "web", outcome = "healthy"', "plan", "must be a task definition such as web:2"),
        ('plan = "web:1", outcome = "flies"', "outcome", "must be one of healthy, fails to start, crashes"),
        ('continue = "web"', "continue", "the deployment of web is not paused by then"),
        ('expect = "api-1", version = 1', "expect", 'no task "api-1" has been run by then'),
        (
            'expect = "web", version = 1',
            "version",
            "is no field of a service: these are outcomes, belowDesired",
        ),
        ('stop = "web-9"', "stop", 'no task "web-9" has been started by then'),
    ],
)
def test_what_is_wrong_of_a_service(play: Any, step: str, field: str, error: str) -> None:
    """It is rejected by its field, like any other."""
    ((_, found, words),) = play(SERVICE, f'at = "1m", {step}').rejected
    assert (found, words[: len(error)]) == (field, error)


def test_days_are_reported_where_there_are_several(tmp_path: Path) -> None:
    """A time alone says which moment as long as all are of one day."""
    path = write(tmp_path / "a.toml", script(*STARTED, 'at = "24h", expect = "web", open = true'))
    shown = taskledger("replay", "-v", path).out
    assert "  20 Nov 09:00:00  ecs      web of family:web starts" in shown
    assert "  21 Nov 09:00:00  check    web: open true" in shown


TIMES = st.integers(0, 90).map(lambda minutes: f'at = "{minutes}m"')
ACTS = st.one_of(
    st.sampled_from(STATUSES).map(lambda status: f'report = "web", status = "{status}"'),
    st.integers(0, 255).map(lambda code: f'report = "web", exit = {code}'),
    st.sampled_from(list(ApiState)).map(lambda state: f'api = "{state}"'),
    st.sampled_from(list(Fate)).map(lambda fate: f'events = "{fate}"'),
    st.sampled_from(["oldest", "newest"]).map(lambda order: f'release = "{order} first"'),
    st.integers(1, 3).map(
        lambda n: f'update = "api", taskDefinition = "api:{n}", circuitBreaker = "rollback"'
    ),
    st.sampled_from(OUTCOMES).map(lambda outcome: f'plan = "api:2", outcome = "{outcome}"'),
    st.sampled_from(["sweep = true", "watch = true", 'stop = "web"', 'protect = "web"', 'unprotect = "web"']),
)


@settings(max_examples=15)
@given(st.lists(st.tuples(TIMES, ACTS), max_size=12))
def test_any_script(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]) -> None:
    """Whatever happens in whatever order, a script is played to its end or rejected; nothing is thrown."""
    lines = [
        'at = "0m", run = "web", service = "web"',
        'at = "0m", create = "api"',
        *(f"{at}, {act}" for at, act in steps),
    ]
    path = write(tmp_path_factory.mktemp("any") / "a.toml", script(*lines))
    ran = replay(path)
    assert len(ran.document["scenarios"]) + len(ran.document["rejected"]) == 1
    assert ran.code == len(ran.document["rejected"])
