"""What `findings` and `incidents` have in common: which ones are asked for, and of which clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.findings.model import Kind, Severity

from ..output.times import Since
from .task_query import clusters_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Cause

    from .ledger import DeployedLedger

_KIND = click.Choice([each.value for each in Kind])
_SEVERITY = click.Choice([each.value for each in Severity])
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which findings or incidents; None stands for any."""

    since: datetime
    only_open: bool
    cluster: str | None = None
    service: str | None = None
    kind: str | None = None
    severity: str | None = None

    def covers(self, owner: str, kind: Kind, severity: Severity) -> bool:
        return (
            self.service in (None, owner.removeprefix("service:"))
            and self.kind in (None, kind)
            and self.severity in (None, severity)
        )

    def clusters(self, ledger: DeployedLedger) -> Sequence[str]:
        return clusters_named(ledger.clusters(), self.cluster)


def asking(command: F) -> F:
    """Gives a command the options that say which ones."""
    for option in (
        click.option(
            "--severity", type=click.Choice([each.value for each in Severity]), help="Only of this severity."
        ),
        click.option(
            "--kind",
            type=click.Choice([each.value for each in Kind]),
            metavar="KIND",
            help="Only of this kind.",
        ),
        click.option("--service", metavar="NAME", help="Only of this service."),
        click.option("--cluster", metavar="NAME|ARN", help="Only of this cluster."),
        click.option("--open", "only_open", is_flag=True, help="Only of incidents that are not over."),
        click.option(
            "--since",
            type=Since(),
            metavar="TIME",
            default="1d",
            show_default=True,
            help="A time span before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z).",
        ),
    ):
        command = option(command)
    return command


def fault(kind: Kind, cause: Cause | None) -> str:
    return f"{kind} {cause or ''}".strip()
