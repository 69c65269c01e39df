"""What a sweep asks more about services where something is wrong or under way, and what it reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from reconciler.errors import AccessDenied, TransientError
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.lifecycle import add_findings
from reconciler.model.deployment import DescribedDeployment, Image, ServiceDeployment
from reconciler.model.protection import Protection, ProtectionAnswer
from reconciler.model.task import Absence
from reconciler.services.outcomes import Outcome
from reconciler.use_cases.service_sweep import closer_look
from tests.support.findings import found
from tests.support.service_sweeps import Sweeps, named, service_arn
from tests.support.services import (
    FAILED,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    hook,
    minute,
    reading,
)
from tests.support.values import CLUSTER, event, recording, task_arn

IMAGES = (Image(container="app", image="checkout:43"),)
ROLLING = described(2, 10, rollout_state="IN_PROGRESS", revision=43)
OLD = described(1, -3000, status="ACTIVE")


def answered(status: str, number: int = 2, created: float = 10, **values: object) -> ServiceDeployment:
    arn = f"{SERVICE.replace(':service/', ':service-deployment/')}/{number}"
    return ServiceDeployment(
        service_deployment_arn=arn,
        status=status,
        created_at=minute(created),
        **values,  # type: ignore[arg-type]  # the fields of the class
    )


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps()


@dataclass
class Protected:
    """The service's tasks, and the answers on their protection."""

    answers: Mapping[str, ProtectionAnswer | Absence]
    asked: list[str] = field(default_factory=list)

    def list_service(self, cluster_arn: str, service: str) -> list[str]:
        self.asked.append(service)
        return list(self.answers)

    def protection(self, cluster_arn: str, task_arns: list[str]) -> object:
        return {arn: self.answers[arn] for arn in task_arns}


def test_service_deployments_bring_outcome_and_reason(sweeps: Sweeps) -> None:
    """A deployment that ECS rolled back without any event is known as that, with its images."""
    sweeps.ecs.readings[SERVICE] = reading(ROLLING, OLD)
    rolled_back = answered("ROLLBACK_SUCCESSFUL", rollback_at=minute(12), alarms="TRIGGERED")
    sweeps.ecs.deployments[SERVICE] = [rolled_back]
    sweeps.ecs.images[rolled_back.service_deployment_arn] = replace(rolled_back, images=IMAGES)
    swept = sweeps.run()
    assert sweeps.outcomes()[0] is Outcome.ROLLED_BACK
    known = sweeps.record().deployments[0].service_deployment
    assert known is not None
    assert (known.images, known.alarms) == (IMAGES, "TRIGGERED")
    (missed,) = swept.missed
    assert (missed.finding.kind, missed.finding.cause) == ("DEPLOYMENT_FAILED", "ALARM")
    assert (missed.deployment_id, missed.at) == (deployment_id(2), minute(12))
    assert swept.counts["SERVICES_REPAIRED"] == 3  # two that nobody knew of, and the end of one


def test_the_images_of_a_deployment_that_an_incident_began_with_are_asked_for(sweeps: Sweeps) -> None:
    """Also where the deployment itself was completed, and its outcome is known."""
    sweeps.ecs.readings[SERVICE] = reading(described(2, 10, revision=43), OLD)
    done = answered("SUCCESSFUL")
    sweeps.ecs.deployments[SERVICE] = [done]
    sweeps.ecs.images[done.service_deployment_arn] = replace(done, images=IMAGES)
    sweeps.run()
    assert images(sweeps) is None
    blamed = replace(
        add_findings(None, [found(1)], minute(20), DEFAULT),
        blame=Blame(word=BlameWord.BEGAN_WITH, deployment_id=deployment_id(2)),
    )
    assert sweeps.incidents.save(blamed, None, (), minute(20)) is None
    sweeps.run()
    assert images(sweeps) == IMAGES


def images(sweeps: Sweeps) -> object:
    known = sweeps.record().deployments[0].service_deployment
    assert known is not None
    return known.images


def test_what_cannot_be_joined_stays_unknown(sweeps: Sweeps) -> None:
    """Two service deployments within seconds are not guessed at."""
    sweeps.ecs.readings[SERVICE] = reading(ROLLING, OLD)
    sweeps.ecs.deployments[SERVICE] = [answered("STOPPED", 2), answered("IN_PROGRESS", 3, 10.05)]
    sweeps.run()
    assert [one.service_deployment for one in sweeps.record().deployments] == [None, None]


@pytest.mark.parametrize(
    ("deployment", "joined", "asked"),
    [
        (described(2, 10, rollout_state="IN_PROGRESS"), None, True),
        (described(2, 10, rollout_state="IN_PROGRESS"), "IN_PROGRESS", True),
        (described(2, 10), "SUCCESSFUL", False),
        (described(2, 10), "IN_PROGRESS", True),
        (described(2, 10), None, True),
        (described(2, -3000), None, False),
        (described(2, -3000, rollout_state="IN_PROGRESS"), None, True),
        (described(2, -3000, rollout_state="FAILED"), None, True),
        (described(2, -3000, rollout_state="FAILED"), "ROLLBACK_FAILED", False),
    ],
)
def test_only_what_may_have_an_answer_is_asked_about(
    sweeps: Sweeps,
    deployment: DescribedDeployment,
    joined: str | None,
    asked: bool,  # noqa: FBT001 - a table
) -> None:
    """By each sweep what rolls, is recent or wrong, until its service deployment is over; nothing else."""
    sweeps.ecs.readings[SERVICE] = reading(deployment)
    created = (deployment.created_at - minute(0)).total_seconds() / 60
    sweeps.ecs.deployments[SERVICE] = [answered(joined, created=created)] if joined else []
    sweeps.run()
    sweeps.ecs.made("service_deployments")
    sweeps.run()
    assert sweeps.ecs.made("service_deployments") == ([[SERVICE]] if asked else [])


def test_other_controllers_have_no_service_deployments(sweeps: Sweeps) -> None:
    """Of what CodeDeploy deploys there is nothing to ask for."""
    found = reading(ROLLING)
    state = replace(found.state, deployment_controller="CODE_DEPLOY")
    sweeps.ecs.readings[SERVICE] = replace(found, state=state)
    sweeps.run()
    assert sweeps.ecs.made("service_deployments") == []


def test_a_refused_call_is_made_once_a_run(sweeps: Sweeps) -> None:
    """What may not be asked is unknown: nothing fails, and the refusal is known to the run."""
    for number in range(3):
        sweeps.ecs.readings[service_arn(number)] = named(reading(ROLLING, OLD), service_arn(number))
    sweeps.ecs.errors["service_deployments"] = refusal = AccessDenied("not yours")
    swept = sweeps.run()
    assert (swept.errors, swept.counts["SERVICES"]) == ([], 3)
    assert sweeps.optional.refused == {"service deployments": refusal}
    assert len(sweeps.ecs.made("service_deployments")) == 1


def test_refused_images_are_unknown(sweeps: Sweeps) -> None:
    """What else is known of the deployment is kept."""
    sweeps.ecs.readings[SERVICE] = reading(ROLLING, OLD)
    sweeps.ecs.deployments[SERVICE] = [answered("ROLLBACK_FAILED")]
    sweeps.ecs.errors["with_images"] = AccessDenied("not yours")
    assert sweeps.run().errors == []
    known = sweeps.record().deployments[0].service_deployment
    assert known is not None
    assert (known.status, known.images) == ("ROLLBACK_FAILED", None)


def test_one_that_fails_leaves_the_others_alone(sweeps: Sweeps) -> None:
    """Its error is reported, and what its record shows."""
    for number in range(3):
        sweeps.ecs.readings[service_arn(number)] = named(reading(ROLLING, OLD), service_arn(number))
        sweeps.ecs.deployments[service_arn(number)] = [answered("SUCCESSFUL")]
    error = sweeps.ecs.errors["service_deployments"] = TransientError("throttled")
    assert sweeps.run().errors == [error] * 3
    del sweeps.ecs.errors["service_deployments"]
    assert sweeps.run().errors == []
    assert sweeps.record("checkout-1").deployments[0].service_deployment is not None


def test_a_pass_asks_about_some_services_and_no_more(sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch) -> None:
    """First about those where something is wrong, then about those with the newest deployments."""
    monkeypatch.setattr(closer_look, "MOST", 2)
    for number in range(3):
        one = replace(ROLLING, created_at=minute(10 + number))
        sweeps.ecs.readings[service_arn(number)] = named(reading(one), service_arn(number))
    failed = replace(ROLLING, rollout=replace(ROLLING.rollout, rollout_state="FAILED"))
    sweeps.ecs.readings[service_arn(3)] = named(reading(failed), service_arn(3))
    sweeps.run()
    assert sweeps.ecs.made("service_deployments") == [[service_arn(3)], [service_arn(2)]]


def test_a_lost_failure_is_reported_once(sweeps: Sweeps) -> None:
    """What a reading reveals is given to the incidents that do not have it, and no old news is."""
    sweeps.observe(deployment_event(7, FAILED, -3000))
    sweeps.ecs.readings[SERVICE] = reading(described(2, 10, rollout_state="FAILED", revision=43), OLD)
    swept = sweeps.run()
    assert [one.finding.deployment_id for one in swept.missed] == [deployment_id(2)]
    assert swept.standing == []


def test_what_only_a_replay_brought_is_old_news(sweeps: Sweeps) -> None:
    """The sweep reports nothing of it."""
    sweeps.observe(deployment_event(2, FAILED, 10, replayed=True))
    sweeps.ecs.readings[SERVICE] = reading(OLD)
    assert sweeps.found(sweeps.run()) == set()


def test_a_service_below_desired_needs_no_task_and_no_event(sweeps: Sweeps) -> None:
    """Once it lasts, each sweep reports it, until a reading shows the service whole."""
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000), running=0)
    assert sweeps.found(sweeps.run()) == set()
    for _ in range(2):
        (found,) = sweeps.run().standing
        assert (found.finding.kind, found.finding.cause) == ("SERVICE_IMPAIRED", "BELOW_DESIRED")
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000))
    assert sweeps.found(sweeps.run()) == set()


def test_a_deployment_that_stalls_stands(sweeps: Sweeps) -> None:
    """Without a circuit breaker there is no event, and it never ends."""
    stalled = described(2, 10, rollout_state="IN_PROGRESS", running=0, failed_tasks=3)
    sweeps.ecs.readings[SERVICE] = reading(stalled, OLD)
    for _ in range(2):
        found = [one.finding for one in sweeps.run().standing]
        assert ("DEPLOYMENT_FAILED", "STALLED") in [(one.kind, one.cause) for one in found]


def test_a_hook_that_waits_stands(sweeps: Sweeps) -> None:
    """Until it has run out, each sweep reports that a deployment waits for a person."""
    sweeps.observe(deployment_event(2, STARTED, 10), hook("AWAITING_ACTION", 15))
    sweeps.ecs.readings[SERVICE] = reading(ROLLING, OLD)
    assert ("HOOK_WAITING", None) in sweeps.found(sweeps.run())


def test_protected_tasks_that_block_a_scale_in(sweeps: Sweeps) -> None:
    """The tasks of a service with too many are asked about, and those that are protected are shown."""
    held = ProtectionAnswer(enabled=True, expires_at=minute(600))
    arns = [task_arn(number) for number in range(6)]
    sweeps.ledger.record([recording(event(3, task_arn=arn)) for arn in arns])
    known = Protection(expires_at=minute(600), checked_at=minute(0), since=minute(0))
    for arn in arns[:5]:
        sweeps.ledger.record_protection(CLUSTER, arn, None, known)
    free = dict.fromkeys(arns[5:], ProtectionAnswer(enabled=False, expires_at=None))
    sweeps.tasks = Protected({**dict.fromkeys(arns[:5], held), **free})
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000), running=6)
    for _ in range(4):
        swept = sweeps.run()
    (found,) = swept.standing
    assert (found.finding.kind, found.finding.cause) == ("SCALE_IN_BLOCKED", "PROTECTION")
    assert [one.task_arn for one in found.samples] == arns[:5]


@pytest.mark.parametrize(
    ("newest", "older", "asked"), [(3, 0, False), (4, 0, False), (5, 0, True), (0, 4, True)]
)
def test_protection_is_asked_for_where_tasks_are_too_many(
    sweeps: Sweeps,
    newest: int,
    older: int,
    asked: bool,  # noqa: FBT001 - a table
) -> None:
    """More than desired, or of an older deployment: at a maximumPercent of 100 these leave no room."""
    sweeps.tasks = tasks = Protected({})
    two = described(2, 10, running=newest), replace(OLD, rollout=replace(OLD.rollout, running_count=older))
    sweeps.ecs.readings[SERVICE] = reading(*two, running=newest + older)
    sweeps.run()
    assert tasks.asked == (["checkout"] if asked else [])


def test_out_of_time_before_the_closer_look(sweeps: Sweeps) -> None:
    """The pass is complete, with what the records show; the rest is left to the next sweep."""
    sweeps.ecs.readings[SERVICE] = reading(ROLLING, OLD)
    swept = sweeps.run(times=1)
    assert (swept.complete, sweeps.ecs.made("service_deployments")) == (True, [])
