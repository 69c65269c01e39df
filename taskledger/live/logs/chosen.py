"""Whose logs explain best what is wrong; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.findings.rules import findings

from .read import failed_containers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from reconciler.findings.policy import Policy
    from reconciler.model.task import TaskState

    from ..explanation import Explanation

_MOST: Final = 3  # tasks: each container costs a call, and a screen


def to_read(explained: Explanation, policy: Policy) -> Sequence[tuple[TaskState, Collection[str]]]:
    """The newest failed task of each incident that is wrong, or behind it, with its failed containers."""
    incidents = [one for wrong in explained.wrong for one in (*explained.behind(wrong), wrong)]
    newest = dict.fromkeys(one.samples[0].task_arn for one in incidents if one.samples)
    entries = [explained.entries[arn] for arn in newest if arn in explained.entries][:_MOST]
    return [
        (
            entry.state,
            failed_containers(
                entry.state,
                [name for one in findings(entry, explained.at, policy) for name in one.containers],
            ),
        )
        for entry in entries
    ]
