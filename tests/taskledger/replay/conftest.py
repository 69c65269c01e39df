"""A scenario, played."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.running import Ran, replay, write


def script(*steps: str, title: str = "A title") -> str:
    lines = "".join(f"  {{ {step} }},\n" for step in steps)
    return f'title = "{title}"\nstory = "A story."\nsteps = [\n{lines}]\n'


@pytest.fixture
def play(tmp_path: Path) -> Any:
    """Replays a scenario of these steps."""

    def run(*steps: str) -> Ran:
        return replay(write(tmp_path / "a.toml", script(*steps)))

    return run
