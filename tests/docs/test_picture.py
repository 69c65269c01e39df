"""The picture of the page in the README: `make picture` takes it anew."""

from tests.support.picture import PICTURE


def test_the_picture_is_small() -> None:
    """A PNG that loads at once, also on a phone."""
    picture = PICTURE.read_bytes()
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) < 200_000
