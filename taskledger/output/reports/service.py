"""One service for people: what is wrong with it, then its numbers, deployments, hooks and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name, revision
from reconciler.ports.services import NEWEST
from reconciler.services.outcomes import histories

from ..payload import time
from ..service_payload import closed_as, images_of
from ..terminal import OUTCOME_STYLE, console, indented, literal, print_findings, print_grid
from ..times import age

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.deployment import Image
    from reconciler.model.hook import Hook
    from reconciler.model.service import ServiceRecord
    from reconciler.services.outcomes import History

    from ..terminal import Cell


def report(record: ServiceRecord, found: Sequence[Finding], now: datetime) -> None:
    screen = console()
    screen.print(Text.assemble(literal(record.service, "bold"), "  ", literal(_standing(record))))
    print_findings(screen, found)
    print_grid(screen, "service", (field for field in _fields(record, now) if field[1]))
    print_deployments(screen, histories(record)[:NEWEST], now)
    print_grid(screen, "hooks", map(_hook, record.hooks))
    messages = record.state.messages if record.state else ()
    print_grid(screen, "messages of ECS", ((time(one.at), one.text) for one in messages))


def print_deployments(screen: Console, known: Sequence[History], now: datetime) -> None:
    """What came of each and how long it took; below that its id, why, and what it changed."""
    if not known:
        return
    screen.print()
    screen.print(Text("deployments", "bold"))
    width = max(len(_definition(one)) for one in known)
    for one in known:
        screen.print(_heading(one, width, now))
        for line in _details(one):
            screen.print(indented(line, "dim"))


def _heading(one: History, width: int, now: datetime) -> Text:
    """`checkout:43  FAILED       2026-11-20T12:00:00Z  5m 3s`."""
    began = one.deployment.began.at
    outcome = Text(f"{one.outcome:<11}", OUTCOME_STYLE.get(one.outcome, ""))
    took = age(one.ended_at or now, began)
    lasted = took if one.ended_at else f"{took} so far"
    definition = literal(f"{_definition(one):<{width}}")
    return Text.assemble("  ", definition, "  ", outcome, f"  {began:%Y-%m-%dT%H:%M:%SZ}  {lasted}")


def _details(one: History) -> Iterator[str]:
    yield one.deployment.deployment_id
    if one.reason:
        yield one.reason
    if one.rollback_of:
        yield f"rolls back {one.rollback_of.deployment_id}"
    if one.rolled_back_at:
        to = revision(one.rolled_back_to) or "what ran before"
        yield f"rolled back to {to} at {time(one.rolled_back_at)}"
    for name, before, after in images_of(one.deployment.service_deployment) or ():
        yield f"image of {name}: {_image(before)} to {_image(after)}"


def _definition(one: History) -> str:
    return revision(one.deployment.task_definition_arn) or "?"


def _standing(record: ServiceRecord) -> str:
    """`ACTIVE, 2 of 4 tasks run, 1 pending`."""
    state = record.state
    if record.closed_at:
        return closed_as(record) or ""
    if state is None:
        return "not described by ECS so far"
    pending = f", {state.pending_count} pending" if state.pending_count else ""
    return f"{state.status}, {state.running_count} of {state.desired_count} tasks run{pending}"


def _fields(record: ServiceRecord, now: datetime) -> Iterator[tuple[str, Cell]]:
    state, since = record.state, record.below_desired_since
    yield "cluster", cluster_name(record.cluster_arn)
    yield "arn", record.service_arn
    if state:
        yield "definition", revision(state.task_definition_arn)
        yield "launch type", state.launch_type
        yield "scheduling", state.scheduling_strategy
        yield "controller", state.deployment_controller if state.deployment_controller != "ECS" else None
        yield "created", time(state.created_at)
    if since:
        yield "below desired", Text(f"since {time(since)}, {age(now, since)}", "yellow")
    yield "source", f"{record.source}, {time(record.observed_at)}"
    yield "closed", time(record.closed_at)


def _hook(hook: Hook) -> tuple[Cell, ...]:
    until = hook.expires_at and f"until {time(hook.expires_at)}"
    then = until and hook.timeout_action and f", then {hook.timeout_action}"
    return hook.hook_type or "hook", hook.status, hook.stage, time(hook.at), f"{until or ''}{then or ''}"


def _image(image: Image | None) -> str:
    """With the beginning of its digest, by which two images of one name differ."""
    if image is None:
        return "none"
    name = image.image or "?"
    return f"{name} ({image.digest[:19]})" if image.digest else name
