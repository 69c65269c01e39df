"""The options that `findings` and `incidents` share: which of them to list, and of which clusters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from reconciler.findings.model import Kind, Severity

from ..output.options import since_option
from .tasks.query import clusters_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .ledger import DeployedLedger

_KIND = click.Choice([each.value for each in Kind])
_SEVERITY = click.Choice([each.value for each in Severity])


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which findings or incidents; None stands for any."""

    since: datetime
    only_open: bool
    cluster: str | None
    service: str | None
    kind: str | None
    severity: str | None

    def covers(self, owners: Sequence[str], kind: Kind, severity: Severity) -> bool:
        """Whether it is of such a kind and severity, and of any owner that is selected."""
        return (
            (self.service is None or self.service in (one.removeprefix("service:") for one in owners))
            and self.kind in (None, kind)
            and self.severity in (None, severity)
        )

    def clusters(self, ledger: DeployedLedger) -> Sequence[str]:
        return clusters_named(ledger.clusters(), self.cluster)


def selection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command these options, and their values as one argument `selection`."""

    @since_option("A time span before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z).")
    @click.option("--open", "only_open", is_flag=True, help="Only of incidents that are open.")
    @click.option("--cluster", metavar="NAME|ARN", help="Only of this cluster.")
    @click.option("--service", metavar="NAME", help="Only of this service.")
    @click.option("--kind", type=_KIND, metavar="KIND", help="Only of this kind.")
    @click.option("--severity", type=_SEVERITY, help="Only of this severity.")
    @wraps(command)
    def run(**arguments: Any) -> None:  # noqa: ANN401 - whatever the command's own options are
        selected = {field.name: arguments.pop(field.name) for field in fields(Selection)}
        command(selection=Selection(**selected), **arguments)

    return run
