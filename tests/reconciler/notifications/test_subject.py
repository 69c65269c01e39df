"""The line that people see first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.facts.impact import Impact, Level
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Owner, Shared
from reconciler.incidents.outbox import NotificationType, Outbox
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.notifications.subject import subject
from tests.support.findings import DEFINITION, finding
from tests.support.messages import crash_loop, messages, shared_cause, standalone_run
from tests.support.values import START, at, state

OPENED, ONGOING, RESOLVED = NotificationType.OPENED, NotificationType.ONGOING, NotificationType.RESOLVED
CRASH = {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("EXIT_CODE")}
BLAME = Blame(
    word=BlameWord.BEGAN_WITH,
    deployment_id="ecs-svc/2",
    task_definition_arn=f"{DEFINITION}:44",
    previous_task_definition_arn=f"{DEFINITION}:43",
)
HOUR = timedelta(hours=1)


def crashed(*exit_codes: int | None, count: int = 1, **values: Any) -> Incident:
    """An incident of that many stops, each of whose containers ended so."""
    containers = tuple(Container(name=f"c{place}", exit_code=code) for place, code in enumerate(exit_codes))
    facts = CRASH | {"severity": Severity.MEDIUM, "containers": tuple(one.name for one in containers)}
    about = finding(1, **(facts | values))
    stopped = state(6, containers=containers)
    return add_findings(None, [report_finding(about, START, stopped)] * count, START, DEFAULT)


def returning(number: int, *, every: timedelta, count: int = 1, older: int = 0) -> Incident:
    """One that occurred so often, the last time at the tests' start."""
    ran = [Occurrence(START - every * place, START - every * place) for place in reversed(range(number))]
    ran[-1] = replace(ran[-1], count=count)
    return replace(crashed(1), occurrences=Occurrences(tuple(ran), older, ran[0].first_at))


def said(incident: Incident, type_: NotificationType = OPENED, now: datetime = START) -> str:
    return subject(incident, type_, incident.severity, now)


def test_the_five_messages_say_it_in_a_line() -> None:
    """Severity, who, what, how much, since when, impact, change."""
    assert [shown.message.subject for shown in messages()] == [
        "[HIGH] payments (prod): crash loop, exit 1, 10x since 09:00, 0 of 4 running, since payments:13",
        "[HIGH] checkout (shop): deployment failed, circuit breaker, checkout:43 rolled back to :42",
        "[HIGH] 12 services (prod): image can't be pulled, since 09:00, 2 down",
        "[MEDIUM] nightly-report (prod): 5 of 500 failed, exit 1",
        "[RESOLVED] payments (prod): crash loop, exit 1, over after 6 h",
    ]


@pytest.mark.parametrize(
    ("incident", "line"),
    [
        (crashed(1), "crashed, exit 1, at 09:00"),
        (crashed(1, count=2), "crashed, exit 1, 2x since 09:00"),
        (crashed(1, count=3), "crash loop, exit 1, 3x since 09:00"),
        (crashed(143, 7, 0), "crashed, exit 7, at 09:00"),
        (crashed(0, 137), "crashed, killed by SIGKILL, at 09:00"),
        (crashed(139, cause=Cause("SIGNAL")), "crashed, killed by SIGSEGV, at 09:00"),
        (crashed(255), "crashed, exit 255, at 09:00"),
        (crashed(None), "crashed, at 09:00"),
        (crashed(0, cause=Cause("UNEXPECTED_EXIT")), "ended by itself, exit 0, at 09:00"),
        (crashed(137, cause=Cause("OUT_OF_MEMORY")), "out of memory, at 09:00"),
        (crashed(1, cause=Cause("TIMEOUT")), "stopped, time-out, at 09:00"),
        (
            crashed(kind=Kind.TASK_FAILED_TO_START, cause=Cause("TIMEOUT")),
            "failed to start, time-out, at 09:00",
        ),
        (crashed(kind=Kind.STUCK, cause=Cause("PENDING")), "stuck, pending, since 09:00"),
        (crashed(kind=Kind.HOOK_WAITING, cause=None), "deployment waits for a person, since 09:00"),
        (
            crashed(kind=Kind.STOPPED_WHILE_PROTECTED, cause=Cause("SPOT")),
            "stopped while protected, Spot interruption, since 09:00",
        ),
        (crashed(kind=Kind("NEW_KIND"), cause=Cause("NEW_CAUSE")), "new kind, new cause, since 09:00"),
    ],
)
def test_what_happened_is_said_in_a_few_words(incident: Incident, line: str) -> None:
    """A fault in a row is a loop; the exit code is that of the container that did not end with the others."""
    assert said(incident) == f"[MEDIUM] checkout (shop): {line}"


@pytest.mark.parametrize(
    ("incident", "type_", "later", "line"),
    [
        (crashed(1, count=9), OPENED, 0 * HOUR, "crash loop, exit 1, 9x since 09:00"),
        (crashed(1, count=9), ONGOING, 4 * HOUR, "crash loop, exit 1, goes on since 09:00, 9x"),
        (crashed(1, count=9), ONGOING, 30 * HOUR, "crash loop, exit 1, goes on since 2026-11-20 09:00, 9x"),
        (
            returning(29, every=5 * HOUR),
            ONGOING,
            0 * HOUR,
            "crashed, exit 1, again, 29th time in 7 days, last 5 h ago",
        ),
        (
            returning(29, every=5 * HOUR),
            ONGOING,
            3 * HOUR,
            "crashed, exit 1, 29 times in 7 days, last 3 h ago",
        ),
        (
            returning(2, every=24 * HOUR),
            OPENED,
            0 * HOUR,
            "crashed, exit 1, again, 2nd time in 7 days, last 24 h ago",
        ),
        (
            returning(3, every=HOUR, count=12),
            OPENED,
            0 * HOUR,
            "crash loop, exit 1, again, 3rd time in 7 days, 12x since 09:00",
        ),
        (
            returning(50, every=HOUR, older=12),
            ONGOING,
            0 * HOUR,
            "crashed, exit 1, more than 50 times in 7 days, last 60 min ago",
        ),
    ],
)
def test_how_often_is_said(incident: Incident, type_: NotificationType, later: timedelta, line: str) -> None:
    """What never stopped goes on; what returned is there again, the so many-th time in a week."""
    assert said(incident, type_, START + later) == f"[MEDIUM] checkout (shop): {line}"


def test_the_change_is_said() -> None:
    """Since which revision, and whether it was rolled back; nothing of one that is not to blame."""
    incident = crashed(1)
    rolled_back = replace(BLAME, rolled_back_at=START, rolled_back_to=f"{DEFINITION}:43")
    failed = crashed(kind=Kind.DEPLOYMENT_FAILED, cause=Cause("STALLED"))
    assert said(replace(incident, blame=BLAME)).endswith(", at 09:00, since checkout:44")
    assert said(replace(incident, blame=rolled_back)).endswith(", since checkout:44, rolled back to :43")
    assert said(replace(incident, blame=replace(BLAME, word=BlameWord.BEFORE))) == said(incident)
    assert said(replace(failed, blame=BLAME)).endswith(
        "deployment failed, no progress, since 09:00, checkout:43 to :44"
    )
    unknown = Blame(word=BlameWord.BEGAN_WITH, deployment_id="ecs-svc/2")
    assert said(replace(failed, blame=unknown)).endswith("deployment failed, no progress, since 09:00")


@pytest.mark.parametrize(
    ("counted", "total", "line"),
    [
        (5, 500, "5 of 500 failed, exit 1"),
        (5, None, "5 tasks failed, exit 1"),
        (1, None, "1 task failed, exit 1"),
    ],
)
def test_standalone_work_is_counted(counted: int, total: int | None, line: str) -> None:
    """So many of a run's tasks, or only how many where nobody counted the run."""
    run = standalone_run()
    stops = tuple(Occurrence(at(place * HOUR.seconds), at(place * HOUR.seconds)) for place in range(counted))
    assert said(replace(run, occurrences=Occurrences(stops, 0, START), tasks_of_run=total)).endswith(
        f": {line}"
    )


def test_several_owners_are_counted() -> None:
    """Services, families or both; those that are down are a number of their own."""

    def line(*names: str) -> str:
        return said(replace(shared_cause(), shared=Shared(owners=tuple(Owner(name, 1) for name in names))))

    assert line("service:a", "service:b").startswith("[HIGH] 2 services (prod): image can't be pulled, since")
    assert line("family:a", "family:b", "family:c").startswith("[HIGH] 3 task families (prod)")
    assert line("family:a", "service:b").startswith("[HIGH] 2 services and task families (prod)")


def test_one_that_is_newly_down_is_named() -> None:
    """Those that a message named before are only counted, as are several at once."""

    def line(*named_down: str) -> str:
        down = tuple(Owner(f"service:{name}", 1, Level.DOWN) for name in ("cart", "mail", "web"))
        shared = Shared(owners=down, named_down=tuple(f"service:{name}" for name in named_down))
        return said(replace(shared_cause(), shared=shared)).rpartition(", ")[2]

    assert [line("cart", "mail"), line("cart"), line()] == ["web down", "3 down", "3 down"]


def test_the_least_important_goes_first() -> None:
    """Whole parts at a time: how often, the change, what runs; then the cluster, and at last half a name."""
    short = crash_loop()
    lines = [said(_named(short, "x" * length)) for length in (8, 20, 35, 45, 60, 80)]
    assert lines == [
        f"[HIGH] {'x' * 8} (prod): crash loop, exit 1, 10x since 09:00, 0 of 4 running, since payments:13",
        f"[HIGH] {'x' * 20} (prod): crash loop, exit 1, 0 of 4 running, since payments:13",
        f"[HIGH] {'x' * 35} (prod): crash loop, exit 1, 0 of 4 running",
        f"[HIGH] {'x' * 45} (prod): crash loop, exit 1, 0 of 4 running",
        f"[HIGH] {'x' * 60} (prod): crash loop, exit 1",
        f"[HIGH] {'x' * 80}: crash loop",
    ]
    assert said(_named(short, "x" * 255)) == f"[HIGH] {'x' * 76} ...: crash loop"


@given(st.text(min_size=1, max_size=120), st.sampled_from(NotificationType), st.integers(0, 9))
def test_no_word_is_cut(name: str, type_: NotificationType, running: int) -> None:
    """Whatever there is room for: but for a name, each part is there as a whole or not at all."""
    impact = Impact(desired=9, running=running, pending=0, checked_at=START)
    incident = replace(_named(crash_loop(), name), impact=impact, outbox=Outbox(standing=Severity.HIGH))
    line = subject(incident, type_, Severity.HIGH, at(400))
    assert len(line) < 100
    wholes = {"exit 1", "10x since 09:00", "10x", "goes on since 09:00", f"{running} of 9 running"}
    wholes |= {"since payments:13", "over after 3 min"}
    assert set(line.rpartition(": crash loop")[2].split(", ")) <= {*wholes, ""}


def _named(incident: Incident, name: str) -> Incident:
    return replace(incident, key=replace(incident.key, owner=f"service:{name}"))
