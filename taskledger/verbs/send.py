"""`taskledger send`: puts saved events on the queue of a deployed stack."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import click
from botocore.exceptions import BotoCoreError, ClientError

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json, parse_task_event

from ..deployed.advice import advice
from ..deployed.queue import Queue
from ..deployed.stack import Unusable, stack_command
from ..output.progress import counted
from ..output.terminal import console, literal, print_json
from ..replay import captures
from ..replay.delivery import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..deployed.stack import Stack
    from ..replay.captures import Captured, Unreadable


@dataclass(slots=True)
class Sent:
    """How many events were read and sent, and those that were not sent."""

    read: int = 0
    sent: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--as-is", is_flag=True, help="Also send what is not a task state change event, to see what happens."
)
@stack_command
def send(stack: Stack, paths: Sequence[str], *, as_is: bool, as_json: bool) -> None:
    """Put saved events on the queue of a deployed stack.

    PATHS are files and folders, as for `taskledger replay`. Sending events again is harmless: the ledger
    records no version twice. What is not a task state change event is not sent, because it would only end in
    the dead-letter queue.

    Exits with 1 if any event was not sent.
    """
    queue = Queue(stack)
    result = Sent()
    try:
        _fill(queue, _sendable(counted(_events(paths), "events read"), result, as_is=as_is), result)
    except (ClientError, BotoCoreError) as error:
        raise Unusable(f"{result.sent:,} events were sent, then: {advice(error)}") from error
    _report(result, stack, queue, as_json=as_json)
    sys.exit(1 if result.rejected else 0)


def _fill(queue: Queue, events: Iterable[Captured], result: Sent) -> None:
    for captured, error in queue.send(events):
        if error is None:
            result.sent += 1
        else:
            result.rejected.append(_rejected(captured, error))


def _events(paths: Sequence[str]) -> Iterator[Captured | Unreadable]:
    for file in captures.files(paths):
        if isinstance(file, captures.Unreadable):
            yield file
        else:
            yield from captures.read(file)


def _sendable(events: Iterable[Captured | Unreadable], result: Sent, *, as_is: bool) -> Iterator[Captured]:
    for found in events:
        result.read += 1
        try:
            yield _checked(found, as_is=as_is)
        except InvalidInput as error:
            result.rejected.append(_rejected(found, error))


def _checked(found: Captured | Unreadable, *, as_is: bool) -> Captured:
    if isinstance(found, captures.Unreadable):
        raise found.error
    if not as_is:
        parse_task_event(parse_json(found.body))
    return found


def _report(result: Sent, stack: Stack, queue: Queue, *, as_json: bool) -> None:
    rejected = [asdict(each) for each in result.rejected]
    if as_json:
        counts = {"read": result.read, "sent": result.sent, "rejected": len(rejected)}
        print_json({"events": counts, "queueUrl": queue.url, "rejected": rejected})
        return
    screen = console()
    screen.print(literal(f"{result.sent:,} of {result.read:,} events sent to {stack.name}"))
    for each in result.rejected:
        screen.print(literal(f"rejected: {each.file}[{each.index}]  {each.field}: {each.error}"))


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
