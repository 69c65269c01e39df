"""The form that chats get."""

import json
from typing import Any

from reconciler.notifications.chat import chat_payload
from reconciler.notifications.digest import compose_digest
from tests.support.messages import crash_loop, messages
from tests.support.values import at

MESSAGES = [shown.message for shown in messages()]


def content(number: int) -> Any:
    return json.loads(chat_payload(MESSAGES[number]))["content"]


def test_next_steps_and_keywords_have_their_own_fields() -> None:
    """What to do is no part of the description; the words to search by are those of the filters."""
    assert content(0)["nextSteps"] == ["Read the last lines of the container's log before the stop."]
    assert "last lines" not in content(0)["description"]
    assert content(0)["keywords"] == ["high", "ESSENTIAL_CONTAINER_FAILED", "EXIT_CODE", "prod", "payments"]
    assert content(2)["keywords"][4:] == ["storefront", "payments", "checkout", "cart", "web", "users"]


def test_nothing_is_aligned_by_spaces() -> None:
    """A chat sets text in letters of different widths."""
    assert all("  " not in content(number)["description"] for number in range(len(MESSAGES)))


def test_it_says_what_the_mail_says() -> None:
    """Each line of the mail stands in the chat, but for its alignment and what to do next."""
    for sent in MESSAGES:
        chat = {line.replace(": ", " ", 1).removeprefix("- ") for line in _description(sent).splitlines()}
        mail = [" ".join(line.split()).replace(": ", " ", 1) for line in sent.text.splitlines() if line]
        assert [line for line in mail if line not in chat and not line.startswith("Next ")] == []


def test_what_a_message_does_not_have_is_left_out() -> None:
    """A digest has no next step, and what is over has none any more."""
    digest = json.loads(chat_payload(compose_digest([crash_loop()], "DIGEST|1", at(0))))
    assert digest["content"].keys() == {"textType", "title", "description", "keywords"}
    assert "nextSteps" not in content(4)


def _description(sent: Any) -> str:
    return str(json.loads(chat_payload(sent))["content"]["description"])
