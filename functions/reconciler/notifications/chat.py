"""Messages for chats, in the one form that Amazon Q Developer in chat applications shows; pure.

Its limits are those of the page "Custom notifications" of its guide. A chat aligns nothing by spaces.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from .body import Body
from .inert import inert
from .message import Attribute, Message
from .payload import as_text

_LONGEST_ID: Final = 255
_LONGEST_TEXT: Final = 8000
_LONGEST_STEP: Final = 350
_LONGEST_WORD: Final = 75
_LONGEST_FACT: Final = 1000
_MOST_WORDS: Final = 10
_MOST_LOG_LINES: Final = 5
_KEYWORDS: Final = ("severity", "kind", "cause", "cluster", "team", "service")


def chat_payload(message: Message) -> str:
    """The message as JSON for a chat, threaded by incident."""
    body, facts = message.body, message.attributes
    words = [word[:_LONGEST_WORD] for name in _KEYWORDS for word in _words(facts.get(name, ()))]
    content = {
        "textType": "client-markdown",
        "title": message.subject,
        "description": _description(body),
        "nextSteps": [inert(step)[:_LONGEST_STEP] for step in body.next_steps],
        "keywords": list(dict.fromkeys(words))[:_MOST_WORDS],
    }
    return as_text(
        {
            "version": "1.0",
            "source": "custom",
            "id": message.notification_id[:_LONGEST_ID],
            "content": {name: value for name, value in content.items() if value},
            "metadata": {
                "threadId": hashlib.sha256(message.thread.encode("utf-8", "replace")).hexdigest()[:32],
                "summary": message.subject,
                "eventType": facts["type"],
                "additionalContext": {
                    name: ", ".join(_words(value))[:_LONGEST_FACT] for name, value in facts.items()
                },
            },
        }
    )


def _words(value: Attribute) -> Sequence[str]:
    return [inert(one) for one in ([value] if isinstance(value, str) else value)]


def _description(body: Body) -> str:
    """As many whole lines as there is room for."""
    lines = list(_lines(body))
    while len("\n".join(lines)) > _LONGEST_TEXT:
        lines.pop()
    return "\n".join(lines)


def _lines(body: Body) -> Iterator[str]:
    yield from map(inert, body.head)
    yield from (inert(f"{name}: {value}") for name, value in body.facts)
    if body.listed:
        yield inert(body.heading)
        yield from (inert(f"- {line}") for line in body.listed)
    yield from (f"{name}: {link}" for name, link in (body.links or {}).items())
    if body.incident_id:
        yield inert(f"Incident: {body.incident_id}")
    if body.log:
        lines = (" ".join(line.split()) for line in body.log[-_MOST_LOG_LINES:])
        yield from map(inert, (body.log_heading, *lines))
