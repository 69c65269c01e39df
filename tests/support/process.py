"""The command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from tests.support.tracked import ROOT

COMMAND = (sys.executable, "-m", "taskledger")


def environment(**changed: str) -> dict[str, str]:
    """That of this process, with our packages to import and nothing that shows a traceback."""
    path = os.pathsep.join(map(str, (ROOT / "functions", ROOT)))
    return {**os.environ, "PYTHONPATH": path, "AWS_EC2_METADATA_DISABLED": "true", **changed}


def start(*arguments: object, changed: dict[str, str] | None = None, **streams: Any) -> subprocess.Popen[str]:
    """A run of `taskledger`, from which this process reads what it does not give a place to."""
    pipe = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(command, text=True, env=environment(**(changed or {})), **{**pipe, **streams})
