"""Values that nobody should send: each is refused or left out by name, and none breaks anything else."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.errors import InvalidInput, TransientError
from reconciler.findings.policy_file import parse, read_document
from reconciler.handlers.telemetry import Telemetry
from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service import ServiceReading
from reconciler.model.task import Absence, TaskState
from reconciler.ports.ecs import Listing
from tests.reconciler.parsing.test_service_answer import ITEM as SERVICE_ITEM
from tests.reconciler.parsing.test_service_answer import REVISION
from tests.support.services import FAILED, SERVICE
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

DIGITS = "9" * 5000
ITEM = {
    name: value for name, value in envelope(3)["detail"].items() if name not in {"updatedAt", "createdAt"}
}


class Client:
    """An ECS client whose answers are parsed already, into whatever they may be."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer

    def __getattr__(self, _: str) -> Any:
        return lambda **_: self.answer


def client(**answer: Any) -> Any:
    return Client(**answer)


def asked(**answer: Any) -> EcsTasks:
    return EcsTasks(client(**answer))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("text", ["bad \ud83d end", "\udc80", "k\u00e4se \u96ea"])
def test_no_text_costs_a_log_line(text: str) -> None:
    """Not even half a surrogate pair, which UTF-8 cannot hold, in a message, an error or a fact."""
    telemetry = Telemetry("odd")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "utf-8")
    telemetry.logger.registered_handler.stream = stream  # type: ignore[attr-defined]  # a stream handler's own
    telemetry.error(text, InvalidInput(text, text), fact=text)
    telemetry.logger.info(text)
    stream.flush()
    first, second = map(json.loads, raw.getvalue().splitlines())
    assert (first["message"], first["field"], first["error"], first["fact"]) == (text,) * 4
    assert second["message"] == text


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (f"[minutes]\nremind = {DIGITS}", "minutes.remind"),
        (f"[minutes]\nremind = 0x{DIGITS}", "minutes.remind"),
        (f"[stuckMinutes]\nPENDING = {DIGITS}", "stuckMinutes.PENDING"),
        (f'[[exitCodes]]\nfamily = "a"\nfine = [3, {DIGITS}]', "exitCodes[0].fine"),
        (f'[[exitCodes]]\nfamily = "a"\nfine = [0x{DIGITS}]', "exitCodes[0].fine"),
        (f"[[ignore]]\nservice = {DIGITS}", "ignore[0].service"),
        (f"a = {DIGITS}", "a"),
        (f"minutes = {'[' * 5000}{']' * 5000}", "policy"),
        (f"minutes = {'{a=' * 5000}1{'}' * 5000}", "policy"),
        (f"[minutes]\nremind{'.a' * 5000} = 1", "minutes.remind"),
        ('[[mute]]\nservice = "a"\nuntil = 0001-01-01T00:00:00+14:00', "mute[0].until"),
        ('[[mute]]\nservice = "a"\nuntil = 9999-12-31T23:59:59-12:00', "mute[0].until"),
        ('[[mute]]\nservice = "a"\nuntil = "9999-12-31T23:59:59-12:00"', "mute[0].until"),
        ('[[mute]]\nservice = "a"\nuntil = "0000-01-01T00:00:00Z"', "mute[0].until"),
        ('[[mute]]\nservice = "a"\nuntil = 0000-01-01T00:00:00Z', "policy"),
    ],
)
def test_absurd_values_of_a_policy_file_are_named(text: str, field: str) -> None:
    """By their key; what is no TOML that Python reads, by the policy."""
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.field == field
    assert len(str(caught.value)) < 500


@given(json_values)
def test_any_document_is_a_policy_or_refused(document: Any) -> None:
    """Whatever was stored for a policy; nothing but `InvalidInput` is ever raised."""
    for value in (document, {"minutes": document}, {"mute": [{"service": "a", "until": document}]}):
        try:
            read_document(value)
        except InvalidInput as error:
            assert error.problem  # noqa: PT017 - either outcome is fine, and this one must say why


@pytest.mark.parametrize("name", ["lastStatus", "desiredStatus", "containers", "tags", "version", "group"])
@pytest.mark.parametrize("value", [["x"], {"x": "y"}, 5.5, True, [["x"]]])
def test_a_field_of_a_wrong_type_is_no_answer(name: str, value: object) -> None:
    """Nothing is concluded of that task, and the others are described."""
    good = ITEM | {"taskArn": task_arn(1)}
    found = asked(tasks=[ITEM | {name: value}, good], failures=[]).describe(CLUSTER, [TASK, task_arn(1)])
    assert found[TASK] is Absence.UNKNOWN
    assert isinstance(found[task_arn(1)], TaskState)


@given(name=st.sampled_from(sorted(ITEM)), value=json_values, more=json_values)
def test_no_answer_of_ecs_breaks_anything(name: str, value: Any, more: Any) -> None:
    """With anything for a field, an item, a failure or a list, a task is described, missing or unknown."""
    items = [ITEM | {name: value}, more]
    for answer in ({"tasks": items, "failures": more}, {"tasks": more, "failures": items}):
        (found,) = asked(**answer).describe(CLUSTER, [TASK]).values()
        assert isinstance(found, TaskState | Absence)
    protected = {"taskArn": value, "protectionEnabled": more, "expirationDate": value}
    (held,) = asked(protectedTasks=[protected, more], failures=[more]).protection(CLUSTER, [TASK]).values()
    assert held is not Absence.MISSING


@pytest.mark.parametrize(
    "failures", [[None], ["x"], [{"arn": 5, "reason": "MISSING"}], {"arn": TASK}, "x", 5, None]
)
def test_odd_failures_are_no_answer(failures: object) -> None:
    """A failure that is no object, or of no task, leaves the task unknown."""
    assert asked(tasks=[], failures=failures).describe(CLUSTER, [TASK]) == {TASK: Absence.UNKNOWN}


@given(name=st.sampled_from(sorted(SERVICE_ITEM)), value=json_values, more=json_values)
def test_no_answer_about_services_breaks_anything(name: str, value: Any, more: Any) -> None:
    """With anything for a field, an item, a failure or a list, a service is read, missing or unknown."""
    items = [SERVICE_ITEM | {name: value}, more]
    for answer in ({"services": items, "failures": more}, {"services": more, "failures": items}):
        found = ApiServices(client(**answer)).describe_services(CLUSTER, [SERVICE])[SERVICE]
        assert isinstance(found, ServiceReading | Absence)
    one = ServiceDeployment(service_deployment_arn=SERVICE, status=FAILED, created_at=START)
    one = replace(one, revision_arn=REVISION)
    odd = {"serviceRevisionArn": REVISION, "taskDefinition": value, "containerImages": more}
    (shown,) = ApiServices(client(serviceRevisions=[odd, more], failures=more)).with_images([one])
    assert replace(shown, task_definition_arn=None, images=None) == one


@pytest.mark.parametrize("page", [[5], [["x"]], "arn", {"a": 1}, None])
def test_a_list_of_anything_but_arns_is_an_error(page: object) -> None:
    """It would be incomplete, and the ledger would take its tasks for gone."""
    with pytest.raises(TransientError):
        asked(taskArns=page).list_tasks(CLUSTER, Listing.RUNNING)
    with pytest.raises(TransientError):
        asked(clusterArns=page).clusters()
    with pytest.raises(TransientError):
        ApiServices(client(serviceArns=page)).list_services(CLUSTER)
