"""The walls that neither the linter nor import-linter sees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.support.tracked import ROOT, texts

FUNCTIONS = sorted((ROOT / "functions").rglob("*.py"))
SHIPPED = [*FUNCTIONS, *sorted((ROOT / "taskledger").rglob("*.py")), *sorted((ROOT / "infra").rglob("*.py"))]
LOCKS = ROOT / "requirements"

WRITES = re.compile(
    r"\b(put_item|update_item|delete_item|batch_write_item|transact_write_items|batch_writer"
    r"|execute_statement|batch_execute_statement|execute_transaction)\b"
)
OF_ONE_MACHINE = re.compile(
    r"index[-_]url|find[-_]links|trusted[-_]host|pypi\.org|pythonhosted\.org|registry\.npmjs"
    r"|file:/{2}|(?<![\w.])/(?:root|home|Users|work)/\w",
    re.IGNORECASE,
)
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;]+)[^\\]*\\\n +--hash=sha256:", re.MULTILINE)


def lines_of(path: Path) -> int:
    return sum(1 for line in path.read_text("utf-8").splitlines() if line.strip())


def function_sizes(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            yield node.end_lineno - node.lineno + 1


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((LOCKS / f"{lock}.txt").read_text("utf-8")))


def test_only_the_ledger_adapter_writes() -> None:
    """Task state has one door: no module but the ledger's DynamoDB adapter names a call that writes items."""
    writers = {path for path in SHIPPED if WRITES.search(path.read_text("utf-8"))}
    door = set((ROOT / "functions" / "reconciler" / "adapters" / "dynamodb").glob("*.py"))
    assert writers - door == set()


def test_the_door_is_there() -> None:
    """The rule above looks for the right words: the adapter itself is found by them."""
    assert any(WRITES.search(path.read_text("utf-8")) for path in FUNCTIONS)


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_in_one_head(path: Path) -> None:
    """What ships is read a page at a time: under 220 lines a module, blank ones not counted."""
    assert lines_of(path) < 220


def test_functions_are_small() -> None:
    """Half of the functions that ship are under 10 lines, docstring and signature included."""
    assert median(size for path in FUNCTIONS for size in function_sizes(path)) < 10


def test_no_file_depends_on_one_machine() -> None:
    """No file names a package index, a registry's host or a folder of somebody's machine."""
    found = {name: hit[0] for name, text in texts() if (hit := OF_ONE_MACHINE.search(text))}
    assert found == {}


@pytest.mark.parametrize("lock", ["runtime", "replay", "dev", "e2e"])
def test_every_requirement_is_locked(lock: str) -> None:
    """Each line of a lock is one exact version with its hashes."""
    lines = (LOCKS / f"{lock}.txt").read_text("utf-8").splitlines()
    assert len(pins(lock)) == sum(1 for line in lines if not line.startswith("    --hash="))


@pytest.mark.parametrize(("inner", "outer"), [("runtime", "replay"), ("replay", "dev")])
def test_what_is_tested_is_what_ships(inner: str, outer: str) -> None:
    """The outer lock holds the inner one's versions unchanged."""
    assert pins(inner).items() <= pins(outer).items()
