"""docs/services.md shows what the command prints."""

import re
from pathlib import Path

import pytest

from tests.support.deployed import Deployment
from tests.support.services_page import WIDTH, shown

PAGE = Path("docs/services.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ taskledger ([^\n]+)\n(.*?)\n```", PAGE, re.DOTALL)


def test_the_page_shows_both_commands() -> None:
    """The list, and one service."""
    assert [command for command, _ in SHOWN] == ["services", "services --unwell", "show checkout"]


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_the_output_is_real(deployment: Deployment, command: str, output: str) -> None:
    """In a terminal of 80 columns it is that of the page, and nothing of it is wider."""
    printed = shown(deployment, *command.split())
    assert printed == output
    assert max(map(len, printed.splitlines())) <= WIDTH
