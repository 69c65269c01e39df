"""Log lines in a message: where they stand, and that none of them harms it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.policy import DEFAULT
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.model.logs import LogLine
from reconciler.model.task import Container
from reconciler.notifications.chat import chat_payload
from reconciler.notifications.message import Message, compose
from reconciler.parsing.log_lines import lines_of, newest
from reconciler.use_cases.checks.task_logs import MOST_BYTES, MOST_LINES
from tests.reconciler.notifications.test_links import PLACE, everything
from tests.reconciler.notifications.test_message import NASTY, check
from tests.support.values import at

OPENED = PendingNotification(NotificationType.OPENED, "1")

hostile = st.text(st.characters() | st.sampled_from('\x1b[];\n\t-=:"\\<@&')) | st.sampled_from(
    [NASTY, '"' * 900]
)


def read(*messages: str) -> list[LogLine]:
    """What is read of events with these messages, a second apart."""
    events = [
        {"timestamp": int(at(n).timestamp() * 1000), "message": each} for n, each in enumerate(messages)
    ]
    return list(newest(lines_of(events, MOST_LINES), MOST_BYTES))


def message(*messages: str) -> Message:
    return compose(everything(), OPENED, at(60), DEFAULT, read(*messages))


def description(sent: Message) -> list[str]:
    found: list[str] = json.loads(chat_payload(sent))["content"]["description"].splitlines()
    return found


def test_where_the_lines_stand() -> None:
    """In the text below the tasks, in a chat at the end, of which the last five; never in the subject."""
    sent = message(*(f"line {number}" for number in range(7)))
    lines = [f"09:00:0{number}  line {number}" for number in range(7)]
    heading = "Last lines of app, from /ecs/checkout:"
    text = sent.text.splitlines()
    place = text.index(heading)
    assert text[place - 1 : place + 9] == ["", heading, *(f"  {line}" for line in lines), ""]
    assert description(sent)[-6:] == [heading, *(line.replace("  ", " ") for line in lines[-5:])]
    assert "line" not in sent.subject


def test_the_json_has_them_with_their_place() -> None:
    """Each with its time."""
    assert message("one", "two").document["log"] == {
        "taskArn": everything().samples[0].task_arn,
        "container": "app",
        "logGroup": "/ecs/checkout",
        "logStream": "web/app/4fb1",
        "lines": [
            {"at": "2026-11-20T09:00:00.000Z", "text": "one"},
            {"at": "2026-11-20T09:00:01.000Z", "text": "two"},
        ],
    }


def test_without_lines_nothing_speaks_of_them() -> None:
    """The field is null, and the text has no heading."""
    sent = message()
    assert sent.document["log"] is None
    assert "Last lines" not in sent.text + chat_payload(sent)


@given(st.lists(hostile, max_size=25))
def test_no_line_harms_a_message(messages: list[str]) -> None:
    """Limits, form and schema hold, and nobody is mentioned."""
    sent = message(*messages)
    check(sent)
    assert not {"<", "@", "&"} & set(sent.text.replace("https://", ""))


@pytest.mark.parametrize("char", ["\U0001f4a5", '"', "\\", "\u00fc"])
def test_the_longest_lines_fit(char: str) -> None:
    """Beside the longest of all else tasks are left out first, and of the lines the oldest."""
    long = char * 1024
    containers = tuple(Container(name=long, exit_code=1, reason=long) for _ in range(4))
    sample = replace(everything().samples[0], containers=containers, stop_code=long, stopped_reason=long)
    place = replace(PLACE, container=long, group=long, stream=long)
    incident = replace(
        everything(), samples=(replace(sample, log=place), *[sample] * 4), summary=long, remedy=long
    )
    lines = read(*[char * 200] * 19, "the last")
    sent = compose(incident, OPENED, at(60), DEFAULT, lines)
    check(sent)
    assert sent.document["log"]["lines"][-1]["text"] == "the last"


SECRETS = ["password={}", 'api_key: "{}"', "Authorization: Bearer {}", "postgres://user:{}@db/x"]


@given(
    st.sampled_from(SECRETS),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=20),
    st.text(st.sampled_from("abc \t"), max_size=30),
    st.booleans(),
)
def test_a_secret_in_a_line_is_redacted(form: str, name: str, before: str, coloured: bool) -> None:  # noqa: FBT001 - drawn
    """In every form of the message, also within colours."""
    secret = f"q9{name}7Z"
    said = form.format(secret)
    sent = message(f"{before} {said[:3]}\x1b[31m{said[3:]}\x1b[0m" if coloured else f"{before} {said}")
    forms: list[Any] = [sent.text, sent.json, chat_payload(sent)]
    assert [one for one in forms if secret in one] == []
    assert all("REDACTED" in one for one in forms)
