"""The port `Notifier` on SNS: readable text for people, JSON for machines, and chat on a topic of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import LedgerError
from ..notifications.chat import chat_payload
from ..notifications.payload import as_text
from .aws import aws_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from ..notifications.message import Attribute, Message

PEOPLE = ("default", "email")
MACHINES = ("sqs", "lambda", "http", "https", "firehose")
ALERTS, CHAT = "alerts", "chat"


class SnsNotifier:
    """Publishes to the topic, and to the chat topic where there is one."""

    def __init__(self, client: SNSClient, topic_arn: str, chat_topic_arn: str | None = None) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._chat_topic_arn = chat_topic_arn

    @property
    def destinations(self) -> Sequence[str]:
        return (ALERTS, CHAT) if self._chat_topic_arn else (ALERTS,)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        failed: dict[str, LedgerError] = {}
        for name in self.destinations:
            if name in to:
                try:
                    self._send(message, name)
                except LedgerError as error:
                    failed[name] = error
        return failed

    def _send(self, message: Message, destination: str) -> None:
        attributes = {name: _attribute(value) for name, value in message.attributes.items()}
        request = self._chat(message) if destination == CHAT else self._alert(message)
        with aws_errors():
            self._client.publish(**request, MessageAttributes=attributes)

    def _alert(self, message: Message) -> dict[str, Any]:
        forms = dict.fromkeys(PEOPLE, message.text) | dict.fromkeys(MACHINES, message.json)
        return {
            "TopicArn": self._topic_arn,
            "Subject": message.subject,
            "Message": as_text(forms),
            "MessageStructure": "json",
        }

    def _chat(self, message: Message) -> dict[str, Any]:
        return {"TopicArn": self._chat_topic_arn, "Message": chat_payload(message)}


def _attribute(value: Attribute) -> MessageAttributeValueTypeDef:
    """A text, or a list of which filters match any."""
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    return {"DataType": "String.Array", "StringValue": as_text(value)}
