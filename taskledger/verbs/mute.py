"""`taskledger mute`: has a deployed stack publish nothing of a scope until a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from reconciler.errors import InvalidInput
from reconciler.findings.policy_rules import SCOPE, read_scope
from reconciler.ports.mutes import Mute
from reconciler.text import safe

from ..deployed.policy import deployed_mutes, mutes_in_force
from ..deployed.stack import stack_command
from ..output import times
from ..output.mutes import document, table, words
from ..output.options import Span, Until
from ..output.terminal import console, note, print_json, shown
from ..output.times import stamp

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.findings.policy import Scope

    from ..deployed.stack import Stack

LONGEST_NOTE = 200


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Of this cluster.")
@click.option("--service", metavar="NAME", help="Of this service.")
@click.option("--family", metavar="NAME", help="Of standalone tasks of this family.")
@click.option("--kind", metavar="KIND", help="Of this kind of finding.")
@click.option("--cause", metavar="CAUSE", help="Of this cause.")
@click.option("--for", "span", type=Span(), metavar="SPAN", help="For so long from now: 90s, 30m, 2h, 3d.")
@click.option("--until", type=Until(), metavar="TIME", help="Until then: 2026-11-20T14:00Z.")
@click.option("--note", "reason", metavar="TEXT", help="Why, for whoever wonders at 3 a.m.")
@click.option("--list", "lists", is_flag=True, help="List the mutes that are in force.")
@click.option("--end", "ended", metavar="ID", help="End this mute now.")
@stack_command
def mute(  # noqa: PLR0913 - an option each
    stack: Stack,
    *,
    span: timedelta | None,
    until: datetime | None,
    reason: str | None,
    lists: bool,
    ended: str | None,
    as_json: bool,
    **scope: str | None,
) -> None:
    """Publish nothing of a service or another scope until a time.

    Give at least one of --cluster, --service or --family, --kind and --cause, which all have to fit, and
    --for or --until. Names may hold * and ?. What happens meanwhile is recorded, in `taskledger incidents`
    and in the digest; what still stands when the mute is over is published then. Mutes that last belong in
    the policy file.

    \b
    --json prints {"mute": MUTE} or, with --list, {"mutes": [MUTE...]};
    MUTE is {"muteId", "kind", "cause", "cluster", "service", "family",
    "until", "createdAt", "note"}.

    Exits with 1 if no mute of that id is in force.
    """  # noqa: D301 - \b makes click keep the lines as they are
    now = times.now()
    named = {name: value for name, value in scope.items() if value is not None}
    if lists or ended is not None:
        if named or span or until or reason or (lists and ended is not None):
            raise click.UsageError("--list and --end ID stand alone, without what to mute.")
        _list(stack, now, as_json=as_json) if ended is None else _end(stack, ended, now, as_json=as_json)
        return
    made = Mute(
        mute_id=f"mute-{uuid4().hex[:8]}",
        scope=_scope(named),
        until=_until(span, until, now),
        created_at=now,
        note=safe(reason, LONGEST_NOTE) if reason else None,
    )
    deployed_mutes(stack).save(made)
    if as_json:
        print_json({"mute": document(made)})
        return
    click.echo(f"{made.mute_id}: nothing is published of {shown(words(made))} until {stamp(made.until)}.")
    click.echo(f"`taskledger mute --end {made.mute_id}` ends it before.")


def _list(stack: Stack, now: datetime, *, as_json: bool) -> None:
    found = mutes_in_force(stack, now)
    if as_json:
        print_json({"mutes": [document(one) for one in found]})
        return
    table(console(), found)
    if not found:
        note("Nothing is muted, but for what the policy file mutes.")


def _end(stack: Stack, mute_id: str, now: datetime, *, as_json: bool) -> None:
    found = next((one for one in mutes_in_force(stack, now) if one.mute_id == mute_id), None)
    if found is None:
        raise click.ClickException(f'No mute "{mute_id}" is in force: --list has those that are.')
    ended = replace(found, until=now)
    deployed_mutes(stack).save(ended)
    if as_json:
        print_json({"mute": document(ended)})
        return
    of = shown(words(ended))
    click.echo(f"{shown(mute_id)} is over: what stands of {of} is published within a minute or two.")


def _scope(named: dict[str, str]) -> Scope:
    if not named:
        raise click.UsageError(f"Say what to mute: any of {', '.join(f'--{name}' for name in SCOPE)}.")
    try:
        return read_scope(named, "--")
    except InvalidInput as error:
        raise click.UsageError(f"{error.field} {error.problem}.") from error


def _until(span: timedelta | None, until: datetime | None, now: datetime) -> datetime:
    if (span is None) == (until is None):
        raise click.UsageError("Say until when: with either --for 2h or --until 2026-11-20T14:00Z.")
    try:
        return until or now + (span or timedelta())
    except OverflowError as error:
        raise click.UsageError("--for ends after the year 9999.") from error
