"""One bug in a copy of the tree, and the tests that have to find it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.support.tracked import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .bugs import Bug

# Of generated folders and of environments nothing is copied: they are large, and no test of a bug reads them.
_LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "cdk.out", "__pycache__")
_FAILED = re.compile(r"^FAILED (tests/.+?)(?: - |$)", re.MULTILINE)
_TESTS_FAILED = 1  # as pytest exits: not where it found no tests, or could not start


@dataclass(frozen=True, slots=True)
class Result:
    """How its tests ended: the first that failed, if one did, how long that took, and what was printed."""

    found_by: str | None
    seconds: float
    output: str


@contextmanager
def copy() -> Iterator[Path]:
    """A copy of the tree, for as long as the block lasts."""
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
        yield tree


def seed(tree: Path, bug: Bug) -> None:
    """Puts the bug into the copy; the change has to fit."""
    path = tree / bug.file
    text = path.read_text("utf-8")
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.file} has it {text.count(bug.old)} times: {bug.old}")
    path.write_text(text.replace(bug.old, bug.new), "utf-8")


def remove(tree: Path, bug: Bug) -> None:
    shutil.copyfile(ROOT / bug.file, tree / bug.file)


def tried(tree: Path, tests: str) -> Result:
    """The tests of the copy, until the first one fails."""
    path = os.pathsep.join([str(tree / "functions"), str(tree)])
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "--tb=no", "-p", "no:cacheprovider", *tests.split()],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    hit = _FAILED.search(ran.stdout)
    found = hit[1] if hit and ran.returncode == _TESTS_FAILED else None
    return Result(found, time.monotonic() - began, ran.stdout + ran.stderr)
