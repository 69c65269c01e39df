"""What is said to people of the deployment that an incident began with; pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..arns import revision
from ..findings.services.service_fault import revisions, shortened
from ..findings.summary import recent, spell
from ..incidents.deployments.blame import Blame, BlameWord
from ..model.deployment import Image
from ..services.images import changed_images
from ..text import excerpt

_MOST_IMAGES = 2
_LONGEST_IMAGE = 80


def blame_words(blame: Blame, first_failure_at: datetime, now: datetime) -> str:
    """One sentence: which deployment it is, what that changed, how soon it failed and what came of it."""
    if blame.word is BlameWord.BEGAN_WITH:
        return f"Began with deployment {''.join(_began_with(blame, first_failure_at, now))}."
    if blame.word is BlameWord.BEFORE:
        what = revision(blame.task_definition_arn) or blame.deployment_id
        return f"Also failed before {what} was deployed."
    return "Not of one deployment." if blame.word is BlameWord.NOT_ONE else "Which deployment is not known."


def _began_with(blame: Blame, first_failure_at: datetime, now: datetime) -> Iterator[str]:
    before = blame.previous_task_definition_arn
    yield revisions(before, blame.task_definition_arn) or blame.deployment_id or "of an unknown id"
    if changes := list(_changes(blame)):
        more = [f"{len(changes) - _MOST_IMAGES} more"] if len(changes) > _MOST_IMAGES else []
        yield f" ({', '.join(changes[:_MOST_IMAGES] + more)})"
    if blame.started_at:
        yield f", started {spell(max(first_failure_at - blame.started_at, timedelta(0)))} before"
    if blame.rolled_back_at:
        to = blame.rolled_back_to
        shown = f" to {shortened(to, blame.task_definition_arn)}" if to else ""
        yield f"; rolled back{shown} at {recent(blame.rolled_back_at, now)}"


def _changes(blame: Blame) -> Iterator[str]:
    """Each image that is another one, new or gone; nothing where ECS was not asked for either."""
    if blame.images is None or blame.previous_images is None:
        return
    several = max(len(blame.images), len(blame.previous_images)) > 1
    for container, old, new in changed_images(blame.previous_images, blame.images):
        name = f"{excerpt(container, _LONGEST_IMAGE)} image" if several else "image"
        if old is None or new is None:
            yield f"{name} {_short(old or new)} is {'gone' if old else 'new'}"
        elif old.image != new.image:
            yield f"{name} {_short(old)} to {_short(new)}"
        else:
            yield f"{name} {_short(new)} with another digest"


def _short(image: Image | None) -> str:
    """The image without its registry."""
    name = ((image and image.image) or "unknown").partition("@")[0].rpartition("/")[2]
    return excerpt(name, _LONGEST_IMAGE)
