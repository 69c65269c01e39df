"""What people hear of a matter from its beginning to its end."""

from tests.support.courses import (
    HIGH,
    OPENED,
    RESOLVED,
    Course,
)


def test_a_leak_is_one_matter() -> None:
    """A task every five hours for ten days is published less and less often, and never over."""
    course = Course()
    course.fault(0)
    for number in range(1, 48):
        for hour in range(5):
            course.read(300 * (number - 1) + 60 * hour + 20, steady=4, over=True)
        course.fault(300 * number)
    assert course.one.occurrences.number == 48
    assert [type_ for type_, _ in course.heard].count(RESOLVED) <= 2
    assert len(course.heard) <= 10


def test_a_crash_loop_is_heard_within_minutes() -> None:
    """As high once nothing ran for two minutes, daily while it lasts, and closed when it is over."""
    course = Course()
    for minute in range(0, 360, 3):
        course.fault(minute)
        for each in range(3):
            course.read(minute + each + 0.5, steady=0)
        if minute == 3:
            assert (OPENED, HIGH) in course.heard
    for minute in range(360, 400):
        course.read(minute, steady=4, over=True)
    assert course.heard[-1] == (RESOLVED, HIGH)
    assert len(course.heard) <= 5
