"""What the README shows is what comes out."""

import re
from pathlib import Path

from click.testing import CliRunner

from taskledger.main import main

README = Path("README.md").read_text("utf-8")
CHANGING = ("$", "...", "Setting up")  # the command itself, what is left out, and what depends on the machine


def test_the_replay_shown_is_the_replay_seen(tmp_path: Path) -> None:
    """Each line that the README prints of `make replay` stands in its output, in that order."""
    (shown,) = re.findall(r"```console\n(\$ make replay\n.*?)```", README, re.DOTALL)
    page = tmp_path / "replay.html"
    ran = CliRunner().invoke(main, ["replay", "--ledger", "memory", "events", "--html", str(page)])
    seen = ran.output.replace(str(page), "build/replay.html")
    place = 0
    for line in shown.splitlines():
        if line and not line.startswith(CHANGING):
            place = _flat(seen).index(_flat(line), place)


def _flat(text: str) -> str:
    """Tables are padded by their widest row, of which the README shows a few."""
    return re.sub(r"[ \t]+", " ", text)


def test_links_lead_somewhere() -> None:
    """Each file that a page of the documentation links to is there."""
    pages = [Path("README.md"), Path("CONTRIBUTING.md")]
    pages += [*Path("docs").rglob("*.md"), *Path("events").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page} links to {target}"
