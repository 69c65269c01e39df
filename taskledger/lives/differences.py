"""What began, ended and changed between two times, of the lives of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .states import state_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from .states import Life, StateThen


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What ran at both times, and each task that makes a difference, in one of the four lists."""

    before: Sequence[StateThen]
    after: Sequence[StateThen]
    began: Sequence[StateThen]  # and was still there at the second time
    ended: Sequence[StateThen]  # as it was at the first time
    came_and_went: Sequence[LedgerEntry]
    changed: Sequence[tuple[StateThen, StateThen]]


def difference(lives: Iterable[Life], before: datetime, after: datetime) -> Difference:
    """The difference between the two times; nothing is compared with a status that is not known."""
    seen = [(life, state_at(life, before), state_at(life, after)) for life in lives]
    both = [(then, now) for _, then, now in seen if then and now]
    return Difference(
        before=[then for _, then, _ in seen if then],
        after=[now for _, _, now in seen if now],
        began=[now for _, then, now in seen if now and not then],
        ended=[then for _, then, now in seen if then and not now],
        came_and_went=[
            life.entry for life, then, now in seen if not then and not now and before < life.began_at <= after
        ],
        changed=[(then, now) for then, now in both if _differ(then, now)],
    )


def _differ(then: StateThen, now: StateThen) -> bool:
    pairs = ((then.last_status, now.last_status), (then.desired_status, now.desired_status))
    return any(None not in pair and len(set(pair)) > 1 for pair in pairs)
