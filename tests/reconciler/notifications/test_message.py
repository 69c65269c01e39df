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
from reconciler.findings.policy import CAUSES, DEFAULT, Policy, Scope
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import SEVERAL, Incident, Owner, Shared
from reconciler.incidents.outbox import NotificationType, Outbox, PendingNotification
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.notifications.chat import chat_payload
from reconciler.notifications.console_links import cluster_link
from reconciler.notifications.digest import compose_digest
from reconciler.notifications.message import Message, compose
from reconciler.notifications.payload import as_text
from tests.support.findings import finding, found
from tests.support.messages import messages, shared_cause
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


def message(
    incident: Incident, type_: NotificationType = NotificationType.OPENED, policy: Policy = DEFAULT
) -> Message:
    return compose(incident, PendingNotification(type_, f"{incident.incident_id}|1"), at(60), policy)


def size(sent: Message) -> int:
    """Bytes of the message as SNS counts them, with all its copies."""
    forms = dict.fromkeys(PEOPLE, sent.text) | dict.fromkeys(MACHINES, sent.json)
    values = (f"{name}{as_text(value)}String.Array" for name, value in sent.attributes.items())
    attributes = sum(len(value.encode()) for value in values)
    return len(as_text(forms).encode()) + attributes


def is_plain(text: str) -> bool:
    return all(char.isprintable() for char in text)


def check(sent: Message) -> None:
    assert len(sent.subject) < 100
    assert sent.subject.isascii()
    assert is_plain(sent.subject)
    assert sent.subject[0] == "["
    assert all(is_plain(line) for line in sent.text.split("\n"))
    assert size(sent) <= MOST
    assert list(violations(json.loads(sent.json))) == []
    for value in sent.attributes.values():
        assert all(each and is_plain(each) for each in ([value] if isinstance(value, str) else value))
    assert len(sent.attributes) <= 10
    check_chat(json.loads(chat_payload(sent)))


def check_chat(chat: Any) -> None:
    """The limits of custom notifications in the guide of Amazon Q Developer in chat applications."""
    content = chat["content"]
    assert 1 <= len(content["title"]) <= 250
    assert 1 <= len(content["description"]) <= 8000
    assert all(1 <= len(step) <= 350 for step in content.get("nextSteps", ()))
    assert all(1 <= len(word) <= 75 for word in content.get("keywords", ()))
    assert all(isinstance(value, str) for value in chat["metadata"]["additionalContext"].values())


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


def of_several(incident: Incident, number: int, name: str) -> Incident:
    owners = tuple(Owner(f"service:{place}{name}", 1) for place in range(number))
    joined = (incident.incident_id,) * number
    return replace(
        incident, key=replace(incident.key, owner=SEVERAL), shared=Shared(owners=owners), joined=joined
    )


@given(
    incident=incidents(),
    type_=st.sampled_from([NotificationType.OPENED, NotificationType.ONGOING, NotificationType.RESOLVED]),
    name=texts,
)
def test_hostile_text_harms_no_message(incident: Incident, type_: NotificationType, name: str) -> None:
    """Limits, form and schema hold for any stopped reason, name, or end of an ARN."""
    check(message(incident, type_))
    check(message(of_several(incident, 12, name), type_))
    check(compose_digest([replace(incident, severity=Severity.LOW)] * 60, "DIGEST|1", at(60)))


@pytest.mark.parametrize("char", ["\U0001f4a5", '"', "\\", "\u00fc"])
def test_the_longest_of_everything_fits(char: str) -> None:
    """Tasks and owners are left out before a message is too large, and incidents before a digest is."""
    long = char * 1024
    containers = tuple(Container(name=long, exit_code=1, reason=long) for _ in range(9))
    about = finding(group=f"service:{long}", summary=long, remedy=long, task_definition_arn=f"a/{long}:1")
    stops = [
        state(stopped_reason=f"{number}{long}", stop_code=long, containers=containers) for number in range(5)
    ]
    reported = [report_finding(about, START, stopped) for stopped in stops]
    incident = replace(add_findings(None, reported, START, Policy()), ended_by=long)
    teams = tuple((Scope(service=f"{number}*"), f"{number:064}") for number in reversed(range(120)))
    policy = Policy(runbooks=((Scope(), "https://w/".ljust(1000, "a")),), teams=teams)
    for type_ in (NotificationType.OPENED, NotificationType.RESOLVED):
        check(message(incident, type_, policy))
        check(message(of_several(incident, 120, long), type_, policy))
    check(compose_digest([replace(incident, severity=Severity.LOW)] * 60, "DIGEST|1", at(60)))


@pytest.mark.parametrize(("kind", "cause"), [*product(Kind, [None]), *product([Kind.STUCK], CAUSES)])
def test_every_kind_and_cause_fits_the_schema(kind: Kind, cause: Cause | None) -> None:
    """What the code can publish the schema allows and names; it allows others, as later versions add some."""
    check(message(opened(kind=kind, cause=cause)))
    kinds, causes = SCHEMA["$defs"]["kind"]["examples"], SCHEMA["$defs"]["cause"]["examples"]
    assert set(kinds) == set(Kind)
    assert set(causes) == {None, *CAUSES}


def test_a_kind_of_a_later_version_fits_the_schema() -> None:
    """Its message says its own names, and nothing about it is an error."""
    sent = message(opened(kind=Kind("SOMETHING_NEW"), cause=Cause("NOBODY_KNOWS")))
    check(sent)
    assert sent.subject == "[HIGH] checkout (shop): something new, nobody knows, since 09:00"


def test_the_messages_of_the_page_fit_the_schema() -> None:
    """With an impact, a deployment, several owners, those that it speaks for, and an end."""
    for shown in messages():
        check(shown.message)


def test_the_schema_is_held_to() -> None:
    """A document with a field too few or a wrong value is refused, one with a field too many is not."""
    good = json.loads(message(opened()).json)
    assert list(violations(good)) == []
    without = {name: value for name, value in good.items() if name != "links"}
    assert list(violations(good | {"x": 1})) == []
    wrong: tuple[dict[str, Any], ...] = (
        *({"count": "1"}, {"type": "DIGEST"}, {"deployment": {}}, {"impact": {}}, {"owners": []}),
        *({"team": 1}, {"links": {}}),
    )
    for bad in (without, *(good | each for each in wrong)):
        assert list(violations(bad))


def test_attributes_are_for_filters() -> None:
    """Those of the contract; no service where there is none, no cause where the kind has none."""
    assert message(opened()).attributes.keys() == {
        *("type", "kind", "cause", "severity", "cluster", "service", "incidentId")
    }
    bare = message(opened(group="family:report", kind=Kind.PROTECTION_EXPIRED, cause=None))
    assert not {"service", "cause"} & bare.attributes.keys()


def test_several_services_are_one_attribute() -> None:
    """A list of which a filter matches any: the first hundred, and no family of standalone tasks."""
    owners = tuple(Owner(f"{'family' if number == 1 else 'service'}:s{number}", 1) for number in range(120))
    sent = message(replace(shared_cause(), shared=Shared(owners=owners)))
    assert sent.attributes["service"] == [f"s{number}" for number in range(100) if number != 1]
    assert (sent.document["service"], sent.document["group"]) == (None, None)
    assert len(sent.document["owners"]) == 100


def test_a_team_is_an_attribute() -> None:
    """The one that looks after it, or the list of those that look after its owners, each once."""
    (down, *_), shared = messages(), messages()[2].message
    assert down.message.attributes["team"] == "payments"
    assert shared.attributes["team"] == ["storefront", "payments"]
    assert "team" not in messages()[3].message.attributes
    assert "Team     storefront, payments" in shared.text.splitlines()
    assert "Team" not in messages()[3].message.text


def test_a_runbook_is_a_link() -> None:
    """As our own it stands in mail, chat and JSON as it is; one that its owners do not share is left out."""
    address = "https://wiki.example.com/runbooks/crashes"
    down = messages()[0].message
    assert f"Runbook    {address}" in down.text.splitlines()
    assert f"Runbook: {address}" in json.loads(chat_payload(down))["content"]["description"].splitlines()
    assert down.document["links"]["runbook"] == address
    of_some = Policy(runbooks=((Scope(service="cart"), address),))
    assert message(shared_cause(), policy=of_some).document["links"]["runbook"] is None
    of_all = Policy(runbooks=((Scope(cause=Cause("IMAGE_PULL")), address),))
    assert message(shared_cause(), policy=of_all).document["links"]["runbook"] == address


def test_what_is_over_bears_the_highest_severity_that_was_published() -> None:
    """Whoever heard that it opened at high hears that it is over, though it is low by now."""
    box = Outbox(standing=Severity.HIGH, published={Severity.HIGH: START})
    sent = message(replace(opened(), severity=Severity.LOW, outbox=box), NotificationType.RESOLVED)
    assert (sent.document["severity"], sent.attributes["severity"]) == ("high", "high")


def test_chats_keep_an_incident_together() -> None:
    """Opened and resolved are in one thread; nothing in it mentions anybody."""
    incident = opened(summary=NASTY)
    first, last = (
        json.loads(chat_payload(message(incident, each)))
        for each in (NotificationType.OPENED, NotificationType.RESOLVED)
    )
    assert first["metadata"]["threadId"] == last["metadata"]["threadId"]
    assert not {"<", "@", "&"} & set(first["content"]["description"])


def test_a_name_cannot_leave_its_place_in_a_link() -> None:
    """Slashes, questions and the like in a name are spelled out."""
    link = cluster_link(CLUSTER, "services", "../a?b=c#d \u00fc")
    assert link is not None
    assert "/services/..%2Fa%3Fb%3Dc%23d%20%C3%BC?region=eu-central-1" in link
