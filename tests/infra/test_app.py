"""The entry as the CDK's command line runs it: a process of its own, with the context in its environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.infra.synthesised import FLAGS, FOR_TESTS, ROOT, Synthesised


def run_app(outdir: Path, *options: str, **context: Any) -> "subprocess.CompletedProcess[str]":
    shown = {"CDK_CONTEXT_JSON": json.dumps({**FLAGS, **FOR_TESTS, **context}), "CDK_OUTDIR": str(outdir)}
    return subprocess.run(
        [sys.executable, *options, "app.py"],
        cwd=ROOT,
        env={**os.environ, **shown},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_synths_are_the_same(stack: Synthesised, tmp_path: Path) -> None:
    """Another process and folder, without Docker or AWS, make the same template and the same assets."""
    again = run_app(tmp_path)
    assert again.returncode == 0, again.stderr
    for name in ("TaskLedger.template.json", "TaskLedger.assets.json"):
        assert (tmp_path / name).read_text("utf-8") == (stack.folder / name).read_text("utf-8")


def test_a_wrong_choice_ends_in_its_explanation(tmp_path: Path) -> None:
    """A wrong context is no crash: the message is all that is printed, and the synthesis has failed."""
    failed = run_app(tmp_path, retentionDays="forever")
    assert failed.returncode == 1
    assert failed.stderr.startswith("The context is wrong, so nothing was built:\n\n  retentionDays: found")
    assert "Traceback" not in failed.stderr


def test_a_python_without_the_cdk_is_reported_what_to_do(tmp_path: Path) -> None:
    """Whoever runs it outside of the environment reads how to get into it."""
    failed = run_app(tmp_path, "-I", "-S")
    assert failed.returncode == 1
    assert failed.stderr.endswith("  . .venv/bin/activate\n")
