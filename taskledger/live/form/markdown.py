"""The story of an explanation in Markdown, as for the summary of a pipeline's job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...output.markdown import escaped
from ..logs.report import markdown as log_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..logs.read import ContainerLog
    from .matter import Matter
    from .story import Story


def markdown(story: Story, logs: Iterable[ContainerLog]) -> str:
    """The whole story and the logs, ending with a line feed."""
    return "\n".join([*_lines(story), log_markdown(logs)]).rstrip("\n") + "\n"


def _lines(story: Story) -> Iterator[str]:
    yield f"### {escaped(story.verdict)}"
    yield ""
    for matter in story.matters:
        yield from _matter(matter)
    yield from _listed("Also wrong", story.more)
    yield from _listed("Over", story.over)
    yield from _listed("ECS says", story.messages)
    yield from _listed("Not known", story.unknown)


def _matter(matter: Matter) -> Iterator[str]:
    yield f"**{escaped(matter.severity)}** {escaped(matter.heading)}"
    yield ""
    if matter.others:
        yield f"- The same: {escaped(matter.also)}"
    for line in matter.sentences:
        yield f"- {escaped(line)}"
    for line in matter.because:
        yield f"- Because: {escaped(line)}"
    for line in matter.tasks:
        yield f"  - {escaped(line)}"
    for line in matter.steps:
        yield f"- **Next:** {escaped(line)}"
    yield ""


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"**{title}**"
    yield ""
    yield from (f"- {escaped(line)}" for line in lines)
    yield ""
