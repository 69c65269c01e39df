"""`ApiServices` on the simulated ECS through the real boto3: pages, tens and twenties, failures, denials."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.adapters.ecs_services import ApiServices
from reconciler.errors import AccessDenied, ClusterNotFound, LedgerError, TerminalError, TransientError
from reconciler.model.deployment import Image, ServiceDeployment
from reconciler.model.service import ServiceReading
from reconciler.model.task import Absence
from taskledger.local.direct_client import direct_client
from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.engine.errors import ApiError
from tests.reconciler.adapters.test_ecs import Answering, client
from tests.reconciler.parsing.test_service_answer import ANSWERED, ITEM, REVISION
from tests.support.service_events import OLD_SERVICE, SERVICE_DEPLOYMENT
from tests.support.services import DEFINITION, SERVICE
from tests.support.values import CLUSTER, START

CHECKOUT = replace(
    ServiceDeployment(service_deployment_arn=SERVICE_DEPLOYMENT, status="PENDING", created_at=START),
    revision_arn=REVISION,
    source_revision_arn=REVISION + "1",
)
CALLS: Mapping[str, Callable[[ApiServices], object]] = {
    "ListServices": lambda services: services.list_services(CLUSTER),
    "DescribeServices": lambda services: services.describe_services(CLUSTER, [SERVICE]),
    "ListServiceDeployments": lambda services: services.service_deployments(CLUSTER, SERVICE, START),
    "DescribeServiceRevisions": lambda services: services.with_images([CHECKOUT]),
}
KINDS: Mapping[str, type[LedgerError]] = {
    "AccessDeniedException": AccessDenied,
    "ClusterNotFoundException": ClusterNotFound,
    "ServerException": TransientError,
    "ThrottlingException": TransientError,
}
BEFORE = START - timedelta(days=1)
NONE = {"ServiceNotFoundException", "UnsupportedFeatureException"}


class Counting:
    """The ECS behind it, what each call asked for, and answers that stand for its own."""

    def __init__(self, ecs: Ecs, **answers: Any) -> None:
        self._ecs, self._answers = ecs, answers
        self.asked: list[tuple[str, int]] = []

    def call(self, operation: str, request: Any) -> Any:
        self.asked += ((operation, len(value)) for value in request.values() if isinstance(value, list))
        if operation in self._answers:
            return self._answers[operation]
        return self._ecs.call(operation, request)


def services_of(ecs: Ecs) -> ApiServices:
    return ApiServices(client(ecs))


def create(ecs: SimulatedEcs, *names: str) -> list[str]:
    wanted = {"cluster": "shop", "taskDefinition": "checkout:42", "desiredCount": 1, "launchType": "FARGATE"}
    answers = [ecs.call("CreateService", {**wanted, "serviceName": name}) for name in names]
    return [str(answer["service"]["serviceArn"]) for answer in answers]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 101])
def test_services_by_the_ten(ecs: SimulatedEcs, count: int) -> None:
    """Every service of a cluster is listed and described, ten a call."""
    created, counting = create(ecs, *(f"s{number}" for number in range(count))), Counting(ecs)
    services = services_of(counting)
    listed = services.list_services(CLUSTER)
    found = services.describe_services(CLUSTER, listed)
    assert sorted(listed) == sorted(found) == sorted(created)
    assert all(isinstance(one, ServiceReading) for one in found.values())
    assert [asked for _, asked in counting.asked] == [10] * (count // 10) + [count % 10] * (count % 10 > 0)


def test_a_service_as_it_is(ecs: SimulatedEcs) -> None:
    """The service with its deployment, and what it may not fall below."""
    (arn,) = create(ecs, "checkout")
    found = services_of(ecs).describe_services(CLUSTER, [arn])[arn]
    assert isinstance(found, ServiceReading)
    assert (found.state.service, found.state.desired_count, found.state.status) == ("checkout", 1, "ACTIVE")
    assert [one.rollout.rollout_state for one in found.deployments] == ["IN_PROGRESS"]
    assert found.state.service_deployment_arn


def test_an_unknown_service_is_missing(ecs: SimulatedEcs) -> None:
    """ECS's own MISSING is an answer; the others are described."""
    (known,) = create(ecs, "checkout")
    found = services_of(ecs).describe_services(CLUSTER, [SERVICE + "2", known])
    assert (found[SERVICE + "2"], isinstance(found[known], ServiceReading)) == (Absence.MISSING, True)


@pytest.mark.parametrize(
    "failures", [[], [{"arn": SERVICE, "reason": "ACCESS_DENIED"}], [{"reason": "MISSING"}], [{}]]
)
def test_a_failure_is_not_absence(failures: list[Any]) -> None:
    """Only MISSING for this very service says that ECS does not know it; all else is no answer."""
    found = services_of(Answering({"services": [], "failures": failures}))
    assert found.describe_services(CLUSTER, [SERVICE]) == {SERVICE: Absence.UNKNOWN}


def test_an_item_that_cannot_be_read_is_no_answer() -> None:
    """One service's odd description leaves that service unknown, and the others described."""
    other = ITEM | {"serviceArn": SERVICE + "2"}
    answer = {"services": [ITEM | {"status": ""}, other], "failures": []}
    found = services_of(Answering(answer)).describe_services(CLUSTER, [SERVICE, SERVICE + "2"])
    assert found[SERVICE] is Absence.UNKNOWN
    assert isinstance(found[SERVICE + "2"], ServiceReading)


@pytest.mark.parametrize(("asked", "shown"), [(SERVICE, OLD_SERVICE), (OLD_SERVICE, SERVICE)])
def test_a_service_keeps_the_arn_it_was_asked_by(asked: str, shown: str) -> None:
    """A service is one service, in whichever form ECS writes its ARN."""
    answer = {"services": [ITEM | {"serviceArn": shown}], "failures": []}
    (found,) = services_of(Answering(answer)).describe_services(CLUSTER, [asked]).values()
    assert isinstance(found, ServiceReading)
    assert found.state.service_arn == asked


def test_service_deployments_and_their_images(ecs: SimulatedEcs) -> None:
    """Those since a time, as ECS describes them, then with the images of what they deploy and came from."""
    (arn,) = create(ecs, "checkout")
    ecs.run_until(ecs.clock.now + timedelta(minutes=10))
    began = ecs.clock.now
    ecs.clock.advance(1)
    ecs.call("UpdateService", {"cluster": "shop", "service": "checkout", "taskDefinition": "checkout:43"})
    services = services_of(ecs)
    assert len(services.service_deployments(CLUSTER, arn, BEFORE)) == 2
    (found,) = services.service_deployments(CLUSTER, arn, began)
    assert (found.status, found.images, found.source_images) == ("IN_PROGRESS", None, None)
    (seen,) = services.with_images([found])
    assert str(seen.task_definition_arn).endswith(":task-definition/checkout:43")
    assert isinstance((seen.images or ())[0], Image)
    assert isinstance((seen.source_images or ())[0], Image)
    assert replace(seen, images=None, source_images=None, task_definition_arn=None) == found


def test_service_deployments_by_the_twenty(ecs: SimulatedEcs) -> None:
    """Twenty a call; of those that ECS does not describe any more it keeps what it lists."""
    arns = [f"{SERVICE_DEPLOYMENT}{number}" for number in range(41)]
    listed = [
        {"serviceDeploymentArn": arn, "status": "SUCCESSFUL", "createdAt": 1795165200.0} for arn in arns
    ]
    described = [ANSWERED | {"serviceDeploymentArn": arns[0]}, ANSWERED | {"serviceDeploymentArn": "x"}]
    counting = Counting(
        ecs,
        ListServiceDeployments={"serviceDeployments": [*listed, {"status": "x"}, {**listed[0], "status": 5}]},
        DescribeServiceDeployments={"serviceDeployments": described, "failures": []},
    )
    found = services_of(counting).service_deployments(CLUSTER, SERVICE, START)
    assert [one.service_deployment_arn for one in found] == arns
    assert [one.status for one in found] == ["ROLLBACK_SUCCESSFUL"] + ["SUCCESSFUL"] * 40
    assert [asked for _, asked in counting.asked] == [20, 20, 1]


def test_images_are_asked_for_by_the_twenty(ecs: SimulatedEcs) -> None:
    """Each revision once; one that ECS does not know leaves what is known as it is."""
    revisions = [{"serviceRevisionArn": REVISION, "taskDefinition": f"{DEFINITION}:43"}]
    counting = Counting(ecs, DescribeServiceRevisions={"serviceRevisions": revisions, "failures": []})
    others = [replace(CHECKOUT, revision_arn=f"{REVISION}{number}") for number in range(2, 41)]
    first, *rest = services_of(counting).with_images([CHECKOUT, *others])
    assert first == replace(CHECKOUT, task_definition_arn=f"{DEFINITION}:43", images=())
    assert rest == others
    assert [asked for _, asked in counting.asked] == [20, 20, 1]


def test_nothing_to_ask() -> None:
    """No services and no revisions are no call: ECS refuses an empty list."""
    services = services_of(Answering(ApiError("InvalidParameterException", "can not be empty.")))
    assert services.describe_services(CLUSTER, []) == {}
    bare = replace(CHECKOUT, revision_arn=None, source_revision_arn=None)
    assert services.with_images([bare]) == [bare]


def documented() -> Iterator[tuple[str, str]]:
    """Each error that ECS documents for each call, and those that any call may end with."""
    model = client(Answering({})).meta.service_model
    for operation in CALLS:
        modelled = {shape.name for shape in model.operation_model(operation).error_shapes}
        for code in sorted(modelled | {"ThrottlingException"}):
            yield operation, code


@pytest.mark.parametrize(("operation", "code"), list(documented()))
def test_each_documented_error_is_of_its_kind(operation: str, code: str) -> None:
    """A service that ECS does not know has no deployments; nor has one of another controller."""
    services = services_of(Answering(ApiError(code, "no", 500 if code == "ServerException" else 400)))
    if operation == "ListServiceDeployments" and code in NONE:
        assert CALLS[operation](services) == []
        return
    with pytest.raises(LedgerError, match=code) as caught:
        CALLS[operation](services)
    assert type(caught.value) is KINDS.get(code, TerminalError)


@pytest.mark.parametrize("operation", CALLS)
def test_an_empty_answer_is_none(operation: str) -> None:
    """An answer without any list is no empty list: it is what botocore makes of a body that broke off."""
    with pytest.raises(TransientError):
        CALLS[operation](services_of(Answering({})))


def test_a_direct_client_answers_the_same(ecs: SimulatedEcs) -> None:
    """Without the way through boto3, as the local system asks."""
    (arn,) = create(ecs, "checkout")
    through, direct = services_of(ecs), ApiServices(direct_client(ecs))
    for ask in (
        lambda services: services.list_services(CLUSTER),
        lambda services: services.describe_services(CLUSTER, [arn, SERVICE + "2"]),
        lambda services: services.with_images(services.service_deployments(CLUSTER, arn, BEFORE)),
    ):
        assert ask(direct) == ask(through) != []
