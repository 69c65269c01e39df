"""`taskledger send`: puts saved events on the queue of a deployed stack."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import click
from botocore.exceptions import BotoCoreError, ClientError

from reconciler.errors import InvalidInput
from reconciler.parsing.event import Skipped

from ..deployed.advice import advice
from ..deployed.queue import Queue
from ..deployed.stack import Unusable, stack_command
from ..output.progress import counted
from ..output.terminal import console, literal, print_json
from ..replay.delivery import Rejected, expect_any
from ..replay.outgoing import RepeatedEvents, checked, readable, saved_events
from ..replay.story.refused import print_skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..deployed.stack import Stack
    from ..replay.captures import Captured, Unreadable

    Check = Callable[[Captured | Unreadable], Captured | Skipped]


@dataclass(slots=True)
class Sent:
    """How many events were read and sent, and those that were not sent; `skipped` by their detail-type."""

    read: int = 0
    sent: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--as-is", is_flag=True, help="Check nothing and send all, to see what happens.")
@stack_command
def send(stack: Stack, paths: Sequence[str], *, as_is: bool, as_json: bool) -> None:
    """Put saved events on the queue of a deployed stack.

    PATHS are files and folders, as for `taskledger replay`. Sending events again is harmless: the ledger
    records no version twice.

    Events that say nothing of tasks or services are skipped, and counted by their detail-type.

    All events are checked before the first is sent. If one is no event or cannot be read, or is of another
    account or Region than the stack, nothing is sent, each such event is named, and the exit code is
    2: it would only end in the dead-letter queue. Files are read twice for that, and standard input is held
    in memory. With --as-is, everything that can be read is sent.

    Exits with 1 if SQS did not take an event.
    """
    queue, check = Queue(stack), partial(checked, home=stack.home)
    events = saved_events(paths) if as_is else RepeatedEvents(paths)
    if not as_is and (problems := _problems(events, check)).rejected:
        expect_any(problems.read, problems.rejected)
        _report(problems, stack, queue, as_json=as_json)
        click.echo("Nothing was sent: correct or remove these, or send all with --as-is.", err=True)
        sys.exit(2)
    result = _send(queue, events, readable if as_is else check)
    expect_any(result.read, result.rejected)
    _report(result, stack, queue, as_json=as_json)
    sys.exit(1 if result.rejected else 0)


def _problems(events: Iterable[Captured | Unreadable], check: Check) -> Sent:
    """How many events were read, and what is wrong with them."""
    result = Sent()
    for _ in _sendable(counted(events, "events checked"), result, check):
        pass
    return result


def _send(queue: Queue, events: Iterable[Captured | Unreadable], check: Check) -> Sent:
    result = Sent()
    try:
        for captured, error in queue.send(_sendable(counted(events, "events read"), result, check)):
            if error is None:
                result.sent += 1
            else:
                result.rejected.append(_rejected(captured, error))
    except (ClientError, BotoCoreError) as error:
        raise Unusable(f"{result.sent:,} events were sent, then: {advice(error)}") from error
    return result


def _sendable(events: Iterable[Captured | Unreadable], result: Sent, check: Check) -> Iterator[Captured]:
    for found in events:
        result.read += 1
        try:
            checked = check(found)
        except InvalidInput as error:
            result.rejected.append(_rejected(found, error))
            continue
        if isinstance(checked, Skipped):
            result.skipped[checked.detail_type] += 1
        else:
            yield checked


def _report(result: Sent, stack: Stack, queue: Queue, *, as_json: bool) -> None:
    rejected = [asdict(each) for each in result.rejected]
    if as_json:
        counts = {"read": result.read, "sent": result.sent, "rejected": len(rejected)}
        skipped = dict(sorted(result.skipped.items()))
        print_json({"events": counts, "queueUrl": queue.url, "skipped": skipped, "rejected": rejected})
        return
    screen = console()
    screen.print(literal(f"{result.sent:,} of {result.read:,} events sent to {stack.name}"))
    print_skipped(screen, result.skipped)
    for each in result.rejected:
        screen.print(literal(f"rejected: {each.place}  {each.field}: {each.error}"))


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
