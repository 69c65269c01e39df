"""The message in the form that Amazon Q Developer in chat applications shows."""

import hashlib

from .message import Message
from .payload import as_text

_LONGEST_ID = 255


def chat_payload(sent: Message) -> str:
    """The same in the form that Amazon Q Developer in chat applications shows, threaded by incident."""
    return as_text(
        {
            "version": "1.0",
            "source": "custom",
            "id": sent.notification_id[:_LONGEST_ID],
            "content": {
                "textType": "client-markdown",
                "title": sent.subject,
                "description": _harmless(sent.text)[:8000],
            },
            "metadata": {
                "threadId": hashlib.sha256(sent.thread.encode("utf-8", "replace")).hexdigest()[:32],
                "summary": sent.subject,
                "eventType": sent.attributes["type"],
                "additionalContext": dict(sent.attributes),
            },
        }
    )


def _harmless(text: str) -> str:
    """Without what a chat would take for a mention or a link."""
    return text.replace("&", "+").replace("<", "\u2039").replace(">", "\u203a").replace("@", "(at)")
