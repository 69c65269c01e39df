"""What a message lists: the tasks of one owner, or the owners that one cause struck; pure."""

from collections.abc import Iterator, Sequence

from .. import arns
from ..incidents.facts.impact import Level
from ..incidents.model import Incident, Owner, Shared
from ..incidents.reported import Sample
from ..model.task import Container
from ..text import clean, excerpt
from .fault_words import owner_name, times

_MOST_OWNERS = 20
_LONGEST_REASON = 160
_LONGEST_NAME = 60


def affected(incident: Incident) -> tuple[str, Sequence[str]]:
    """A heading, and the lines below it."""
    if incident.shared:
        return "Affected:", list(_owners(incident.shared))
    return "Tasks, the latest first:", list(_tasks(incident))


def _owners(shared: Shared) -> Iterator[str]:
    yield from map(_owner, shared.owners[:_MOST_OWNERS])
    if others := shared.number - _MOST_OWNERS if shared.number > _MOST_OWNERS else shared.others:
        yield f"and {others} more"


def _owner(owner: Owner) -> str:
    known = f", {owner.level}" if owner.level in (Level.DOWN, Level.DEGRADED) else ""
    return f"{clean(owner_name(owner.name), 2 * _LONGEST_NAME)}: {times(owner.count)}{known}"


def _tasks(incident: Incident) -> Iterator[str]:
    """A line for each thing that is said, and the tasks of which it is."""
    by_saying: dict[str, list[str]] = {}
    for sample in incident.samples:
        task_id = clean(arns.task_id(sample.task_arn) or sample.task_arn, 64) or ""
        by_saying.setdefault(_saying(sample, incident.summary), []).append(task_id)
    for said, ids in by_saying.items():
        tasks = ids[0] if len(ids) == 1 else f"{len(ids)} tasks, the latest {ids[0]}"
        yield f"{tasks}: {said}" if said else tasks


def _saying(sample: Sample, known: str) -> str:
    """What is said of a task, without what stands in the summary."""
    reason = _unless_known(sample.stopped_reason, known)
    why = ": ".join(filter(None, (clean(sample.stop_code, _LONGEST_NAME), reason)))
    ends = (_end(one, f"{known} {sample.stopped_reason}") for one in sample.containers)
    return "; ".join(filter(None, (why, *ends)))


def _end(container: Container, known: str) -> str:
    code = "" if container.exit_code is None else f"exit code {container.exit_code}"
    end = ", ".join(filter(None, (code, _unless_known(container.reason, known))))
    return f"{excerpt(container.name, _LONGEST_NAME)} {end}" if end else ""


def _unless_known(reason: str | None, known: str) -> str:
    return "" if not reason or excerpt(reason) in known else excerpt(reason, _LONGEST_REASON)
