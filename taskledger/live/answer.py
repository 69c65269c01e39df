"""The answer to why: what was asked of ECS, explained, with its story."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from reconciler.incidents.reported import key_of
from reconciler.model.task import Absence

from ..deployed.stack import Unusable
from .explain import explain, task_findings
from .explanation import Explanation
from .facts.ask import LiveEcs
from .facts.look import look_at_cluster, look_at_service
from .facts.picture import Picture
from .form.story import Story, story_of_cluster, story_of_service, story_of_task
from .logs.read import ContainerLog, Logs
from .subject import Sort

if TYPE_CHECKING:
    from reconciler.findings.policy import Policy
    from reconciler.model.service import ServiceReading
    from reconciler.model.task import TaskState

    from .subject import Subject

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The explanation and its story; `tasks` are the ARNs of those that it is about.

    `logs` are the last lines of failed containers, where they were asked for.
    """

    explained: Explanation
    story: Story
    service: str | None = None
    tasks: Collection[str] = ()
    logs: Sequence[ContainerLog] = ()


def answer(ecs: LiveEcs, about: Subject, policy: Policy) -> Answer:
    """Asks ECS and explains; raises `Unusable` where it knows no such thing."""
    if about.sort is Sort.TASK:
        return _of_task(ecs, about, policy)
    if about.sort is Sort.SERVICE:
        return of_service(look_at_service(ecs, reading_of(ecs, about)), policy)
    return _of_cluster(ecs, policy)


def reading_of(ecs: LiveEcs, about: Subject) -> ServiceReading:
    """The service as it is now."""
    return _known(
        ecs.reading(about.name),
        f'service "{about.name}"',
        f"in the cluster {about.cluster}: name another with --cluster, or list them with"
        " `aws ecs list-services`.",
    )


def of_service(picture: Picture, policy: Policy) -> Answer:
    """What is wrong with the one service of the picture."""
    (name,) = picture.records
    explained = explain(picture, policy)
    return Answer(
        explained=explained,
        story=story_of_service(explained, name),
        service=name,
        tasks=[one.task_arn for one in picture.tasks_of(name)],
    )


def with_logs(found: Answer, logs: Logs) -> Answer:
    """The answer with these logs, and with what of them could not be asked."""
    unknown = (*found.explained.unknown, *logs.unasked)
    return replace(
        found,
        explained=replace(found.explained, unknown=unknown),
        story=replace(found.story, unknown=unknown),
        logs=logs.containers,
    )


def _of_cluster(ecs: LiveEcs, policy: Policy) -> Answer:
    explained = explain(look_at_cluster(ecs), policy)
    entries = explained.entries.items()
    failed = [arn for arn, entry in entries if task_findings(entry, explained.at, policy)]
    return Answer(explained=explained, story=story_of_cluster(explained), tasks=failed)


def _of_task(ecs: LiveEcs, about: Subject, policy: Policy) -> Answer:
    """What is wrong with the task, in the light of its service where that can be asked."""
    state = _task(ecs, about)
    picture = _around(ecs, state)
    explained = explain(picture, policy)
    own = {key_of(one) for one in task_findings(explained.entries[state.task_arn], explained.at, policy)}
    incidents = [one for one in explained.incidents if one.key in own]
    speaking = [one for one in explained.incidents if any(it in explained.behind(one) for it in incidents)]
    explained = replace(
        explained,
        incidents=[*speaking, *incidents],
        impacts={},
        asked_for=True,
        unknown=ecs.unknown,
    )
    return Answer(
        explained=explained,
        story=story_of_task(explained, state.task_arn),
        service=state.service,
        tasks=[state.task_arn],
    )


def _task(ecs: LiveEcs, about: Subject) -> TaskState:
    return _known(
        ecs.task(about.name),
        f"task {about.name}",
        f"in the cluster {about.cluster}, or no more: it forgets a stopped task after about an hour. Name"
        " another cluster with --cluster.",
    )


def _known(found: T | Absence, what: str, where: str) -> T:
    """What ECS answered; raises `Unusable` where it knows no such thing, or did not say."""
    if not isinstance(found, Absence):
        return found
    if found is Absence.MISSING:
        raise Unusable(f"ECS knows no {what} {where}")
    raise Unusable(f"ECS did not answer for the {what}: try again.")


def _around(ecs: LiveEcs, state: TaskState) -> Picture:
    """The task, and its service with all that belongs to that."""
    alone = Picture(at=ecs.now(), cluster=state.cluster_arn, tasks={state.task_arn: state})
    service = state.service
    if service is None:
        return alone
    unread: ServiceReading | Absence = Absence.UNKNOWN
    reading = ecs.optional("its service", "ecs:DescribeServices", lambda: ecs.reading(service), unread)
    return alone if isinstance(reading, Absence) else look_at_service(ecs, reading, alone)
