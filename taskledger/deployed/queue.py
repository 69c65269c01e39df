"""The queue of a deployed stack: events are sent in full batches, and again where SQS fails to take them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from reconciler.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import BatchResultErrorEntryTypeDef

    from ..replay.captures import Captured
    from .stack import Stack

    Outcome = tuple[Captured, InvalidInput | None]

MAX_ENTRIES = 10  # messages in one SendMessageBatch call (API reference)
MAX_BYTES = 1024 * 1024  # of one message, and of all messages of a call (the same)
PAUSES = (0.2, 0.4, 0.8, 1.6)  # seconds before what SQS failed to take is sent again

# What SQS refuses: all that XML cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Queue:
    """The queue that a stack receives events from."""

    def __init__(self, stack: Stack) -> None:
        self.url = stack.output("EventQueueUrl")
        self._client: SQSClient = stack.client("sqs")

    def send(self, events: Iterable[Captured]) -> Iterator[Outcome]:
        """Each event with what is wrong with it as a message; None once it is on the queue."""
        batch: list[Captured] = []
        size = 0
        for captured in events:
            if error := _unsendable(captured):
                yield captured, error
                continue
            if len(batch) == MAX_ENTRIES or size + _bytes(captured) > MAX_BYTES:
                yield from self._send(batch)
                batch, size = [], 0
            batch.append(captured)
            size += _bytes(captured)
        yield from self._send(batch)

    def _send(self, batch: Sequence[Captured]) -> Iterator[Outcome]:
        left = {str(place): captured for place, captured in enumerate(batch)}
        for pause in (*PAUSES, None):
            failed = self._call(left)
            for place, captured in left.items():
                error = failed.get(place)
                if error is None or error["SenderFault"] or pause is None:
                    yield captured, error and _refusal(error)
            left = {place: left[place] for place, error in failed.items() if not error["SenderFault"]}
            if not left or pause is None:
                return
            time.sleep(pause)

    def _call(self, batch: Mapping[str, Captured]) -> Mapping[str, BatchResultErrorEntryTypeDef]:
        """The errors of the events that failed, by their places in the batch."""
        if not batch:
            return {}
        response = self._client.send_message_batch(
            QueueUrl=self.url,
            Entries=[{"Id": place, "MessageBody": captured.body} for place, captured in batch.items()],
        )
        return {error["Id"]: error for error in response.get("Failed", [])}


def expect_sendable(captured: Captured) -> None:
    """Raises `InvalidInput` for what SQS never takes."""
    if error := _unsendable(captured):
        raise error


def _unsendable(captured: Captured) -> InvalidInput | None:
    if found := _FORBIDDEN.search(captured.body):
        return InvalidInput("body", f"has U+{ord(found[0]):04X} at {found.start()}, which SQS does not take")
    if (size := _bytes(captured)) > MAX_BYTES:
        return InvalidInput("body", f"has {size:,} bytes, more than the {MAX_BYTES:,} that SQS takes")
    return None


def _refusal(error: BatchResultErrorEntryTypeDef) -> InvalidInput:
    return InvalidInput("message", f"was refused by SQS: {error.get('Message') or error['Code']}")


def _bytes(captured: Captured) -> int:
    return len(captured.body.encode())
