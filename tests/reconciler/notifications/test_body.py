"""What a mail says below its subject."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.costs.total import Total
from reconciler.findings.causes import FAILED_DEPLOYMENT, IMPAIRED_SERVICE, RECORDS, is_shared
from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.facts.impact import Impact, Level
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Owner, Shared
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.notifications.message import compose
from tests.support.findings import finding
from tests.support.messages import crash_loop, messages, resolved, shared_cause, standalone_run
from tests.support.values import START, at, state, task_arn

OPENED, RESOLVED = NotificationType.OPENED, NotificationType.RESOLVED


def lines(incident: Incident, type_: NotificationType = OPENED, now: float = 300) -> list[str]:
    return compose(incident, PendingNotification(type_, "1"), at(now), DEFAULT).text.splitlines()


def impact(running: int, since: float | None = None, **values: Any) -> Impact:
    below = None if since is None else at(since)
    zero = below if running == 0 else None
    facts = {"desired": 4, "pending": 0, "checked_at": at(290), "zero_since": zero, "below_since": below}
    return Impact(running=running, **(facts | values))


def stopped(number: int, reason: str, *containers: Container) -> Any:
    task = state(6, task_arn=task_arn(number), stop_code="TaskFailedToStart", stopped_reason=reason)
    return report_finding(finding(number), START, replace(task, containers=containers))


def test_the_first_three_lines_say_it_all() -> None:
    """What is broken, how badly, and since which change."""
    assert lines(crash_loop())[:3] == [
        "payments in prod: The task stopped: a container failed (app ended with 1).",
        "0 of 4 tasks run, 1 pending, none for 4 min: the service is down. Severity high.",
        "Began with deployment payments:12 to :13 (image payments:12 to payments:13), started 2 min before.",
    ]
    assert lines(standalone_run())[1:3] == [
        "5 of 500 tasks of this run failed. Severity medium.",
        "It ran nightly-report:7.",
    ]
    assert lines(shared_cause())[1:3] == [
        "12 services, 2 of them down. Severity high.",
        "Began at 09:00 UTC, for several at once.",
    ]


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (impact(4), "4 of 4 tasks run."),
        (impact(3, 240), "3 of 4 tasks run."),
        (impact(3, -600), "3 of 4 tasks run, too few for 15 min: the service is degraded."),
        (impact(1, 120, half_since=at(120)), "1 of 4 tasks run, too few for 3 min: the service is degraded."),
        (impact(0, 240, pending=2), "0 of 4 tasks run, 2 pending."),
        (impact(0, 120), "0 of 4 tasks run, none for 3 min: the service is down."),
        (None, "How many tasks run is not known."),
    ],
)
def test_how_bad_it_is_is_said(read: Impact | None, said: str) -> None:
    """What runs of what should, and for how long too few."""
    assert lines(replace(crash_loop(), impact=read))[1] == f"{said} Severity high."


def test_the_facts_follow() -> None:
    """What, where, of which version, how often, and what to do next; then tasks, links and the id."""
    shown = lines(crash_loop())
    assert shown[4:10] == [
        "Fault    ESSENTIAL_CONTAINER_FAILED EXIT_CODE",
        "Where    service payments in cluster prod, account 111122223333, eu-central-1",
        "Version  payments:13",
        "Count    10 times from 09:00 UTC to 09:03 UTC",
        "Cost     $0.03 for 10 tasks that came to nothing",
        "Next     Read the last lines of the container's log before the stop.",
    ]
    assert shown[11] == "Tasks, the latest first:"
    assert shown[14].startswith(
        "Task       https://eu-central-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/"
    )
    assert shown[-1] == f"Incident {crash_loop().incident_id}"


def test_times_have_a_date_when_they_are_old() -> None:
    """Within a day of the message the hour is enough."""
    assert "Count    10 times from 2026-11-20 09:00 UTC to 2026-11-20 09:03 UTC" in lines(
        crash_loop(), now=2 * 86400
    )


def test_what_tasks_say_alike_stands_once() -> None:
    """Tasks of one saying are one line, with their number and the latest of them."""
    reported = [
        stopped(1, "CannotPullContainerError: a", Container(name="app")),
        stopped(2, "CannotPullContainerError: b", Container(name="app")),
        stopped(3, "CannotPullContainerError: b", Container(name="app")),
        stopped(4, "CannotPullContainerError: b", Container(name="app")),
    ]
    shown = lines(add_findings(None, reported, START, DEFAULT))
    first, ids = shown.index("Tasks, the latest first:") + 1, [f"{number:032x}" for number in range(5)]
    assert shown[first : first + 3] == [
        f"  3 tasks, the latest {ids[4]}: TaskFailedToStart: CannotPullContainerError: b",
        f"  {ids[1]}: TaskFailedToStart: CannotPullContainerError: a",
        "",
    ]


def test_what_the_summary_says_is_not_said_again() -> None:
    """Not by the task, nor by its containers."""
    reason = "CannotPullContainerError: manifest for checkout:43 not found"
    about = finding(1, summary=f'The task did not start - ECS says "{reason}".')
    task = state(6, stop_code="TaskFailedToStart", stopped_reason=reason)
    failed = replace(task, containers=(Container(name="app", exit_code=1, reason=reason),))
    incident = add_findings(None, [report_finding(about, START, failed)], START, DEFAULT)
    assert "\n".join(lines(incident)).count(reason) == 1
    assert f"  {incident.samples[0].task_arn[-32:]}: TaskFailedToStart; app exit code 1" in lines(incident)


def test_several_owners_are_listed() -> None:
    """Up to twenty with how often and how bad, the number of the others, and what they may share."""
    owners = tuple(Owner(f"service:s{number}", number + 1, Level.NONE) for number in range(30))
    down = replace(owners[0], level=Level.DOWN)
    shown = lines(replace(shared_cause(), shared=Shared(owners=(down, *owners[1:]), others=5)))
    first = shown.index("Affected:") + 1
    assert shown[first : first + 2] == ["  s0: once, down", "  s1: 2 times"]
    assert shown[first + 20 : first + 22] == ["  and 15 more", ""]
    assert "Covers   also covers 1 incident published before" in shown
    advice = next(line for line in shown if line.startswith("Next"))
    assert advice.startswith("Next     Look at what they share: the registry")


@pytest.mark.parametrize("kind", [Kind.ESSENTIAL_CONTAINER_FAILED, Kind.STUCK])
def test_any_cause_of_several_has_advice(kind: Kind) -> None:
    """One that is not known to be shared, too."""
    one = shared_cause()
    shown = lines(
        replace(one, key=replace(one.key, kind=kind, cause=Cause("EXIT_CODE")), cause=Cause("EXIT_CODE"))
    )
    assert any(line.startswith("Next     Look at what they share:") for line in shown)


def test_what_is_over_says_how_it_ended() -> None:
    """How long it lasted, what ended it or for how long it has been quiet, and what runs now."""
    by_itself = replace(resolved(), ended_by=None, resolved_at=at(1434))
    assert lines(resolved(), RESOLVED, 6 * 3600)[:2] == [
        "payments in prod: crash loop, exit 1, is over after 6 h.",
        "Ended: payments:14 was deployed. 4 of 4 tasks run now. Severity was high.",
    ]
    assert lines(by_itself, RESOLVED, 1434)[:2] == [
        "payments in prod: crash loop, exit 1, is over after 3 min.",
        "Nothing more for 20 min. 4 of 4 tasks run now. Severity was high.",
    ]
    assert not [line for line in lines(resolved(), RESOLVED) if line.startswith("Next")]


def test_no_sentence_is_said_five_times() -> None:
    """In no message of the page does a line stand twice."""
    for shown in messages():
        said = [line for line in shown.message.text.splitlines() if line]
        assert len(said) == len(set(said))


def test_every_cause_has_a_title() -> None:
    """Short enough for a subject; what several services share has its advice in the record of the cause."""
    records = [*RECORDS.values(), *FAILED_DEPLOYMENT.values(), *IMPAIRED_SERVICE.values()]
    assert all(0 < len(record.title) <= 35 for record in records)
    assert all(record.shared.startswith("Look at ") for record in records if record.shared)
    assert is_shared(Kind.TASK_FAILED_TO_START, Cause("IMAGE_PULL"))
    assert not is_shared(Kind.ESSENTIAL_CONTAINER_FAILED, Cause("EXIT_CODE"))


def test_a_long_duration_is_in_days() -> None:
    """Hours up to two days."""
    incident = replace(resolved(), resolved_at=START + timedelta(days=3))
    assert lines(incident, RESOLVED)[0].endswith("is over after 3 days.")


@pytest.mark.parametrize(
    ("waste", "said"),
    [
        (None, []),
        (Total(), []),
        (Total(unpriced=412), []),
        (Total(Decimal("0.009"), 3), []),
        (Total(Decimal("0.01"), 1), ["Cost     $0.01 for 1 task that came to nothing"]),
        (Total(Decimal("3.1"), 412), ["Cost     $3.10 for 412 tasks that came to nothing"]),
        (
            Total(Decimal("3.1"), 412, 7),
            ["Cost     $3.10 for 412 tasks that came to nothing, not counting 7 whose price is not known"],
        ),
    ],
)
def test_what_it_cost(waste: Total | None, said: list[str]) -> None:
    """From a cent on, with the tasks that the amount leaves out."""
    incident = replace(crash_loop(), waste=waste)
    assert [line for line in lines(incident) if line.startswith("Cost")] == said


def test_what_all_occurrences_cost() -> None:
    """The amount is of more than the count above it, so it says since when."""
    known = crash_loop().occurrences
    before = replace(known, older=1, began_at=START - timedelta(days=2))
    incident = replace(crash_loop(), occurrences=before, waste=Total(Decimal("3.1"), 412))
    (said,) = (line for line in lines(incident) if line.startswith("Cost"))
    assert said == "Cost     $3.10 for 412 tasks that came to nothing since 2026-11-18 09:00 UTC"
