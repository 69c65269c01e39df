"""One word for a thing, and the standard one: words of a private idiom stay out of code and prose."""

import re

import pytest

from tests.support.tracked import texts

STORED = ("toldAt", "toldCount")  # attributes of the incidents in the table, whose names stay
MAPPING = "functions/reconciler/adapters/dynamodb/items/incident_parts.py"
WORDS = (
    r"(?:un)?(?:tells?|told|tellings?|tellers?)",  # publish, notify; observed, reported
    r"laborator(?:y|ies)",  # simulator
    r"walls?|rooms",  # layers, packages
    r"mend(?:s|ed|ing)?",  # fix
    r"befalls?|befell|befallen",
    r"graver|gravest",  # of higher severity
    r"upkeep",  # maintenance
    r"whatever[ \n]+dies",
)
WORD = re.compile(rf"(?:{'|'.join(WORDS)})(?![a-z])", re.IGNORECASE)
PROSE = (".py", ".md", ".toml", ".in", "Makefile", ".importlinter", ".ci/run", "schema.json", "cdk.json")
HERE = "tests/test_words.py"


def idiom(text: str) -> list[str]:
    """The words of the idiom in a text, also those within an identifier, in snake_case or camelCase."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", text)
    return [hit[0] for hit in re.finditer(rf"\b{WORD.pattern}\b", apart, re.IGNORECASE)]


@pytest.mark.parametrize(
    "text",
    [
        "it told us",
        "UNTOLD",
        "_told_at",
        "isTold",
        "Telling",
        "to mend it",
        "the\nwalls",
        "whatever\ndies",
        "graver",
    ],
)
def test_the_idiom_is_found(text: str) -> None:
    """The rule below looks for the right words, in prose and in identifiers."""
    assert len(idiom(text)) == 1


@pytest.mark.parametrize(
    "text", ["satellite", "intelligence", "recommend", "amended", "wallet", "storyteller"]
)
def test_other_words_are_free(text: str) -> None:
    """A word that only contains one of them is no hit."""
    assert idiom(text) == []


def test_standard_words_are_used() -> None:
    """Code, comments, messages and docs have none of them, but for the stored names."""
    found = {
        name: hits
        for name, text in texts()
        if name.endswith(PROSE) and name != HERE and (hits := idiom(re.sub("|".join(STORED), "", text)))
    }
    assert found == {}


def test_stored_names_are_mapped_in_one_place() -> None:
    """Of the modules that ship, one knows the names that the table keeps."""
    shipped = ("functions/", "taskledger/", "infra/")
    assert [n for n, text in texts() if n.startswith(shipped) and any(s in text for s in STORED)] == [MAPPING]
