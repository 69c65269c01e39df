"""Pages in a real browser. Without one these tests are skipped, but never where CI=true."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from taskledger.page.html import html
from tests.support.browser import NAMES, browser, executable
from tests.support.drawn import chapter, judged
from tests.support.running import taskledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.browser import Browser, Tab


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = executable()
    if path is None:
        missing = f"there is no browser in PATH (any of: {', '.join(NAMES)}): install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    with browser(path, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """A tab, in which nothing may have gone wrong in the end, and nothing have been asked for."""
    with chromium.tab() as found:
        yield found
        assert found.complaints == []
        assert {url.partition(":")[0] for url in found.requested} <= {"file"}
        assert len(found.requested) == 1


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample events and scenarios."""
    path = tmp_path_factory.mktemp("samples") / "page.html"
    assert taskledger("replay", "events", "--html", path).code == 0
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of ten thousand lives."""
    path = tmp_path_factory.mktemp("large") / "page.html"
    path.write_text(html([chapter(judged(10_000, 1))]), "utf-8")
    return path
