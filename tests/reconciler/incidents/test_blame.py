"""Which deployment an incident began with: a table of what can happen around deployments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.model import Cause, Kind
from reconciler.incidents.deployments.blame import Blame, blame
from reconciler.incidents.deployments.failures import Failures, add_failure
from reconciler.model.deployment import Image
from reconciler.model.service import ServiceRecord
from reconciler.services.outcomes import History, histories
from tests.support.service_records import BREAKER, ROLLING_BACK, answered, recorded
from tests.support.services import (
    COMPLETED,
    FAILED,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)

HOURS = 60
WEEKS = 7 * 24 * HOURS
KIND, CAUSE = Kind.ESSENTIAL_CONTAINER_FAILED, Cause("EXIT_CODE")


def deployed(*begun: tuple[float, float | None]) -> ServiceRecord:
    """Deployments 1, 2, ... by the minutes when they began and when they were completed, if they were."""
    newest = len(begun)
    described_now = [
        described(
            number,
            at,
            revision=40 + number,
            status="PRIMARY" if number == newest else "ACTIVE",
            rollout_state="IN_PROGRESS" if completed is None else "COMPLETED",
        )
        for number, (at, completed) in enumerate(begun, 1)
    ]
    events = [
        deployment_event(number, COMPLETED, completed)
        for number, (_, completed) in enumerate(begun, 1)
        if completed is not None
    ]
    return recorded((reading(*reversed(described_now)), begun[-1][0] + 1), *events)


OLD = (-3 * WEEKS, -3 * WEEKS + 5)
NOW = (0, None)
DONE = (0, 5)


def failures(by_number: Mapping[int, Sequence[float]]) -> tuple[Failures, ...]:
    """The failures of each deployment's tasks, by their minutes."""
    found: tuple[Failures, ...] = ()
    for number, minutes in by_number.items():
        for at in minutes:
            found = add_failure(found, deployment_id(number), minute(at))
    return found


def judged(
    of: ServiceRecord,
    by_number: Mapping[int, Sequence[float]],
    kind: Kind = KIND,
    cause: Cause | None = CAUSE,
    since: float | None = None,
) -> Blame:
    first = max((min(minutes) for minutes in by_number.values()), default=0)
    return blame(kind, cause, failures(by_number), histories(of), minute(first if since is None else since))


def shown(found: Blame) -> tuple[str, int | None]:
    """The word, and the number of the deployment."""
    return found.word, found.deployment_id and int(found.deployment_id.partition("/")[2])


@pytest.mark.parametrize(
    ("of", "by_number", "expected"),
    [
        pytest.param([OLD, NOW], {2: [2, 4]}, ("began_with", 2), id="bad image"),
        pytest.param([OLD, DONE], {2: [20, 40]}, ("began_with", 2), id="crash after start"),
        pytest.param([OLD, DONE], {2: [23 * HOURS]}, ("began_with", 2), id="crash within a day"),
        pytest.param([OLD], {1: [0]}, ("not_one", None), id="crash weeks after the last deployment"),
        pytest.param([OLD, (-10, None), (0, None)], {2: [-8], 3: [2]}, ("began_with", 2), id="two, both bad"),
        pytest.param(
            [OLD, (-1, None), (0, None)], {2: [1], 3: [2]}, ("began_with", 2), id="two at once, bad"
        ),
        pytest.param([OLD, (-10, -5), NOW], {3: [2]}, ("began_with", 3), id="first good, second bad"),
        pytest.param([OLD, NOW], {1: [-30, 5], 2: [6]}, ("before", 2), id="old crash goes on"),
        pytest.param([OLD, NOW], {1: [-30], 2: [4]}, ("before", 2), id="old crash just before"),
        pytest.param(
            [(-60, -55), NOW], {1: [-50], 2: [4]}, ("before", 2), id="crash of one completed lately"
        ),
        pytest.param(
            [OLD, DONE],
            {1: [-20 * HOURS, -15 * HOURS, -10 * HOURS, -5 * HOURS], 2: [5 * HOURS]},
            ("before", 2),
            id="leak every five hours",
        ),
        pytest.param([OLD, NOW], {1: [-20 * HOURS], 2: [2]}, ("began_with", 2), id="one old crash, bad now"),
        pytest.param(
            [OLD, (-30, None), NOW],
            {1: [-20 * HOURS], 2: [-28], 3: [2]},
            ("began_with", 2),
            id="one old crash, two bad",
        ),
        pytest.param([OLD, NOW], {1: [3], 2: [2]}, ("not_one", None), id="outage while one rolls out"),
        pytest.param([(-600, -590), NOW], {1: [3]}, ("not_one", None), id="old tasks fail with a new one"),
        pytest.param([(-600, -590), NOW], {1: [-580, 3]}, ("began_with", 1), id="bad before already"),
        pytest.param(
            [OLD, (-50, None), (-40, -35), NOW], {2: [-48], 4: [2]}, ("began_with", 4), id="made good between"
        ),
        pytest.param(
            [OLD, (-50, None), (-40, -35), DONE], {2: [-48], 4: [20]}, ("before", 4), id="and back later"
        ),
        pytest.param([OLD, NOW], {2: [26 * HOURS]}, ("began_with", 2), id="bad after a day's pause"),
        pytest.param([OLD, NOW], {}, ("unknown", None), id="tasks name none"),
        pytest.param([OLD, NOW], {7: [2]}, ("unknown", None), id="of an unknown deployment"),
        pytest.param([OLD, NOW], {7: [-5], 2: [2]}, ("unknown", None), id="also of an unknown one"),
    ],
)
def test_tasks_fail_around_deployments(
    of: Sequence[tuple[float, float | None]],
    by_number: Mapping[int, Sequence[float]],
    expected: tuple[str, int | None],
) -> None:
    """The deployment is named whose tasks failed first, unless others failed before or at once."""
    assert shown(judged(deployed(*of), by_number)) == expected


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.CAPACITY_INTERRUPTED, "SPOT"),
        (Kind.CAPACITY_INTERRUPTED, "HOST_TERMINATED"),
        (Kind.STOPPED_WHILE_PROTECTED, "OTHER"),
        (Kind.STOPPED_AFTER_EXPIRY, None),
        (Kind.PROTECTION_EXPIRING, None),
        (Kind.PROTECTION_TOO_LONG, None),
        (Kind.TASK_FAILED_TO_START, "CAPACITY"),
        (Kind.TASK_FAILED_TO_START, "AGENT"),
        (Kind.ESSENTIAL_CONTAINER_FAILED, "INTERNAL"),
        (Kind.SERVICE_IMPAIRED, "THROTTLED"),
    ],
)
def test_what_no_deployment_causes_is_never_blamed_on_one(kind: Kind, cause: str | None) -> None:
    """Spot in the middle of a deployment, a host that goes, a task that is done with its work."""
    assert judged(deployed(OLD, NOW), {2: [2]}, kind, cause and Cause(cause)) == Blame(word="not_one")


@pytest.mark.parametrize(
    ("kind", "by_number", "since", "expected"),
    [
        (Kind.SERVICE_IMPAIRED, {2: [1]}, 1, ("began_with", 2)),
        (Kind.SERVICE_IMPAIRED, {}, -1, ("not_one", None)),
        (Kind.SERVICE_IMPAIRED, {}, 1, ("began_with", 2)),
        (Kind.SCALE_IN_BLOCKED, {2: [30]}, 30, ("began_with", 2)),
        (Kind.SCALE_IN_BLOCKED, {}, -1, ("not_one", None)),
        (Kind.DEPLOYMENT_FAILED, {2: [300]}, 300, ("began_with", 2)),
        (Kind.HOOK_WAITING, {2: [3 * 24 * HOURS]}, 3 * 24 * HOURS, ("began_with", 2)),
        (Kind.DEPLOYMENT_FAILED, {9: [3]}, 3, ("unknown", None)),
        (Kind.HOOK_WAITING, {}, 0, ("unknown", None)),
    ],
)
def test_incidents_of_services(
    kind: Kind, by_number: Mapping[int, Sequence[float]], since: float, expected: tuple[str, int | None]
) -> None:
    """The deployment that was under way, also one known only later; one that failed or waits is given."""
    assert shown(judged(deployed(OLD, NOW), by_number, kind, None, since)) == expected


def test_a_fault_older_than_the_deployment_is_not_of_it() -> None:
    """A service that could place no task before a deployment began, while none was under way."""
    found = judged(deployed(OLD, NOW), {2: [1]}, Kind.SERVICE_IMPAIRED, Cause("PLACEMENT"), since=-30)
    assert shown(found) == ("before", 2)


@pytest.mark.parametrize("kind", [KIND, Kind.SERVICE_IMPAIRED, Kind.DEPLOYMENT_FAILED])
def test_without_known_deployments_nothing_is_known(kind: Kind) -> None:
    """A foreign controller's, and those of before the ledger kept any."""
    for none in (None, histories(record())):
        assert blame(kind, CAUSE, failures({2: [2]}), none, minute(2)) == Blame(word="unknown")


@pytest.mark.parametrize("reason", [BREAKER, "deployment failed: alarm detected"])
def test_a_rollback_is_part_of_the_blame(reason: str) -> None:
    """With the deployment's definitions and images, and with when and where it went back."""
    of = recorded(
        (reading(described(1, -3 * WEEKS, revision=42)), -1),
        (reading(described(2, 0, revision=43, rollout_state="IN_PROGRESS", running=0)), 1),
        deployment_event(2, FAILED, 6, reason),
        deployment_event(3, STARTED, 7, ROLLING_BACK),
        deployment_event(3, COMPLETED, 9),
    )
    images = (Image(container="app", image="shop/checkout:b"),)
    before = (Image(container="app", image="shop/checkout:a"),)
    of = answered(of, 2, "STOPPED", images=images, source_images=before)
    found = judged(of, {2: [2, 4]})
    definitions = [history.deployment.task_definition_arn for history in histories(of)]
    assert found == Blame(
        word="began_with",
        deployment_id=deployment_id(2),
        task_definition_arn=definitions[1],
        previous_task_definition_arn=definitions[2],
        images=images,
        previous_images=before,
        started_at=minute(0),
        rolled_back_at=minute(7),
        rolled_back_to=definitions[2],
    )


def test_what_failed_before_the_day_before_does_not_count() -> None:
    """An incident is compared with the day before it, and no longer."""
    assert shown(judged(deployed(OLD, DONE), {1: [-2 * 24 * HOURS], 2: [20]}, since=20)) == ("began_with", 2)


PAST = deployed(OLD, (-2000, -1990), (-300, None), (-20, -10), NOW)
PASTS: Sequence[Sequence[History]] = [
    histories(PAST),
    histories(deployed(OLD, NOW)),
    histories(replace(PAST, deployments=PAST.deployments[1:])),
]
failed = st.lists(st.tuples(st.integers(1, 6), st.integers(-2500, 60)), max_size=14)


@given(failed, st.randoms(use_true_random=False), st.sampled_from(PASTS), st.integers(-2500, 60))
def test_the_order_of_failures_changes_nothing(
    found: list[tuple[int, int]], shuffled: object, past: Sequence[History], since: int
) -> None:
    """Whichever failure is reported first, the failures and the blame are the same."""
    order = list(found)
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # hypothesis gives a Random
    one, other = _added(found), _added(order)
    assert one == other
    word = blame(KIND, CAUSE, one, past, minute(since))
    assert word == blame(KIND, CAUSE, other[::-1], past, minute(since))
    assert (word.deployment_id is None) is (word.word in ("not_one", "unknown"))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 999)), min_size=1, max_size=60))
def test_the_first_and_the_last_to_fail_are_kept(found: list[tuple[int, int]]) -> None:
    """Of however many deployments at most ten, among them the one that failed first."""
    kept = _added(found)
    assert len(kept) <= 10
    assert kept[0].first_at == minute(min(at for _, at in found))


def _added(found: Sequence[tuple[int, int]]) -> tuple[Failures, ...]:
    kept: tuple[Failures, ...] = ()
    for number, at in found:
        kept = add_failure(kept, deployment_id(number), minute(at))
    return kept
