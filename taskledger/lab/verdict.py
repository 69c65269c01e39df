"""Whether an account's ledger and alerts are right in the end, held against ECS and what truly happened.

a task that                              the ledger has
ECS knows                                its version, open until it is STOPPED
ECS forgot, an hour after it stopped     its last version, closed; or, where no whole pass of the sweep came
                                         round in that hour, an older one, closed as UNOBSERVED, or nothing
is of a changed letter                   what that said, closed
is any, where a changed letter said so   what that said

Of each stop that the ledger has, all findings are stored, and counted in one incident, once. Each message of
an incident came; a second time only where nobody is known to have noted the first.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconciler.chunks import chunks
from reconciler.findings.model import Kind
from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings

from ..simulator.engine.errors import ApiError
from .faults.rates import LAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.entry import LedgerEntry

    from ..simulator.engine.shapes import Fields
    from .account import Account

WRONG = ("differences", "back", "early", "unrecorded", "lost", "doubled", "broken")  # all of Verdict
State = tuple[int, bool]
_REMEMBERED = timedelta(hours=1)  # for which ECS knows a stopped task
_OF_STOPS = (
    Kind.TASK_FAILED_TO_START,
    Kind.ESSENTIAL_CONTAINER_FAILED,
    Kind.HEALTH_CHECK_FAILED,
    Kind.CAPACITY_INTERRUPTED,
    Kind.UNKNOWN_STOP,
    Kind.STOPPED_WHILE_PROTECTED,
    Kind.STOPPED_AFTER_EXPIRY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A task that the ledger has wrong: its version, and whether it is open, there and in ECS."""

    task_arn: str
    ledger: State | None
    ecs: State | None


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of the lives of an account.

    `as_said` have what a changed letter said. Of `unheard` tasks, and of the end of `unobserved` ones, nobody
    heard before ECS forgot them. `early` were closed while they ran, `unrecorded` are events that are in no
    row of history though their message is done with, `back` went to a lower version without a reset.
    `findings` and `messages` are how many there are, `lost` those that are missing, `doubled` those that were
    counted or came twice without need, `repeated` how often a message came again. `broken` are errors that
    functions ended with.
    """

    lives: int = 0
    right: int = 0
    differences: list[Difference] = field(default_factory=list)
    as_said: int = 0
    unheard: int = 0
    unobserved: int = 0
    back: Sequence[str] = ()
    early: Sequence[str] = ()
    unrecorded: Sequence[str] = ()
    findings: int = 0
    messages: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return not any(getattr(self, name) for name in WRONG)


def judged(account: Account) -> Verdict:
    """The verdict on an account whose day is over."""
    entries, known = account.ledger.everything(), _known(account)
    verdict = Verdict(
        lives=len(account.truth),
        back=account.ledger.back,
        early=[arn for arn in account.ledger.early if not account.is_misread(arn)],
        unrecorded=account.pipeline.unrecorded,
        findings=len(account.incidents.findings()),
        messages=len(account.topic.published),
        repeated=len(account.topic.repeated),
        doubled=list(account.topic.doubled),
        broken=account.pipeline.broken,
    )
    for arn in sorted({*account.truth, *entries}):
        _compare(account, arn, entries.get(arn), known.get(arn), verdict)
    verdict.lost += [*_lost_findings(account, entries.values()), *_lost_messages(account)]
    verdict.doubled += _counted_twice(account)
    return verdict


def _compare(
    account: Account, arn: str, entry: LedgerEntry | None, known: Fields | None, verdict: Verdict
) -> None:
    truth = account.truth.get(arn)
    missed = known is None and not _was_seen(account, truth)
    if entry is None and missed:
        verdict.unheard += 1
    elif entry and entry.unobserved and missed and truth and entry.state.version < truth["version"]:
        verdict.unobserved += 1
    elif entry and not entry.unobserved and _in_ledger(entry) == _in_ecs(known or truth):
        verdict.right += 1
    elif entry and account.said.of(entry.state) and (truth or not entry.open):
        verdict.as_said += 1
    else:
        ledger = _in_ledger(entry) if entry else None
        verdict.differences.append(Difference(task_arn=arn, ledger=ledger, ecs=_in_ecs(known or truth)))


def _was_seen(account: Account, truth: Fields | None) -> bool:
    """Whether a whole pass came round between the task's end and its being forgotten, no letter changed."""
    if truth is None or account.is_misread(truth["taskArn"]):
        return False
    stopped = datetime.fromisoformat(truth["updatedAt"])
    deleted = account.deleted.get(truth["clusterArn"], account.clock.now)
    settled, forgotten = stopped + timedelta(seconds=LAG), min(stopped + _REMEMBERED, deleted)
    return any(settled < began and ended < forgotten for began, ended in account.pipeline.whole)


def _in_ledger(entry: LedgerEntry) -> State:
    return entry.state.version, entry.open


def _in_ecs(task: Fields | None) -> State | None:
    return (task["version"], task["lastStatus"] != "STOPPED") if task else None


def _known(account: Account) -> Mapping[str, Fields]:
    """The tasks that ECS knows, by ARN."""
    clusters: dict[str, list[str]] = {}
    for arn in account.truth:
        clusters.setdefault(arn.split("/")[1], []).append(arn)
    known: dict[str, Fields] = {}
    for cluster, arns in clusters.items():
        with suppress(ApiError):  # it is gone
            for some in chunks(arns, 100):
                answer = account.ecs.call("DescribeTasks", {"cluster": cluster, "tasks": list(some)})
                known |= {one["taskArn"]: one for one in answer["tasks"]}
    return known


def _lost_findings(account: Account, entries: Iterable[LedgerEntry]) -> Iterator[str]:
    stored = {one.finding_id for one in account.incidents.findings()}
    closed = (entry for entry in entries if entry.closed)
    for entry in closed:
        for one in findings(entry, account.clock.now, DEFAULT):
            if one.finding_id not in stored:
                yield f"finding {one.finding_id}"


def _lost_messages(account: Account) -> Iterator[str]:
    """Those that were to be sent, by their numbers, and digests that still wait."""
    published = account.topic.published
    for incident in account.incidents.everything():
        numbered = (f"{incident.incident_id}|{number + 1}" for number in range(incident.outbox.sequence))
        yield from (f"message {one}" for one in numbered if one not in published)
        pending = (one.notification_id for one in incident.outbox.pending)
        yield from (f"unsent {one}" for one in pending)


def _counted_twice(account: Account) -> Iterator[str]:
    """The kinds of stops of which incidents count more than are stored; what stands is counted anew."""
    stored = Counter(one.kind for one in account.incidents.findings())
    counted: Counter[Kind] = Counter()
    for incident in account.incidents.everything():
        if incident.shared is None:
            counted[incident.key.kind] += sum(one.count for one in incident.occurrences.newest_last)
    for kind in _OF_STOPS:
        if counted[kind] > stored[kind]:
            yield f"{counted[kind]} findings {kind} of {stored[kind]}"
