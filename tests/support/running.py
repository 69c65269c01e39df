"""Runs the command line in this process, and writes what it reads."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from taskledger.main import main
from tests.support.values import envelope


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def rejected(self) -> list[tuple[int, str, str]]:
        return [(one["index"], one["field"], one["error"]) for one in self.document["rejected"]]


def taskledger(*arguments: object, stdin: bytes | None = None) -> Ran:
    """A run of `taskledger`; an exception that it lets through is the test's failure."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=stdin, catch_exceptions=False)
    return Ran(result.exit_code, result.stdout, result.stderr)


def replay(*paths: object, stdin: bytes | None = None) -> Ran:
    """A replay in memory, as JSON."""
    return taskledger("replay", "--json", "--ledger", "memory", *paths, stdin=stdin)


def states(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks without their history, to which each observation adds."""
    return [{name: value for name, value in task.items() if name != "history"} for task in document["tasks"]]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(values: Iterable[object]) -> str:
    """JSON Lines; a text stands for itself, whatever it is."""
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values)


def versioned(*, version: object) -> dict[str, Any]:
    """An event with this for a version."""
    event = envelope(1)
    return event | {"detail": event["detail"] | {"version": version}}
