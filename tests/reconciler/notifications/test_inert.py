"""A notification mentions nobody and links to nothing but the console, whatever a task's texts are."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.findings.model import Severity
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Owner, Shared
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.notifications.chat import chat_payload
from reconciler.notifications.digest import compose_digest
from reconciler.notifications.inert import inert
from reconciler.notifications.message import Message, compose
from tests.support.findings import finding
from tests.support.values import CLUSTER, START, at, state

LINKS = [
    *(
        "<!here>",
        "<@U1>",
        "@channel",
        "a@b.example",
        "<https://evil.example/x|log in>",
        "[log in](https://evil.example)",
    ),
    *(
        "[x](//evil.example)",
        "[x]: https://evil.example",
        "https://evil.example/a?b=c&d",
        "HTTP://evil.example",
    ),
    *(
        "slack://open",
        "mailto:a@b.example",
        "www.evil.example",
        "&lt;",
        "://",
        "[",
        "](",
        "]",
        "(",
        ":",
        "//",
    ),
]
texts = st.lists(st.text(max_size=8) | st.sampled_from(LINKS), min_size=1, max_size=6).map("".join)
names = st.sampled_from(["shop", "a@b", "<!here>", "[x](y)", "www.evil.example"])
CLICKABLE = re.compile(r"://|[<>&@]|\]\(|\]\[|\]:|www\.|mailto:", re.IGNORECASE)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    cluster_arn = CLUSTER.replace("shop", draw(names))
    text = draw(texts)
    about = finding(
        group=f"service:{draw(texts)}",
        cluster_arn=cluster_arn,
        summary=text,
        remedy=text,
        task_definition_arn=f"{cluster_arn}/{draw(texts)}:1",
    )
    stopped = state(
        stop_code=text,
        stopped_reason=text,
        containers=(Container(name=text, exit_code=1, reason=text),),
    )
    return add_findings(None, [report_finding(about, START, stopped)], START, Policy())


def seen(message: Message) -> list[str]:
    """All that people see of it, without our own links."""
    links = [link for link in message.document.get("links", {}).values() if link]
    chat = json.loads(chat_payload(message))
    shown = [message.subject, message.text, chat["content"]["title"], chat["content"]["description"]]
    shown += [chat["metadata"]["summary"], *chat["metadata"]["additionalContext"].values()]
    shown += [*chat["content"].get("nextSteps", ()), *chat["content"].get("keywords", ())]
    for link in links:
        assert message.text.count(f" {link}") >= 1
        shown = [text.replace(f" {link}\n", "\n") for text in shown]
    return shown


@given(incidents())
def test_nothing_from_outside_can_be_clicked_or_mentions_anybody(incident: Incident) -> None:
    """In subject, title, summary, description and text, of a message and of a digest."""
    owners = tuple(Owner(f"service:{name}", 1, Level.DOWN) for name in (incident.summary, "cart"))
    several = replace(incident, shared=Shared(owners=owners, named_down=("service:cart",)))
    for one in (incident, several, replace(incident, ended_by=incident.summary)):
        for type_ in (NotificationType.OPENED, NotificationType.RESOLVED):
            message = compose(one, PendingNotification(type_, f"{incident.incident_id}|1"), START, DEFAULT)
            assert not [text for text in seen(message) if CLICKABLE.search(text)]
    digest = compose_digest([replace(incident, severity=Severity.LOW)], "DIGEST|1", at(60))
    assert not [text for text in seen(digest) if CLICKABLE.search(text)]


@pytest.mark.parametrize("length", range(65, 85))
def test_a_subject_is_cut_into_no_address(length: int) -> None:
    """Wherever the cut falls, the dots after it make nothing that could be clicked."""
    about = finding(group=f"service:{'x' * length}", cluster_arn=CLUSTER.replace("shop", "www.evil.example"))
    incident = add_findings(None, [report_finding(about, START)], START, Policy())
    subject = compose(
        incident, PendingNotification(NotificationType.OPENED, f"{incident.incident_id}|1"), START, DEFAULT
    ).subject
    assert len(subject) <= 99
    assert not CLICKABLE.search(subject)


@given(texts)
@example("]::[x]")
def test_what_is_inert_stays_so(text: str) -> None:
    """Nothing can be clicked in it, and there is nothing left to change."""
    assert not CLICKABLE.search(inert(text))
    assert inert(inert(text)) == inert(text)


def test_a_person_reads_what_was_there() -> None:
    """Hosts, paths and image names stay readable, and our own links stay links."""
    assert inert('Get "https://auth.docker.io/token": EOF') == 'Get "https[:]//auth.docker.io/token": EOF'
    assert inert("docker.io/library/web:1: not found") == "docker.io/library/web:1: not found"
    incident = add_findings(None, [report_finding(finding(), START)], START, Policy())
    message = compose(
        incident, PendingNotification(NotificationType.OPENED, f"{incident.incident_id}|1"), START, DEFAULT
    )
    link = "https://eu-central-1.console.aws.amazon.com/ecs/v2/clusters/shop/services/checkout"
    assert f"Service    {link}" in message.text
    assert f"Service: {link}" in json.loads(chat_payload(message))["content"]["description"]
