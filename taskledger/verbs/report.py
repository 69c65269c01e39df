"""`taskledger report`: a page to look at, of what the ledger of a deployed stack holds of a span of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from reconciler.findings.rules import findings

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.services.judge import judge_service
from ..deployed.services.ledger import deployed_services
from ..deployed.stack import ledger_command
from ..deployed.tasks.lives import lives, most_option
from ..deployed.tasks.query import clusters_named
from ..output import payload, times
from ..output.options import since_option
from ..output.terminal import note_unreadable, print_json
from ..page.content import Chapter, Life
from ..page.file import html_option, write_page, written

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from reconciler.findings.policy import Policy

    from ..deployed.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    since: datetime
    now: datetime
    cluster: str | None
    service: str | None
    most: int


@click.command()
@html_option(required=True)
@since_option("Show what was open since then.")
@click.option("--cluster", metavar="NAME|ARN", help="Only this cluster.")
@click.option("--service", metavar="NAME", help="Only this service.")
@most_option
@policy_option
@ledger_command
def report(
    stack: Stack, *, as_json: bool, page: Path, policy: Policy | None, since: datetime, **filters: object
) -> None:
    """Write a page of incidents, services and tasks on a time axis.

    It is one file, which asks for nothing from elsewhere: to look at in a browser, to attach to an incident,
    to print.
    """
    query = _Query(since=since, now=times.now(), **filters)  # type: ignore[arg-type]  # as click checked
    chapter = _chapter(stack, query, policy or policy_in_force(stack))
    size = write_page(page, [chapter])
    if as_json:
        print_json(_document(page, size, chapter))
    else:
        print(written(page))


def _chapter(stack: Stack, query: _Query, policy: Policy) -> Chapter:
    ledger, services, incidents = deployed_ledger(stack), deployed_services(stack), deployed_incidents(stack)
    now, clusters = query.now, clusters_named(ledger.clusters(), query.cluster)
    read = [
        one
        for one in lives(ledger, clusters, query.since, now, query.most)
        if query.service in (None, one.state.service)
    ]
    records = [
        one
        for cluster in clusters
        for one in services.of_cluster(cluster)
        if query.service in (None, one.service)
    ]
    known = [
        one for one in incidents.known(clusters, query.since, now) if query.service in (None, one.service)
    ]
    chapter = Chapter(
        title=f"Stack {stack.name}",
        since=query.since,
        now=now,
        ended_at=now,
        policy=policy,
        lives=[Life(entry=one, findings=findings(one, now, policy)) for one in read],
        services=[(one, judge_service(one, ledger, now, policy)) for one in records],
        incidents=known,
    )
    note_unreadable([*ledger.unreadable, *services.unreadable, *incidents.unreadable])
    return chapter


def _document(page: Path, size: int, chapter: Chapter) -> dict[str, object]:
    return {
        "html": str(page),
        "bytes": size,
        "since": payload.time(chapter.since),
        "until": payload.time(chapter.now),
        "tasks": len(chapter.lives),
        "services": len(chapter.services),
        "incidents": len(chapter.incidents),
    }
