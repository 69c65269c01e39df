"""Some of the worst bugs, seeded into a copy of the tree, are found; `make mutants` seeds all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.tracked import ROOT

from .bugs import BUGS, Bug
from .run import copy, remove, seed, tried

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    with copy() as folder:
        yield folder


def test_every_bug_can_be_seeded(tree: Path) -> None:
    """What a bug replaces is in the source once, so that a change of the source keeps none of them out."""
    for bug in BUGS:
        seed(tree, bug)
        assert (tree / bug.file).read_text("utf-8") != (ROOT / bug.file).read_text("utf-8")
        remove(tree, bug)
    assert len({(bug.file, bug.old) for bug in BUGS}) == len(BUGS) == 20


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.fast], ids=lambda bug: bug.wrong)
def test_a_bug_is_found(tree: Path, bug: Bug) -> None:
    """The tests that pass without the bug fail with it."""
    seed(tree, bug)
    result = tried(tree, bug.found_by)
    remove(tree, bug)
    assert result.found_by, result.output
