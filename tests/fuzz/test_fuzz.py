"""A fixed set of what `make fuzz` runs."""

from tests.fuzz.run import fuzz

COUNT = 5000


def test_no_input_crashes_anything() -> None:
    """Whatever an event, image, answer, row, policy or file holds, a result or a clear error comes of it."""
    crashes = [crash for crash in fuzz(COUNT, seed=1) if crash]
    assert crashes == [], crashes[0].error
