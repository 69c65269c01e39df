"""The rules of the layout that neither the linter nor import-linter checks."""

import ast
import configparser
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from statistics import median

import pytest

from tests.support.tracked import ROOT, texts

PYTHON = sorted(
    path.relative_to(ROOT)
    for folder in ("functions", "taskledger", "infra", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
SHIPPED = [path for path in PYTHON if path.parts[0] != "tests"]
TESTS = [path for path in PYTHON if path.parts[0] == "tests"]
LOCKS = ROOT / "requirements"
DOOR = Path("functions/reconciler/adapters/dynamodb")

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


def text(path: Path) -> str:
    return (ROOT / path).read_text("utf-8")


def function_sizes(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            yield node.end_lineno - node.lineno + 1


def longer_than(limit: int, paths: list[Path]) -> dict[str, int]:
    lengths = {str(path): text(path).count("\n") for path in paths}
    return {name: length for name, length in lengths.items() if length > limit}


def names_by_folder() -> dict[Path, set[str]]:
    """The names that stand beside each other in each folder that ships: modules and packages."""
    found: dict[Path, set[str]] = {}
    for path in SHIPPED:
        for place in (path, *path.parents[:-2]):
            found.setdefault(place.parent, set()).add(place.stem)
    return found


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((LOCKS / f"{lock}.txt").read_text("utf-8")))


def layers(contract: str) -> list[str]:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    return contracts[f"importlinter:contract:{contract}"]["layers"].split("\n")[1:]


def test_only_the_ledger_adapter_writes() -> None:
    """Only the DynamoDB adapters name a call that writes items; they are found by these words."""
    writers = {path for path in SHIPPED if WRITES.search(text(path))}
    assert writers
    assert {path for path in writers if path.parent != DOOR} == set()


def test_imports_point_down() -> None:
    """The contracts hold ten layers of the functions and five of the command."""
    functions = layers("one-way")
    assert functions[:3] == ["handlers", "wiring", "adapters | use_cases | settings"]
    assert functions[3:7] == ["ports", "notifications", "incidents", "findings"]
    assert len(functions) == 10
    assert [set(layer.split(" | ")) for layer in layers("command")] == [
        {"main"},
        {"verbs"},
        {"audit", "lab", "live", "page", "replay"},
        {"analysis", "deployed", "local"},
        {"simulator", "output"},
    ]


def test_folders_are_small() -> None:
    """No folder has more than twelve modules beside each other, but for the verbs."""
    modules = Counter(path.parent for path in SHIPPED if path.name != "__init__.py")
    modules.pop(Path("taskledger/verbs"))
    assert {str(folder): count for folder, count in modules.items() if count > 12} == {}


def test_no_two_names_differ_by_a_plural() -> None:
    """No two modules or packages in one folder are singular and plural of one word."""
    pairs = [
        (str(folder), one, other)
        for folder, names in names_by_folder().items()
        for one, other in permutations(names, 2)
        if other in {f"{one}s", f"{one}es", f"{one.removesuffix('y')}ies"}
    ]
    assert pairs == []


def test_functions_are_small() -> None:
    """Half of the functions that ship are under 10 lines, docstring and signature included."""
    for folder in ("functions", "taskledger", "infra"):
        sizes = [size for path in SHIPPED if path.parts[0] == folder for size in function_sizes(path)]
        assert median(sizes) < 10, folder


def test_no_file_depends_on_one_machine() -> None:
    """No file names a package index, a registry's host or a folder of somebody's machine."""
    assert {name: hit[0] for name, text in texts() if (hit := OF_ONE_MACHINE.search(text))} == {}


@pytest.mark.parametrize("lock", ["runtime", "replay", "dev", "e2e"])
def test_every_requirement_is_locked(lock: str) -> None:
    """Each line of a lock is one exact version with its hashes."""
    lines = (LOCKS / f"{lock}.txt").read_text("utf-8").splitlines()
    assert len(pins(lock)) == sum(1 for line in lines if not line.startswith("    --hash="))


@pytest.mark.parametrize(("inner", "outer"), [("runtime", "replay"), ("replay", "dev")])
def test_what_is_tested_is_what_ships(inner: str, outer: str) -> None:
    """The outer lock holds the inner one's versions unchanged."""
    assert pins(inner).items() <= pins(outer).items()


def test_modules_are_short() -> None:
    """No module that ships has more than 200 lines."""
    assert longer_than(200, SHIPPED) == {}


def test_test_modules_are_short() -> None:
    """No module of the tests has more than 300 lines."""
    assert longer_than(300, TESTS) == {}


def imported_of_the_cdk(path: Path) -> Iterator[str]:
    """The modules of the CDK that this one imports; a class has another initial."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "aws_cdk")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "aws_cdk":
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name[0].islower())


def test_mypy_reads_what_is_imported_of_the_cdk() -> None:
    """Of the CDK's modules mypy skips those alone that nothing here imports, so no use goes unchecked."""
    overrides = tomllib.loads(text(Path("pyproject.toml")))["tool"]["mypy"]["overrides"]
    (read,) = (each["module"] for each in overrides if each["follow_imports"] == "normal")
    imported = {name for path in (*SHIPPED, Path("app.py")) for name in imported_of_the_cdk(path)}
    assert imported == set(read) - {"aws_cdk.interfaces.*"}
