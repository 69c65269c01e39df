"""What is said of a deployment that was followed; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.arns import revision
from reconciler.findings.services.service_fault import named
from reconciler.findings.summary import spell
from reconciler.services.outcomes import Outcome, histories

if TYPE_CHECKING:
    from ..answer import Answer
    from ..facts.picture import Picture
    from ..wait import Followed


def with_verdict(found: Answer, followed: Followed) -> Answer:
    """The answer whose story begins with what came of the deployment, which alone says whether it is well."""
    steady = followed.outcome is Outcome.COMPLETED
    cluster = found.explained.cluster_name
    verdict = f"{found.service} ({cluster}): the deployment {named(followed.history)} {_became(followed)}."
    matters = () if steady else found.story.matters
    return replace(found, story=replace(found.story, verdict=verdict, well=steady, matters=matters))


def _became(followed: Followed) -> str:
    history, lasted = followed.history, spell(followed.waited)
    if followed.outcome is None:
        return f"is not steady after {lasted}"
    if followed.outcome is Outcome.COMPLETED:
        return f"is steady, after {lasted}" if followed.waited.total_seconds() >= 1 else "is steady"
    if followed.outcome is Outcome.ROLLED_BACK:
        to = revision(history.rolled_back_to)
        return f"failed and is rolled back{f' to {to}' if to else ''}"
    if followed.outcome is Outcome.SUPERSEDED:
        return f"was superseded by {_newest(followed.picture)}"
    return "was stopped" if followed.outcome is Outcome.STOPPED else "failed"


def _newest(picture: Picture) -> str:
    (record,) = picture.records.values()
    return histories(record)[0].deployment.name
