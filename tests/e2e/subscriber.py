"""Whoever subscribes to a deployed topic, as a queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.deployment import Deployment


class Subscriber:
    """A queue that is subscribed to a topic, and all that it heard."""

    def __init__(self, deployment: Deployment, topic: str, name: str = "heard") -> None:
        self._sqs = deployment.client("sqs")
        self._url = self._sqs.create_queue(QueueName=f"{name}-{topic}")["QueueUrl"]
        shown = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = shown["Attributes"]["QueueArn"]
        sns = deployment.client("sns")
        subscribed = sns.subscribe(TopicArn=deployment.outputs[topic], Protocol="sqs", Endpoint=arn)
        self._cancel = lambda: sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
        self.heard: list[dict[str, Any]] = []

    def listen(self) -> list[dict[str, Any]]:
        asked = {"QueueUrl": self._url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        for message in self._sqs.receive_message(**asked).get("Messages", []):
            self.heard.append(json.loads(json.loads(message["Body"])["Message"]))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return self.heard

    def leave(self) -> None:
        self._cancel()
        self._sqs.delete_queue(QueueUrl=self._url)
