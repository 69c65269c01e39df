"""What a message holds, also when the texts that it is made of are hostile."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adapters.sns import MACHINES, PEOPLE
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import CAUSES, Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import NotificationType
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.notifications.chat import chat_payload
from reconciler.notifications.console_links import cluster_link
from reconciler.notifications.message import Message, compose, compose_digest, digest_id
from reconciler.notifications.payload import as_text
from tests.support.findings import digested, finding, found, low, many
from tests.support.schema import SCHEMA, violations
from tests.support.values import CLUSTER, START, at, state

MOST = 256 * 1024  # bytes that SNS takes, attributes included
NASTY = '\x00\x1b[31m\r\nSubject: spoofed\t\U0001f4a5\u202e<!channel> &amp; **bold** "quoted" \\ \ufffe'
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from([NASTY, "\U0001f4a5" * 1024, '"' * 1024, "\\" * 1024, "\x07" * 1024, "\u00fc" * 1024]),
)
names = st.text(
    st.characters(codec="ascii", exclude_characters="/: ", exclude_categories=["C"]), min_size=1, max_size=900
)


def opened(**values: Any) -> Incident:
    return add_findings(None, [found(1, **values)], START, Policy())


def message(incident: Incident, type_: NotificationType = NotificationType.OPENED) -> Message:
    return compose(incident, type_, f"{incident.incident_id}|1")


def size(sent: Message) -> int:
    """Bytes of the message as SNS counts them, with all its copies."""
    forms = dict.fromkeys(PEOPLE, sent.text) | dict.fromkeys(MACHINES, sent.json)
    attributes = sum(len((name + value + "String").encode()) for name, value in sent.attributes.items())
    return len(as_text(forms).encode()) + attributes


def is_plain(text: str) -> bool:
    return all(char.isprintable() for char in text)


def check(sent: Message) -> None:
    assert len(sent.subject) < 100
    assert sent.subject.isascii()
    assert is_plain(sent.subject)
    assert sent.subject[0].isalnum()
    assert all(is_plain(line) for line in sent.text.split("\n"))
    assert size(sent) <= MOST
    assert list(violations(json.loads(sent.json))) == []
    assert all(value and is_plain(value) for value in sent.attributes.values())
    assert len(json.loads(chat_payload(sent))["content"]["description"]) <= 8000


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """What hostile tasks make; of a cluster's ARN the parser of events lets ASCII through, and no more."""
    cluster_arn = CLUSTER.replace("shop", draw(names))
    reason = draw(texts)
    about = finding(
        group=f"service:{draw(texts)}",
        cluster_arn=cluster_arn,
        summary=reason,
        task_definition_arn=f"{cluster_arn}/{draw(texts)}:1",
    )
    containers = tuple(Container(name=name, exit_code=1, reason=reason) for name in draw(st.lists(texts)))
    stopped = state(stopped_reason=reason, stop_code=draw(texts), containers=containers)
    return add_findings(None, [report_finding(about, START, stopped)] * 5, START, Policy())


@given(
    incident=incidents(),
    type_=st.sampled_from([NotificationType.OPENED, NotificationType.ONGOING, NotificationType.RESOLVED]),
)
def test_hostile_text_harms_no_message(incident: Incident, type_: NotificationType) -> None:
    """Limits, form and schema hold for any stopped reason, name, or end of an ARN."""
    check(message(incident, type_))
    check(compose_digest([replace(incident, severity=Severity.LOW)] * 60, "DIGEST|1", at(60)))


@pytest.mark.parametrize("char", ["\U0001f4a5", '"', "\\", "\u00fc"])
def test_the_longest_of_everything_fits(char: str) -> None:
    """Tasks are left out before a message is too large, and incidents before a digest is."""
    long = char * 1024
    containers = tuple(Container(name=long, exit_code=1, reason=long) for _ in range(9))
    about = finding(group=f"service:{long}", summary=long, remedy=long, task_definition_arn=f"a/{long}:1")
    stopped = state(stopped_reason=long, stop_code=long, containers=containers)
    incident = add_findings(None, [report_finding(about, START, stopped)] * 5, START, Policy())
    check(message(incident))
    check(compose_digest([replace(incident, severity=Severity.LOW)] * 60, "DIGEST|1", at(60)))


@pytest.mark.parametrize(("kind", "cause"), [*product(Kind, [None]), *product([Kind.STUCK], CAUSES)])
def test_every_kind_and_cause_fits_the_schema(kind: Kind, cause: Cause | None) -> None:
    """What the code can publish the schema allows and names; it allows others, as later versions add some."""
    check(message(opened(kind=kind, cause=cause)))
    kinds, causes = SCHEMA["$defs"]["kind"]["examples"], SCHEMA["$defs"]["cause"]["examples"]
    assert set(kinds) == set(Kind)
    assert set(causes) == {None, *CAUSES}


def test_the_schema_is_held_to() -> None:
    """A document with a field too few or a wrong value is refused, one with a field too many is not."""
    good = json.loads(message(opened()).json)
    assert list(violations(good)) == []
    without = {name: value for name, value in good.items() if name != "links"}
    assert list(violations(good | {"x": 1})) == []
    for bad in (without, good | {"count": "1"}, good | {"type": "DIGEST"}, good | {"deployment": {}}):
        assert list(violations(bad))


def test_a_message_answers_what_people_ask() -> None:
    """What, where, since when, how often, why, what next, which tasks, and where to look."""
    incident = add_findings(None, many(range(12)), at(100), Policy())
    assert message(incident).text.splitlines()[:8] == [
        "New incident: The task did not start: an image could not be pulled.",
        "",
        "What     TASK_FAILED_TO_START IMAGE_PULL, severity high",
        "Where    service checkout in cluster shop, account 111122223333, eu-central-1",
        "Version  checkout:42",
        "Since    2026-11-20 09:00:00 UTC; last at 2026-11-20 09:00:11 UTC",
        "Count    12 times with this version",
        "Next     Look at the image.",
    ]
    assert "0000000b  TaskFailedToStart: CannotPullContainerError: manifest" in message(incident).text
    assert "/clusters/shop/services/checkout/health?region=eu-central-1" in message(incident).text


def test_a_subject_says_it_in_a_line() -> None:
    """The type, how severe, of what and where."""
    assert message(opened()).subject == "OPENED high: checkout in shop, TASK_FAILED_TO_START IMAGE_PULL"
    assert message(opened(group=f"service:{'x' * 255}")).subject.endswith("...")


def test_attributes_are_for_filters() -> None:
    """Those of the contract; no service where there is none, no cause where the kind has none."""
    assert message(opened()).attributes.keys() == {
        *("type", "kind", "cause", "severity", "cluster", "service", "incidentId")
    }
    bare = message(opened(group="family:report", kind=Kind.PROTECTION_EXPIRED, cause=None))
    assert not {"service", "cause"} & bare.attributes.keys()


def test_a_digest_lists_what_is_low() -> None:
    """Each with its facts; the id of the next digest stays the same until one is queued."""
    incident = add_findings(None, [report_finding(low(1), START)], START, Policy())
    marked = digested(incident, at(60))
    digest, grown, next_one = (digest_id([each]) for each in (incident, replace(incident, count=9), marked))
    assert compose_digest([incident], digest, at(90)).document["incidents"][0]["cause"] == "SPOT"
    assert digest == grown != next_one


def test_chats_keep_an_incident_together() -> None:
    """Opened and resolved are in one thread; nothing in it mentions anybody."""
    incident = opened(summary=NASTY)
    first, last = (
        json.loads(chat_payload(message(incident, each)))
        for each in (NotificationType.OPENED, NotificationType.RESOLVED)
    )
    assert first["metadata"]["threadId"] == last["metadata"]["threadId"]
    assert not {"<", "@", "&"} & set(first["content"]["description"])


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-central-1", "eu-central-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-iso", "us-iso-east-1", None),
        ("aws", "", None),
    ],
)
def test_links_lead_to_the_right_console(partition: str, region: str, host: str | None) -> None:
    """Each partition has a console of its own; where none is known there is no link."""
    link = cluster_link(f"arn:{partition}:ecs:{region}:111122223333:cluster/shop", "tasks", "1")
    assert link == (host and f"https://{host}/ecs/v2/clusters/shop/tasks/1?region={region}")


def test_a_name_cannot_leave_its_place_in_a_link() -> None:
    """Slashes, questions and the like in a name are spelled out."""
    link = cluster_link(CLUSTER, "services", "../a?b=c#d \u00fc")
    assert link is not None
    assert "/services/..%2Fa%3Fb%3Dc%23d%20%C3%BC?region=eu-central-1" in link
