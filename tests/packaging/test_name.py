"""`taskledger` names the command and the import package. On PyPI that name is another project's."""

import re

import pytest

from tests.support.tracked import ROOT, texts

COMMAND = "taskledger"
FROM_AN_INDEX = re.compile(
    r"\b(?:uvx|(?:pip[\d.]*|pipx|uv(?: tool| pip)?|poetry|pdm|conda) (?:install|run|upgrade|add|download))"
    rf"(?: (?![.&|;])\S+){{0,4}}? {COMMAND}(?![\w/.-])"
)
PUNCTUATION = re.compile(r"[^\w.\-/=<>~&|;\n]+")


def asks_an_index(text: str) -> bool:
    """Whether it says to install or run what an index has by that name, as a command line or as a list."""
    return FROM_AN_INDEX.search(PUNCTUATION.sub(" ", text)) is not None


@pytest.mark.parametrize(
    "words",
    [
        "pip install",
        "python -m pip install --upgrade",
        "`pip3 install --user",
        "pipx install",
        "pipx install --python 3.13",
        "pipx run",
        "uvx",
        "uvx --from",
        "uv tool install",
        "uv tool run",
        "uv pip install",
        "uv add",
        '"pip", "install",',
    ],
)
@pytest.mark.parametrize("end", ["", "`", "==0.2.0", "[deploy]", " replay events", '"'])
def test_each_way_to_ask_is_found(words: str, end: str) -> None:
    """The rule below looks for the right words."""
    assert asks_an_index(
        f"Do {words.rstrip()} {COMMAND}{end}" if words[-1] != '"' else f"{words}{COMMAND}{end}"
    )


@pytest.mark.parametrize(
    "text", ["pipx install . && {}", "uv tool install .\n{} replay", "pip install ./{}", "the command `{}`"]
)
def test_a_checkout_may_be_installed(text: str) -> None:
    """What is installed from a path, and the command itself, are ours."""
    assert not asks_an_index(text.format(COMMAND))


def test_no_file_names_the_other_project() -> None:
    """No file says to install or run that name from an index, and no lock asks for it."""
    assert [name for name, text in texts() if asks_an_index(text)] == []
    locks = (path.read_text("utf-8") for path in (ROOT / "requirements").glob("*.*"))
    assert not any(re.search(rf"^{COMMAND}\b", lock, re.MULTILINE) for lock in locks)
