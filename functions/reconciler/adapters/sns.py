"""The port `Notifier` on SNS: readable text for people, JSON for machines, and chat on a topic of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..notifications.chat import chat_payload
from ..notifications.payload import as_text
from .aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from ..notifications.message import Message

PEOPLE = ("default", "email")
MACHINES = ("sqs", "lambda", "http", "https", "firehose")


class SnsNotifier:
    """Publishes to the topic, and to the chat topic where there is one."""

    def __init__(self, client: SNSClient, topic_arn: str, chat_topic_arn: str | None = None) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._chat_topic_arn = chat_topic_arn

    def publish(self, message: Message) -> None:
        """Publishes to both topics before it returns: a retry may repeat the first, never skip the second."""
        machine = message.json
        forms = dict.fromkeys(PEOPLE, message.text) | dict.fromkeys(MACHINES, machine)
        attributes = {name: _text(value) for name, value in message.attributes.items()}
        with aws_errors():
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=message.subject,
                Message=as_text(forms),
                MessageStructure="json",
                MessageAttributes=attributes,
            )
            if self._chat_topic_arn:
                self._client.publish(
                    TopicArn=self._chat_topic_arn, Message=chat_payload(message), MessageAttributes=attributes
                )


def _text(value: str) -> MessageAttributeValueTypeDef:
    return {"DataType": "String", "StringValue": value}
