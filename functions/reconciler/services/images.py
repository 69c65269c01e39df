"""Which images a deployment changed."""

from collections.abc import Iterable, Sequence

from ..model.deployment import Image


def changed_images(
    before: Iterable[Image], after: Iterable[Image]
) -> Sequence[tuple[str, Image | None, Image | None]]:
    """Each container whose image or digest another one replaced, with both; None where it had or has none."""
    old, new = ({one.container: one for one in images} for images in (before, after))
    pairs = ((name, old.get(name), new.get(name)) for name in dict.fromkeys((*new, *old)))
    return [pair for pair in pairs if _differ(*pair[1:])]


def _differ(before: Image | None, after: Image | None) -> bool:
    """A digest that ECS does not name for either may be the same."""
    if before is None or after is None:
        return True
    unknown = None in (before.digest, after.digest)
    return before.image != after.image or (before.digest != after.digest and not unknown)
