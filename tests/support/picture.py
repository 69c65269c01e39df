"""`python -m tests.support.picture` takes the picture of the page that the README shows."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from task_ledger_cdk.build.layer import ROOT
from tests.support.browser import NAMES, browser, executable
from tests.support.running import taskledger

PICTURE = ROOT / "docs" / "images" / "page.png"
SCENARIO = ROOT / "events" / "scenarios" / "breaker-rollback.toml"
OPENED = "document.querySelectorAll('#lanes .entry')[1]"


def take(path: str, page: Path, profile: Path) -> bytes:
    """A deployment that the circuit breaker rolled back, with one of its tasks opened."""
    with browser(path, profile) as started, started.tab() as tab:
        tab.look(width=1280, height=720)
        tab.open(page)
        tab.wait(OPENED)
        tab.run(f"{OPENED}.click()")
        return tab.picture()


def main() -> None:
    path = executable()
    if path is None:
        sys.exit(f"There is no browser in PATH (any of: {', '.join(NAMES)}): install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        ran = taskledger("replay", SCENARIO, "--html", page)
        assert ran.code == 0, ran.err
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(take(path, page, Path(folder) / "profile"))


if __name__ == "__main__":
    main()
