"""Messages for chats, in the one form that Amazon Q Developer in chat applications shows; pure."""

import hashlib

from .inert import inert
from .message import Message
from .payload import as_text

_LONGEST_ID = 255


def chat_payload(message: Message) -> str:
    """The message as JSON for a chat, threaded by incident."""
    return as_text(
        {
            "version": "1.0",
            "source": "custom",
            "id": message.notification_id[:_LONGEST_ID],
            "content": {
                "textType": "client-markdown",
                "title": message.subject,
                "description": message.text[:8000],
            },
            "metadata": {
                "threadId": hashlib.sha256(message.thread.encode("utf-8", "replace")).hexdigest()[:32],
                "summary": message.subject,
                "eventType": message.attributes["type"],
                "additionalContext": {name: inert(value) for name, value in message.attributes.items()},
            },
        }
    )
