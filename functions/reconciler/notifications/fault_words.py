"""What a fault is called in a few words, how often it happened, and what runs; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ..findings.causes import record_of
from ..findings.causes.exits import STOPPED_ALONG, exit_words
from ..findings.causes.record import CauseRecord
from ..findings.model import Cause, Kind
from ..findings.summary import spell
from ..incidents.facts.impact import Impact
from ..incidents.facts.occurrences import KEPT
from ..incidents.model import Incident
from ..incidents.severity import is_run
from ..text import clean

_OFTEN = 3  # faults in a row that are no accident any more
_JUST_NOW = timedelta(minutes=15)
_LONGEST_NAME = 60

# Said of a kind whose cause does not say it all.
_KINDS: Mapping[Kind, str] = {
    Kind.TASK_FAILED_TO_START: "failed to start",
    Kind.ESSENTIAL_CONTAINER_FAILED: "stopped",
    Kind.UNKNOWN_STOP: "stopped",
    Kind.STOPPED_WHILE_PROTECTED: "stopped while protected",
    Kind.STOPPED_AFTER_EXPIRY: "stopped after its protection ran out",
    Kind.PROTECTION_EXPIRING: "protection runs out soon",
    Kind.PROTECTION_EXPIRED: "protection ran out",
    Kind.PROTECTION_TOO_LONG: "protected for too long",
    Kind.DEPLOYMENT_FAILED: "deployment failed",
    Kind.HOOK_WAITING: "deployment waits for a person",
}


def title(kind: Kind, cause: Cause | None, *, often: bool = False) -> str:
    """What it is called; a kind or cause that is not known here by its own name."""
    record = record_of(kind, cause)
    own = _KINDS.get(kind) or _plain(kind)
    if record is None:
        return f"{own}, {_plain(cause)}" if cause else own
    if isinstance(record, CauseRecord):
        named = (record.often if often else "") or record.title
        return named if record.kind is kind else f"{own}, {named}"
    return f"{own}, {record.title}" if kind is Kind.DEPLOYMENT_FAILED else record.title


def what(incident: Incident) -> tuple[str, str | None]:
    """What happened, and how a container ended or why, if that is to be said beside it."""
    ending = _ending(incident)
    if is_run(incident):
        return _of_run(incident), ending or title(incident.key.kind, incident.cause)
    return title(incident.key.kind, incident.cause, often=incident.count >= _OFTEN), ending


def faults(incident: Incident) -> int:
    """The faults of its current occurrence; of standalone work those of the whole run."""
    if not is_run(incident):
        return incident.count
    return sum(one.count for one in incident.occurrences.newest_last)


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def again(incident: Incident, now: datetime) -> Sequence[str]:
    """How often it happened in a week, and how long ago it did before; nothing the first time."""
    known = incident.occurrences
    if known.number == 1:
        return ()
    number = len(known.of_week())
    is_quiet = now - known.current.last_at >= _JUST_NOW
    earlier = (one.last_at for one in reversed(known.newest_last[:-1]))
    last_at = known.current.last_at if is_quiet else next(earlier, known.began_at)
    last = f"last {spell(now - last_at)} ago"
    if number >= KEPT:
        return f"more than {KEPT} times in 7 days", last
    return f"{number} times in 7 days" if is_quiet else f"again, {_ordinal(number)} time in 7 days", last


def running(impact: Impact) -> str:
    return f"{impact.running} of {impact.desired}"


def owner_name(owner: str) -> str:
    """The name of the service or task family."""
    return clean(owner.partition(":")[2] or owner, 255) or ""


def owners(names: Sequence[str], number: int) -> str:
    """How many of what they are: services, task families, or both."""
    sorts = {name.partition(":")[0] for name in names}
    noun = {frozenset({"service"}): "services", frozenset({"family"}): "task families"}
    return f"{number} {noun.get(frozenset(sorts), 'services and task families')}"


def who(incident: Incident) -> str:
    """Whose fault it is: a name, or how many."""
    shared = incident.shared
    if shared is None:
        return owner_name(incident.key.owner)
    return owners([one.name for one in shared.owners], shared.number)


def _of_run(incident: Incident) -> str:
    count, total = faults(incident), incident.tasks_of_run
    if total is not None:
        return f"{count} of {total} failed"
    return f"{count} task{'' if count == 1 else 's'} failed"


def _ending(incident: Incident) -> str | None:
    """How the container of the newest task ended that shows it best, where that belongs to the cause."""
    record = record_of(incident.key.kind, incident.cause)
    if not isinstance(record, CauseRecord) or not record.names_exit or not incident.samples:
        return None
    codes = [one.exit_code for one in incident.samples[0].containers if one.exit_code is not None]
    own = [code for code in codes if code and code not in STOPPED_ALONG]
    failed = own or [code for code in codes if code] or codes
    return exit_words(failed[0]) if failed else None


def _ordinal(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _plain(name: str) -> str:
    return name[:_LONGEST_NAME].replace("_", " ").lower()
