"""Where a sweep keeps its place, and one run keeps the others out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgress:
    """One sweep over all clusters, which several runs may share: when it began, and where it goes on.

    `after` is the last task ARN that was looked at in `cluster_arn`; both None at the beginning.
    """

    began: datetime
    cluster_arn: str | None = None
    after: str | None = None


class SweepProgressStore(Protocol):
    """Where a sweep keeps its place, and one run keeps the others out."""

    def acquire(self, run: str, now: datetime, until: datetime) -> SweepProgress | None:
        """The sweep to go on with, or a new one; None while another run has it and its time is not up.

        A run that has the sweep may take it again.
        """

    def checkpoint(self, run: str, place: SweepProgress) -> None:
        """Stores the place that the run has come to; `TransientError` when another has overtaken it."""

    def release(self, run: str, place: SweepProgress | None) -> None:
        """Lets others go on from that place, unless overtaken; None when the sweep is done."""
