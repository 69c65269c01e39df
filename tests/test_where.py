"""What the pages name is there: the answers of "Where is it?" in docs/architecture.md, and every path."""

import ast
import re

import pytest

from tests.support.tracked import ROOT, texts, tracked

SECTION = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## Where is it?")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| ([^|]+\?) \| `([^`]+)` \| `([^`]+)` \|$", SECTION, re.MULTILINE)
PATH = re.compile(r"`((?:functions|taskledger|infra|tests|docs|events|requirements)/[a-z0-9_/.-]+)`")


def defines(scope: ast.AST, name: str) -> ast.AST | None:
    """The function, class or variable of that name directly in the scope."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node
    return None


def test_twenty_questions_are_answered() -> None:
    """Twenty at least, and each row is one question, one file and one symbol."""
    assert len(ROWS) == SECTION.count("\n| ") - 2 >= 20


@pytest.mark.parametrize(("file", "symbol"), [row[1:] for row in ROWS])
def test_the_answer_exists(file: str, symbol: str) -> None:
    """The file defines the symbol; `Class.name` is a name in the body of the class."""
    found: ast.AST | None = ast.parse((ROOT / file).read_text("utf-8"))
    for name in symbol.split("."):
        found = found and defines(found, name)
    assert found


def test_paths_exist() -> None:
    """Each path of the repository that a page shows in code style is a file or a folder."""
    listed = tracked()
    shown = {(page, path) for page, text in texts() if page.endswith(".md") for path in PATH.findall(text)}
    assert {
        (page, path) for page, path in shown if not any(name.startswith(path) for name in listed)
    } == set()
