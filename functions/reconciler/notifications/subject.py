"""The one line of a message: how severe it is, who has it, what it is, then what there is room for; pure.

    [HIGH] payments (prod): crash loop, exit 1, 10x since 10:01, 0 of 4 running, since payments:13
    [HIGH] 12 services (prod): image can't be pulled, since 10:01
    [MEDIUM] nightly-report (prod): 5 of 500 failed, exit 1
    [RESOLVED] payments (prod): crash loop, exit 1, over after 6 h

It is ASCII and under 100 characters. Where it doesn't fit, whole parts go, the least important first.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from .. import arns
from ..findings.model import Kind, Severity
from ..findings.services.service_fault import revisions, shortened
from ..findings.summary import brief, spell
from ..incidents.deployments.blame import Blame, BlameWord
from ..incidents.model import Incident, Shared
from ..incidents.outbox import NotificationType
from ..incidents.severity import STOPS, is_run
from .fault_words import again, owner_name, running, what, who
from .inert import inert

_LONGEST: Final = 99
_SHORTEST: Final = timedelta(minutes=1)  # less than that is no duration to speak of

# What is said, and its weight: the lightest goes first.
Part = tuple[int, str]


def subject(incident: Incident, type_: NotificationType, severity: Severity, now: datetime) -> str:
    """The line for a message of that type, which bears that severity."""
    over = type_ is NotificationType.RESOLVED
    label = f"[{type_ if over else severity.upper()}]"
    happened, detail = what(incident)
    parts = [(6, detail)] if detail else []
    if over:
        lasted = duration(incident, now)
        parts.append((7, f"over after {spell(lasted)}" if lasted >= _SHORTEST else "over"))
    else:
        parts += _facts(incident, type_, now)
    return _fitted(label, who(incident), incident.cluster, happened, parts)


def plain(line: str) -> str:
    """The line in ASCII, without control characters, mentions and links."""
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in inert(line))


def duration(incident: Incident, now: datetime) -> timedelta:
    """How long it lasted, from its first fault to its last one, or to what ended it."""
    last_at = max(incident.last_seen_at, incident.noted_at)
    ended_at = (incident.resolved_at or now) if incident.ended_by else last_at
    return ended_at - min(incident.began_at, incident.first_seen_at)


def _facts(incident: Incident, type_: NotificationType, now: datetime) -> Iterator[Part]:
    if is_run(incident):
        return
    yield from _pace(incident, type_, now)
    if incident.impact:
        yield 5 if incident.impact.falls_short else 2, f"{running(incident.impact)} running"
    if incident.shared and incident.shared.down:
        yield 5, _down(incident.shared)
    if incident.blame and incident.blame.word is BlameWord.BEGAN_WITH:
        yield from _change(incident.key.kind, incident.blame)


def _pace(incident: Incident, type_: NotificationType, now: datetime) -> Iterator[Part]:
    """How often, and since when."""
    returned = again(incident, now)
    if returned:
        yield 4, returned[0]
    since = f"since {brief(incident.first_seen_at, now)}"
    if type_ is NotificationType.ONGOING and not returned:
        yield 4, f"goes on {since}"
    if incident.count > 1 and not incident.shared:
        yield 1, f"{incident.count}x {since}" if type_ is NotificationType.OPENED else f"{incident.count}x"
    elif returned:
        yield 1, returned[1]
    elif type_ is NotificationType.OPENED:
        at_once = incident.key.kind in STOPS and not incident.shared
        yield 1, f"at {brief(incident.first_seen_at, now)}" if at_once else since


def _down(shared: Shared) -> str:
    """By name the one that no message named before, else how many are down."""
    new = [name for name in shared.down if name not in shared.named_down]
    return f"{owner_name(new[0]) if len(new) == 1 else len(shared.down)} down"


def _change(kind: Kind, blame: Blame) -> Iterator[Part]:
    """The deployment that it began with, and whether that was rolled back."""
    after, back = blame.task_definition_arn, blame.rolled_back_to
    undone = f"rolled back to {shortened(back, after)}" if back else "rolled back"
    if kind is Kind.DEPLOYMENT_FAILED:
        named = (
            arns.revision(after)
            if blame.rolled_back_at
            else revisions(blame.previous_task_definition_arn, after)
        )
        if words := " ".join(filter(None, (named, undone if blame.rolled_back_at else ""))):
            yield 3, words
        return
    if revision := arns.revision(after):
        yield 3, f"since {revision}"
    if blame.rolled_back_at:
        yield 3, undone


def _fitted(label: str, name: str, cluster: str, happened: str, parts: Sequence[Part]) -> str:
    lines = (plain(line) for line in _shorter(f"{label} {name}", cluster, happened, parts))
    fitting = next((line for line in lines if len(line) <= _LONGEST), None)
    if fitting:
        return fitting
    # A name alone is too long. Its dots stand apart, or what is cut after "www" would look like an address.
    room = _LONGEST - len(plain(f"{label}  ...: {happened}"))
    return f"{label} {plain(name)[:room]} ...: {plain(happened)}"


def _shorter(head: str, cluster: str, happened: str, parts: Sequence[Part]) -> Iterator[str]:
    """The line with all parts, then with fewer and fewer, at last without its cluster."""
    kept = list(parts)
    yield _line(f"{head} ({cluster})", happened, kept)
    while kept:
        kept.remove(min(kept))
        yield _line(f"{head} ({cluster})", happened, kept)
    yield _line(head, happened, kept)


def _line(head: str, happened: str, parts: Sequence[Part]) -> str:
    return f"{head}: {', '.join([happened, *(text for _, text in parts)])}"
