"""What each function makes of clients, once in a process, and what these leave out that costs each call."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ParamValidationError

from reconciler.adapters.clients import VERSION, CallLimits, client_config, deployed_config
from reconciler.wiring import clients
from tests.support.hanging import World, messages, world
from tests.support.tracked import ROOT
from tests.support.values import CLUSTER

EVENTS = {"observe": messages([CLUSTER]), "assess": {"Records": []}, "sweep": {}, "watch": {}}
# Of ECS one for each purpose: their limits and their pace differ.
MADE = {
    "observe": {"ecs": 1, "dynamodb": 1},
    "assess": {"ecs": 2, "dynamodb": 1, "sns": 1},
    "sweep": {"ecs": 4, "dynamodb": 1, "sns": 1},
    "watch": {"ecs": 3, "dynamodb": 1, "sns": 1},
}
LIMITS = CallLimits(connect=1, read=1, attempts=1)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(monkeypatch) as found:
        found.hang()
        yield found


@pytest.mark.parametrize("function", MADE)
def test_a_process_has_one_session_and_one_client_of_the_table(
    function: str, aws: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs of a function make one session, and one client of DynamoDB in it."""
    sessions: list[boto3.Session] = []
    made: Counter[str] = Counter()

    class Counting(boto3.Session):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            sessions.append(self)

        def client(self, service: str, *args: Any, **options: Any) -> Any:  # type: ignore[override]  # of any service
            made[service] += 1
            return super().client(service, *args, **options)  # type: ignore[call-overload]  # of any service

    monkeypatch.setattr(boto3, "Session", Counting)
    monkeypatch.setattr(boto3.session, "Session", Counting)
    for _ in range(2):
        aws.run(function, EVENTS[function])
    assert (len(sessions), made) == (1, MADE[function])


def test_a_deployed_client_names_us_and_looks_at_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS sees our name and version; a request is sent as it is, which any other client would refuse."""
    sent: list[AWSPreparedRequest] = []
    session = boto3.Session()
    session.events.register("before-send.ecs", lambda request, **_: sent.append(request))
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", "http://127.0.0.1:9")  # where nobody listens
    wrong: Any = {"cluster": CLUSTER, "maxResults": "many"}
    with pytest.raises(ParamValidationError):
        session.client("ecs", config=client_config(LIMITS)).list_tasks(**wrong)
    with pytest.raises(Exception, match="Could not connect"):
        session.client("ecs", config=deployed_config(LIMITS)).list_tasks(**wrong)
    (request,) = sent
    agent = request.headers["User-Agent"]
    assert (agent if isinstance(agent, str) else agent.decode()).startswith(
        f"task-ledger-for-amazon-ecs/{VERSION}"
    )


@pytest.mark.parametrize("made", [clients.table_client, clients.topic_client, clients.definition_client])
def test_each_client_of_the_functions_is_a_deployed_one(made: Any) -> None:
    """No client of the wiring is made with other settings than those of deployed ones."""
    assert f"/{VERSION}" in made(boto3.Session()).meta.config.user_agent


def test_the_version_is_that_of_the_project() -> None:
    """What AWS is shown is the version that pyproject.toml has."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION
