"""Findings, each with whose it is, what was found, and what to look at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...output.terminal import fault_heading, indented, literal, short_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from reconciler.findings.model import Finding


def print_findings(screen: Console, found: Iterable[Finding]) -> None:
    screen.print()
    for one in found:
        of = literal(f"  {one.group or '-'}  {short_id(one.subject_arn.rpartition('/')[2])}")
        screen.print(fault_heading(one.severity, one.kind, one.cause).append_text(of))
        screen.print(indented(one.summary))
        screen.print(indented(one.remedy, "dim"))
