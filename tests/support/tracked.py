"""The files that make up a checkout: what is committed, or could be."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@cache
def tracked() -> tuple[str, ...]:
    """Every such file by its path from the root; skips the test where git cannot say."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"git cannot say what is tracked: {problem}", allow_module_level=True)
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def texts() -> Iterator[tuple[str, str]]:
    """Each of them with its text; no binary files."""
    for name in tracked():
        if b"\0" not in (content := (ROOT / name).read_bytes()):
            yield name, content.decode("utf-8", "replace")
