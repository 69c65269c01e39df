"""What is shown of texts from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.text import LONGEST_EXCERPT, clean, excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("API error (500):\n\tno route\x00 to host.\n", "API error (500): no route to host"),
        ('Get "https://x"', "Get 'https://x'"),
        ("a\u202eb\u200bc", "a b c"),
        ("denied.\n\tstatus code: 400, request id: 3d181671-2223-4f93", "denied"),
        ('resolve ref "r.io/shop:1": r.io/shop:1: not found', "resolve ref r.io/shop:1: not found"),
        ("resolve r.io/shop:1: r.io/shop:1.2: no", "resolve r.io/shop:1: r.io/shop:1.2: no"),
    ],
)
def test_an_excerpt_is_one_clean_line(text: str, shown: str) -> None:
    """No control characters, no request ids; signatures went where the text came in."""
    assert excerpt(text) == shown


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    """AWS begins with the category and ends with the very thing that is wrong."""
    shown = excerpt("ResourceInitializationError: " + "retried " * 50 + "did not contain json key PASSWORD")
    assert shown.startswith("ResourceInitializationError: ")
    assert shown.endswith("did not contain json key PASSWORD")
    assert len(shown) <= LONGEST_EXCERPT


NAMES = [
    "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/checkout:43",
    f"111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/checkout@sha256:{'0a' * 32}",
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/payments/db-AbCdEf",
    "arn:aws:iam::111122223333:role/payments-execution",
    "docker.io/library/nginx:1.27",
    "checkout:43",
    "/ecs/payments",
    "subnet-0a1b2c3d4e5f60718",
    "https://auth.docker.io/token",
]
WORDS = ["failed", "to", "fetch", "the", "service", "call", "retried", "because", "policy", "not", "found"]
words = st.lists(st.sampled_from(WORDS), max_size=60)
one_or_two = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).filter(
    lambda names: len(" ".join(names)) <= LONGEST_EXCERPT * 2 // 3
)


@given(words, one_or_two, words)
def test_a_long_text_keeps_its_names(before: list[str], names: list[str], after: list[str]) -> None:
    """Images, ARNs and resources stay to the letter, wherever they are; whole words between them go."""
    filler = ["retried"] * 40
    text = " ".join(["CannotPullContainerError:", *before, f"({names[0]}):", *filler, names[-1], *after])
    shown = excerpt(text)
    assert len(shown) <= LONGEST_EXCERPT < len(text)
    assert all(name in shown for name in names)
    assert shown.startswith("CannotPullContainerError:")
    assert shown.endswith(text.split()[-1] if len(after) < 2 else " ".join(after[-2:]))
    assert set(shown.split()) <= {*text.split(), "..."}


@given(st.text(max_size=700), st.integers(20, 240))
def test_an_excerpt_is_as_short_as_it_has_to_be(text: str, longest: int) -> None:
    """Whatever the text is, also of one word."""
    shown = excerpt(text, longest)
    assert len(shown) <= longest
    assert shown or not text.strip(" .") or not "".join(filter(str.isprintable, text)).strip(" .")


def test_a_clean_text_keeps_its_places() -> None:
    """A control character becomes a space, and what is too long is cut at its end."""
    assert (clean("a\x1b[1mb\ncd", 7), clean(None, 5)) == ("a [1mb ", None)
