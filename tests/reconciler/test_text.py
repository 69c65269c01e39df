"""What is shown of texts from outside."""

import pytest

from reconciler.text import LONGEST_EXCERPT, clean, excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("API error (500):\n\tno route\x00 to host.\n", "API error (500): no route to host"),
        ('Get "https://x"', "Get 'https://x'"),
        ("a\u202eb\u200bc", "a b c"),
        ("denied.\n\tstatus code: 400, request id: 3d181671-2223-4f93", "denied"),
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


def test_a_clean_text_keeps_its_places() -> None:
    """A control character becomes a space, and what is too long is cut at its end."""
    assert (clean("a\x1b[1mb\ncd", 7), clean(None, 5)) == ("a [1mb ", None)
