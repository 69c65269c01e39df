"""What SNS receives and delivers, and what becomes of its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from reconciler.adapters.sns import ALERTS, CHAT, MACHINES, PEOPLE, SnsNotifier
from reconciler.errors import LedgerError, TerminalError, TransientError
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.notifications.message import Message, compose
from tests.support.desk import Aws, aws, desk
from tests.support.findings import found
from tests.support.loopback import serve
from tests.support.messages import shared_cause
from tests.support.values import START

TOPIC = "arn:aws:sns:eu-central-1:111122223333:alerts"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with aws() as there:
        yield there


def opened() -> Message:
    incident = add_findings(None, [found(1)], START, Policy())
    return compose(
        incident, PendingNotification(NotificationType.OPENED, f"{incident.incident_id}|1"), START, DEFAULT
    )


def of_several() -> Message:
    return compose(shared_cause(), PendingNotification(NotificationType.OPENED, "1"), START, DEFAULT)


def test_machines_get_json_and_attributes(cloud: Aws) -> None:
    """A queue gets the document of the contract, and the attributes that filter policies go by."""
    room = desk(cloud)
    room.alerts.notifier.publish(opened(), [ALERTS])
    (envelope,) = room.listen()
    assert json.loads(envelope["Message"]) == opened().document
    attributes = {name: each["Value"] for name, each in envelope["MessageAttributes"].items()}
    assert attributes == opened().attributes


def test_several_services_are_an_array(cloud: Aws) -> None:
    """Filters match any of a list, which is sent as JSON of a type of its own."""
    room = desk(cloud)
    room.alerts.notifier.publish(of_several(), [ALERTS])
    (envelope,) = room.listen()
    sent = envelope["MessageAttributes"]["service"]
    assert (sent["Type"], json.loads(sent["Value"])) == ("String.Array", of_several().attributes["service"])


def test_every_kind_of_subscriber_has_its_form(cloud: Aws) -> None:
    """People get words, programs JSON; a subscriber of a kind that is new gets words."""
    sent: list[dict[str, Any]] = []
    topic = cloud.sns.create_topic(Name="forms")["TopicArn"]
    cloud.sns.meta.events.register(
        "before-parameter-build.sns.Publish", lambda params, **_: sent.append(params)
    )
    SnsNotifier(cloud.sns, topic).publish(opened(), [ALERTS])
    forms = json.loads(sent[0]["Message"])
    assert forms == dict.fromkeys(PEOPLE, opened().text) | dict.fromkeys(MACHINES, opened().json)
    assert (sent[0]["Subject"], sent[0]["MessageStructure"]) == (opened().subject, "json")


def test_chats_have_a_topic_of_their_own(cloud: Aws) -> None:
    """Where there is a second topic it gets the form that chats show, and nothing else."""
    room = desk(cloud)
    first = cloud.sns.create_topic(Name="people")["TopicArn"]
    chats = cloud.sns.list_topics()["Topics"][-2]["TopicArn"]  # that of the room
    SnsNotifier(cloud.sns, first, chats).publish(opened(), [ALERTS, CHAT])
    (envelope,) = room.listen()
    chat = json.loads(envelope["Message"])
    assert (chat["version"], chat["source"], chat["content"]["title"]) == ("1.0", "custom", opened().subject)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Throttled", 429, TransientError),
        ("ThrottledException", 400, TransientError),
        ("InternalError", 500, TransientError),
        ("KMSThrottling", 400, TransientError),
        ("InvalidParameter", 400, TerminalError),
        ("AuthorizationError", 403, TerminalError),
        ("NotFound", 404, TerminalError),
        ("KMSAccessDenied", 400, TerminalError),
    ],
)
def test_errors_are_of_two_kinds(cloud: Aws, code: str, status: int, kind: type[LedgerError]) -> None:
    """Whether another try can help depends on the code and the status."""
    parsed = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    def refuse(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        return AWSResponse("https://sns", status, {}, None), parsed

    cloud.sns.meta.events.register("before-call.sns.Publish", refuse, unique_id="refuse")
    try:
        notifier = SnsNotifier(cloud.sns, "arn:aws:sns:eu-central-1:111122223333:alerts")
        assert [type(error) for error in notifier.publish(opened(), [ALERTS]).values()] == [kind]
    finally:
        cloud.sns.meta.events.unregister("before-call.sns.Publish", unique_id="refuse")


@pytest.mark.parametrize("body", [b"Sign in", b"<PublishResponse><Pub"])
def test_an_answer_that_is_none_of_aws(body: bytes) -> None:
    """Whether it was published nobody knows: the message stays pending, and is sent again."""
    with serve(lambda path, request: (200, {}, body)) as url:
        sns: Any = boto3.client("sns", endpoint_url=url)
        failed = SnsNotifier(sns, TOPIC).publish(opened(), [ALERTS])
        sns.close()
    assert isinstance(failed[ALERTS], TransientError)
