"""Which of a service's messages are kept: those that would be if all of them were redacted first."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model.service import Message
from reconciler.parsing import service_answer
from reconciler.parsing.service_answer import MAX_REASON, MESSAGES, parse_described_service
from reconciler.text import safe
from tests.support.values import START

from .test_service_answer import ITEM, WELL, WRONG

SAID_WELL = re.compile(
    r"has reached a steady state|has started \d+ tasks?|has stopped \d+ running tasks?|registered \d+ "
    r"|has begun draining connections|deployment completed"
)
SECRETS = ["password=hunter2hunter2", "https://user:hunter2hunter2@host/x", "Bearer eyJhbGciOiJIUzI1NiJ9.e30"]
TIES = [{"createdAt": START, "message": f"{mark} {secret}"} for mark in "\x7fz!" for secret in SECRETS]


def messages(events: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    return parse_described_service(ITEM | {"events": list(events)}).state.messages


def all_redacted(events: Sequence[dict[str, Any]]) -> tuple[Message, ...]:
    """The plain way: redact each, leave out what is well, order the rest, and keep the first."""
    said = [Message(at=one["createdAt"], text=safe(one["message"], MAX_REASON)) for one in events]
    wrong = [one for one in said if one.text and not SAID_WELL.search(one.text)]
    return tuple(sorted(wrong, key=lambda one: (one.at, one.text), reverse=True)[:MESSAGES])


def named(text: str, length: int) -> str:
    """The same of a service whose name is so long."""
    return text.replace("checkout", ("checkout" * 32)[:length])


own = st.builds(named, st.sampled_from([*WELL, *WRONG]), st.integers(1, 255))
written = st.text(max_size=20) | st.sampled_from([*SECRETS, "\n", "\x7f", "x" * MAX_REASON])
texts = st.builds(" ".join, st.tuples(own, written, written)) | st.builds(
    "".join, st.lists(written, max_size=4)
)
events = st.builds(
    lambda second, text: {"createdAt": START + timedelta(seconds=second), "message": text},
    st.integers(0, 5),
    texts,
)


@given(st.lists(events, max_size=12))
@example(TIES)
@example([{"createdAt": START, "message": text.replace(" ", "\n")} for text in WELL])
@example([{"createdAt": START, "message": named(text, length)} for text in WELL for length in (254, 255)])
def test_the_same_are_kept_as_if_all_were_redacted(said: list[dict[str, Any]]) -> None:
    """Whatever they hold, in whatever order they come, and however many are of one moment."""
    assert messages(said) == all_redacted(said)


def test_only_what_is_kept_is_redacted() -> None:
    """Of the hundred that ECS keeps of a service most are read only as far as it takes to leave them out."""
    said = [{"createdAt": START + timedelta(seconds=n), "message": text} for n, text in enumerate(WRONG * 17)]
    with patch.object(service_answer, "safe", wraps=safe) as redacted:
        assert messages(said) == all_redacted(said)
    assert redacted.call_count == MESSAGES
