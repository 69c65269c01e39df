"""What a service's record, and above all its deployments, mean to its incidents."""

from typing import Any

import pytest

from reconciler.findings.model import Finding, Kind, Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.case import Context
from reconciler.incidents.course import end_words, goes_on, is_over_by_deployments, stands, with_blame
from reconciler.incidents.deployments.blame import BlameWord
from reconciler.incidents.facts.impact import Running
from reconciler.incidents.lifecycle import add_findings, advance, end, with_running
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.outbox import NotificationType
from reconciler.incidents.reported import ReportedFinding, report_service_finding
from reconciler.model.service import ServiceRecord
from reconciler.services.merge import merge_event, merge_reading
from reconciler.services.outcomes import histories
from tests.support.findings import finding, published
from tests.support.services import (
    COMPLETED,
    DEFINITION,
    FAILED,
    SERVICE,
    STARTED,
    action,
    deployment_event,
    deployment_id,
    described,
    hook,
    minute,
    reading,
    record,
)
from tests.support.values import CLUSTER

ROLLING_BACK = f"ECS deployment circuit breaker: rolling back to deploymentId {deployment_id(1)}."
POLICY = Policy()


def rolled_back(*, done: bool) -> ServiceRecord:
    """Deployment 2 failed and deployment 3 rolls it back."""
    found = merge_reading(record(), reading(described(1, 0)), minute(1))
    events = [
        deployment_event(2, STARTED, 10),
        deployment_event(2, FAILED, 14),
        deployment_event(3, STARTED, 14.1, ROLLING_BACK),
        *([deployment_event(3, COMPLETED, 16)] if done else []),
    ]
    for event in events:
        found = merge_event(found, event)
    return found


def crash(number: int, started_by: int, at: float, **values: Any) -> ReportedFinding:
    """A task that this deployment started has failed."""
    about = finding(number, **values)
    return ReportedFinding(finding=about, at=minute(at), deployment_id=deployment_id(started_by))


def of_service(kind: Kind, **values: Any) -> Incident:
    at = minute(0)
    about = Finding(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        group="service:checkout",
        task_definition_arn=None,
        kind=kind,
        severity=Severity.HIGH,
        summary="It is impaired.",
        remedy="Look.",
        observed_at=at,
        occurred_at=at,
        **({"cause": None} | values),
    )
    return add_findings(None, [report_service_finding(about, None)], at, POLICY)


def test_an_incident_that_began_with_a_deployment_ends_with_its_rollback() -> None:
    """It is over when the rollback is done, and not while it is under way."""
    opened = add_findings(None, [crash(1, 2, 12)], minute(12), POLICY)
    for done in (False, True):
        known = histories(rolled_back(done=done))
        blamed = with_blame(opened, known)
        assert blamed.blame is not None
        assert (blamed.blame.word, blamed.blame.deployment_id) == (BlameWord.BEGAN_WITH, deployment_id(2))
        assert is_over_by_deployments(blamed, known) is done
    assert blamed.blame.rolled_back_at == minute(14.1)


def test_an_incident_goes_on_where_tasks_of_the_rollback_fail() -> None:
    """A rollback ends nothing that its own tasks suffer from, too."""
    known = histories(rolled_back(done=True))
    opened = add_findings(None, [crash(1, 2, 12), crash(2, 3, 15)], minute(15), POLICY)
    assert not is_over_by_deployments(with_blame(opened, known), known)


@pytest.mark.parametrize(("steady", "over"), [(0, True), (4, False)])
def test_what_took_its_place_ends_what_the_service_lacked(steady: int, over: bool) -> None:  # noqa: FBT001 - a column of the table
    """A newer deployment that was completed; of one that ran as well as ever nothing is known by that."""
    found = merge_reading(record(), reading(described(1, 0)), minute(1))
    for event in (deployment_event(2, STARTED, 10), deployment_event(4, STARTED, 20)):
        found = merge_event(found, event)
    opened = add_findings(None, [crash(1, 2, 12)], minute(12), POLICY)
    read = with_running(opened, Running(desired=4, least=4, steady=steady), minute(13))
    before = with_blame(read, histories(found))
    assert before.blame
    assert (before.blame.replaced, is_over_by_deployments(before, histories(found))) == (False, False)
    known = histories(merge_event(found, deployment_event(4, COMPLETED, 25)))
    after = with_blame(read, known)
    assert after.blame
    assert (after.blame.replaced, is_over_by_deployments(after, known)) == (True, over)


def test_a_standalone_tasks_incident_has_no_blame() -> None:
    """What no service runs began with no deployment."""
    opened = add_findings(None, [crash(1, 2, 12, group="family:report")], minute(12), POLICY)
    assert with_blame(opened, histories(rolled_back(done=True))).blame is None


def test_an_end_is_published_if_the_incident_was() -> None:
    """What was announced is resolved with a message of its own, at once."""
    opened = add_findings(None, [crash(1, 2, 12)], minute(12), POLICY)
    heard = published(advance(opened, Context(), minute(13), POLICY), minute(13))
    over = advance(end(heard, "rolled back to 42"), Context(), minute(16), POLICY)
    assert (over.status, over.resolved_at) == (Status.RESOLVED, minute(16))
    assert [one.type for one in over.outbox.pending] == [NotificationType.RESOLVED]
    unheard = advance(end(opened, "rolled back to 42"), Context(), minute(16), POLICY)
    assert (unheard.status, unheard.outbox.pending) == (Status.RESOLVED, ())


DEPLOYED = merge_event(record(), deployment_event(4, COMPLETED, 15))
NAMED = merge_reading(record(), reading(described(4, 15, revision=44)), minute(16))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (rolled_back(done=True), "rolled back to checkout:42"),
        (DEPLOYED, "another deployment was deployed"),
        (NAMED, "checkout:44 was deployed"),
    ],
    ids=["rolled back", "deployed", "deployed, and known"],
)
def test_the_end_says_what_ended_it(found: ServiceRecord, words: str) -> None:
    """That the deployment was rolled back, and to what, or what was deployed instead."""
    incident = of_service(Kind.DEPLOYMENT_FAILED, about=deployment_id(2))
    assert end_words(incident, histories(found)) == words


FAILS, NEWER = deployment_event(2, FAILED, 12), deployment_event(4, STARTED, 13)


@pytest.mark.parametrize(
    ("events", "settled"),
    [
        ((), False),
        ((FAILS,), False),
        ((deployment_event(2, COMPLETED, 12),), True),
        ((FAILS, NEWER), False),
        ((FAILS, NEWER, deployment_event(4, COMPLETED, 15)), True),
    ],
    ids=["under way", "failed", "completed after all", "a newer one under way", "a newer one completed"],
)
def test_a_failed_deployment_stands_until_something_settles_it(events: Any, settled: bool) -> None:  # noqa: FBT001 - a column of the table
    """Completed after all, rolled back, or followed by one that was completed."""
    found = merge_event(record(), deployment_event(2, STARTED, 10))
    for event in events:
        found = merge_event(found, event)
    incident = of_service(Kind.DEPLOYMENT_FAILED, about=deployment_id(2))
    assert stands(incident, found, minute(20)) is not settled
    assert is_over_by_deployments(incident, histories(found)) is settled


def test_an_impaired_service_stands_while_it_is_below_desired() -> None:
    """Whatever impairs it, it is over when as many tasks run as should."""
    incident = of_service(Kind.SERVICE_IMPAIRED)
    below = merge_reading(record(), reading(described(1, 0), running=2), minute(1))
    below = merge_event(below, action("SERVICE_TASK_PLACEMENT_FAILURE", 2))
    whole = merge_reading(below, reading(described(1, 0)), minute(5))
    assert stands(incident, below, minute(3))
    assert not stands(incident, whole, minute(5))


@pytest.mark.parametrize(
    ("state", "failed", "stands_on"),
    [("IN_PROGRESS", 5, True), ("IN_PROGRESS", 0, False), ("COMPLETED", 0, False), ("FAILED", 5, False)],
)
def test_between_two_tries_nothing_is_over(state: str, failed: int, stands_on: bool) -> None:  # noqa: FBT001 - a column of the table
    """While the deployment whose tasks fail is under way, old tasks that run are no end of it."""
    old = described(1, 0, status="ACTIVE")
    now = described(2, 10, rollout_state=state, failed_tasks=failed, running=0)
    found = merge_reading(record(), reading(now, old), minute(20))
    incident = add_findings(None, [crash(1, 2, 12)], minute(12), POLICY)
    assert goes_on(incident, found) is stands_on
    assert not goes_on(add_findings(None, [crash(1, 1, 12)], minute(12), POLICY), found)


def test_tasks_name_what_was_deployed() -> None:
    """The first message names the revision, before any reading has shown it."""
    failed = crash(1, 2, 12, task_definition_arn=f"{DEFINITION}:43")
    opened = add_findings(None, [failed], minute(12), POLICY)
    known = histories(merge_event(record(), deployment_event(2, STARTED, 10)))
    blamed = with_blame(opened, known).blame
    assert blamed is not None
    assert blamed.task_definition_arn == f"{DEFINITION}:43"


def test_a_hook_stands_while_it_waits() -> None:
    """Until somebody acts, or its time is up."""
    incident = of_service(Kind.HOOK_WAITING, about="ecs-pause-1")
    waiting = merge_event(record(), hook("AWAITING_ACTION", 1))
    assert stands(incident, waiting, minute(60))
    assert not stands(incident, waiting, minute(62))
    assert not stands(incident, merge_event(waiting, hook("SUCCEEDED", 5)), minute(6))


def test_a_blocked_scale_in_stands_while_there_are_too_many() -> None:
    """More tasks than desired, or some of an older deployment, until that is drained."""
    incident = of_service(Kind.SCALE_IN_BLOCKED)
    many = merge_reading(record(), reading(described(1, 0), running=6), minute(1))
    assert stands(incident, many, minute(2))
    assert not stands(incident, merge_reading(many, reading(described(1, 0)), minute(5)), minute(6))
    two = described(2, 5, running=3), described(1, 0, status="ACTIVE", running=1)
    held_up = merge_reading(record(), reading(*two), minute(6))
    assert stands(incident, held_up, minute(7))
    assert not stands(incident, merge_reading(held_up, reading(described(2, 5)), minute(21)), minute(22))
