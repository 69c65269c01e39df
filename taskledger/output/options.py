"""Values that options take, read from the command line; a wrong one is wrong usage."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.errors import InvalidInput
from reconciler.findings.policy import Policy
from reconciler.findings.policy_file import parse

from . import times
from .times import before, read_moment, read_span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROWS = 20

Command = TypeVar("Command", bound="Callable[..., Any]")


def expect_clear(ctx: click.Context, arguments: Sequence[str]) -> None:
    """Refuses what click lets through: an option given twice, of which it takes the last, and empty values.

    A variable that a script did not set would name another stack, or replay the folder it runs in.
    """
    values, _, given = ctx.command.make_parser(ctx).parse_args(list(arguments))
    for one, number in Counter(given).items():
        if number > 1 and _is_for_once(one):
            raise click.UsageError(
                f"{' and '.join([*one.opts, *one.secondary_opts])}: give one, and once.", ctx
            )
        value = values.get(one.name)
        if "" in (value if isinstance(value, list | tuple) else [value]):
            raise click.BadParameter("it is empty.", ctx, one)


def _is_for_once(one: click.Parameter) -> bool:
    """Whether a second time can contradict the first."""
    is_switch = isinstance(one, click.Option) and one.is_flag and not one.secondary_opts
    return isinstance(one, click.Option) and not one.multiple and not is_switch


class Since(click.ParamType[datetime]):
    """A moment in the past: a time span before now, or an ISO 8601 time, in UTC unless it says otherwise."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        now = times.now()
        try:
            found = before(now, value)
        except (ValueError, OverflowError):
            self.fail(
                f'"{value}" is neither a time span (90m, 2h, 3d) nor a time (2026-11-20T09:00Z).', param, ctx
            )
        if found > now:
            self.fail(f'"{value}" is in the future.', param, ctx)
        return found


class Until(click.ParamType[datetime]):
    """A moment in the future: an ISO 8601 time, in UTC unless it says otherwise."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = read_moment(value)
        except (ValueError, OverflowError):
            self.fail(f'"{value}" is no time (2026-11-20T09:00Z).', param, ctx)
        if found <= times.now():
            self.fail(f'"{value}" is over.', param, ctx)
        return found


class Span(click.ParamType[timedelta]):
    """A time span that is longer than none."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        found = value if isinstance(value, timedelta) else read_span(value)
        if not found:
            self.fail(f'"{value}" is no time span (90s, 30m, 2h).', param, ctx)
        return found


def since_option(purpose: str) -> Callable[[Command], Command]:
    """The option --since of a command, a day by default."""
    return click.option(
        "--since", type=Since(), metavar="TIME", default="1d", show_default=True, help=purpose
    )


def limit_option(purpose: str, *, least: int = 1) -> Callable[[Command], Command]:
    """The option --limit of a list for people, of as many rows as they read at once by default."""
    return click.option(
        "--limit",
        type=click.IntRange(min=least),
        default=ROWS,
        show_default=True,
        metavar="N",
        help=purpose,
    )


class NumberOrAll(click.ParamType[int | None]):
    """A number, or `all`, which is None."""

    name = "number"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "all":
            return None
        if not str(value).isdecimal():
            self.fail(f'"{value}" is neither a number nor all.', param, ctx)
        return int(value)


class PolicyFile(click.ParamType[Policy]):
    """The policy in a TOML file; what is wrong with it is said with the file's name and the key."""

    name = "file"

    def convert(
        self, value: str | Policy, param: click.Parameter | None, ctx: click.Context | None
    ) -> Policy:
        if isinstance(value, Policy):
            return value
        try:
            return parse(Path(value).read_text("utf-8"))
        except InvalidInput as error:
            self.fail(f"{value}: {error}", param, ctx)
        except OSError as error:
            self.fail(f"{value}: {error.strerror}", param, ctx)
        except UnicodeDecodeError:
            self.fail(f"{value}: is not UTF-8", param, ctx)
