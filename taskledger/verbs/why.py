"""`taskledger why`: what is wrong with a service, a task or a cluster, asked of ECS itself."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from reconciler.adapters.clients import Pace, keep_pace
from reconciler.errors import ClusterNotFound
from reconciler.findings.policy import DEFAULT

from ..deployed.stack import Unusable, connect, errors_as_advice, new_session
from ..live.answer import Answer, answer, of_service, reading_of, with_logs
from ..live.facts.ask import LiveEcs
from ..live.facts.time import EcsTime
from ..live.form.document import document
from ..live.form.markdown import markdown
from ..live.form.text import print_story
from ..live.form.verdict import with_verdict
from ..live.logs.chosen import to_read
from ..live.logs.read import last_lines
from ..live.subject import DEFAULT_CLUSTER, Contradiction, Sort, Subject, subject
from ..live.wait import Unfollowable, Waiting
from ..output import times
from ..output.options import PolicyFile, Span
from ..output.progress import working
from ..output.terminal import console, note, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.findings.policy import Policy

CALLS_PER_SECOND = 10  # half of what ECS grants an account: others ask too
TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Whether to read logs, and to follow a deployment: which one, None for the one that is PRIMARY."""

    logs: bool
    wait: bool
    deployment: str | None
    timeout: timedelta | None


@click.command()
@click.argument("name", metavar="[TASK|SERVICE]", required=False)
@click.option("--cluster", metavar="NAME|ARN", help=f"The cluster.  [default: {DEFAULT_CLUSTER}]")
@click.option("--logs", is_flag=True, help="Show the last lines of the failed containers' logs.")
@click.option("--wait", is_flag=True, help="Follow the newest deployment until it is steady or has failed.")
@click.option("--deployment", metavar="ecs-svc/ID", help="With --wait: follow this one.")
@click.option(
    "--timeout",
    type=Span(),
    metavar="SPAN",
    help="With --wait: how long at the most (90s, 30m, 2h).  [default: 30m]",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, as for a job's summary.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--policy", type=PolicyFile(), metavar="FILE", help="Judge by this policy, not by the defaults."
)
def why(
    name: str | None,
    *,
    cluster: str | None,
    as_markdown: bool,
    as_json: bool,
    policy: Policy | None,
    **extent: Any,  # noqa: ANN401 - the fields of `Extent`, as click checked
) -> None:
    """Ask ECS why a task, a service or a deployment fails.

    Nothing has to be deployed for that.

    \b
    TASK     an ARN or a whole id: why it stopped
    SERVICE  an ARN, a name, or CLUSTER/NAME: what is wrong, since which
             deployment, and what to do
    nothing  each service of the cluster that is not well

    ECS remembers stopped tasks for about an hour. All that is needed are rights to read ECS; what may not be
    asked is named, and the rest explained.

    With --wait, follows a deployment by its id until it is steady, and exits with 0; with 1 and the cause
    once it failed, was rolled back or superseded, or is not steady after --timeout.

    Exits with 0 if nothing is wrong, with 1 if something is, with 2 if that cannot be said.

    \b
    --json prints {"cluster", "service", "incidents", "deployments", "tasks",
    "unknown", "logs"}:
    incidents  what is wrong first, as `taskledger incidents` prints them
    unknown    what could not be asked, and why
    logs       with --logs {"container", "taskArn", "logGroup", "logStream",
               "lines": [{"at", "text"}], "unknown"}, else empty
    """  # noqa: D301 - \b makes click keep the lines as they are
    how = Extent(**extent)
    if as_markdown and as_json:
        raise click.UsageError("--markdown and --json are two forms of one answer: give one of them.")
    about = _subject(name, cluster, how)
    with errors_as_advice(), _known(about.cluster):
        found = _answer(about, how, policy or DEFAULT)
    if as_json:
        print_json(document(found))
    elif as_markdown:
        click.echo(markdown(found.story, found.logs), nl=False)
    else:
        print_story(console(), found.story, found.logs)
    sys.exit(0 if found.story.well else 1)


@contextmanager
def _known(cluster: str) -> Iterator[None]:
    """Ends the command with advice where ECS knows no such cluster."""
    try:
        yield
    except ClusterNotFound as error:
        raise Unusable(
            f"ECS knows no cluster {cluster} in this account and Region: name one with --cluster that"
            " `aws ecs list-clusters` lists, or another Region in AWS_REGION."
        ) from error


def _subject(name: str | None, cluster: str | None, how: Extent) -> Subject:
    if not how.wait and (how.deployment or how.timeout):
        raise click.UsageError("--deployment and --timeout say what to wait for: give them with --wait.")
    try:
        about = subject(name, cluster)
    except Contradiction as error:
        raise click.UsageError(f"{error} Leave --cluster out.") from error
    if how.wait and about.sort is not Sort.SERVICE:
        raise click.UsageError("--wait follows a deployment of a service: name the service.")
    return about


def _answer(about: Subject, how: Extent, policy: Policy) -> Answer:
    session = new_session()
    client = connect(session, "ecs")
    keep_pace(client, Pace(CALLS_PER_SECOND))
    ecs = LiveEcs(client, about.cluster, EcsTime(client, times.now))
    if how.wait:
        found = _followed(ecs, about, how, policy)
    else:
        with working("asking ECS"):
            found = answer(ecs, about, policy)
    if not how.logs:
        return found
    with working("reading logs"):
        return with_logs(found, last_lines(client, session, to_read(found.explained, policy)))


def _followed(ecs: LiveEcs, about: Subject, how: Extent, policy: Policy) -> Answer:
    follow = Waiting(
        ecs=ecs,
        service=about.name,
        deployment_id=how.deployment,
        timeout=how.timeout or TIMEOUT,
        sleep=time.sleep,
        report=lambda line: note(f"{ecs.now():%H:%M:%S}  {line}"),
    )
    try:
        ended = follow.run(reading_of(ecs, about))
    except Unfollowable as error:
        raise Unusable(str(error)) from error
    return with_verdict(of_service(ended.picture, policy), ended)
