"""The pages that show what commands print, and what each of them is printed from.

`python -m tests.support.pages` writes anew what they show.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from task_ledger_cdk.build.layer import ROOT
from tests.support.command_page import fill
from tests.support.deployed import deployment
from tests.support.panes import with_panes
from tests.support.services_page import NOW
from tests.support.why_page import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    World = Callable[[pytest.MonkeyPatch], AbstractContextManager[None]]


@contextmanager
def _deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A ledger with the incidents, tasks and services of one day, at one moment."""
    with deployment(monkeypatch) as stack:
        fill(stack)
        monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
        yield


PAGES: dict[str, World] = {"docs/command.md": _deployed, "docs/services.md": _deployed, "docs/why.md": asked}


def page(name: str) -> str:
    """The page as it has to be."""
    with pytest.MonkeyPatch.context() as patch, PAGES[name](patch):
        return with_panes((ROOT / name).read_text("utf-8"), patch)


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 - what it sets up keeps all calls away from AWS

    for each in PAGES:
        (ROOT / each).write_text(page(each), "utf-8")
