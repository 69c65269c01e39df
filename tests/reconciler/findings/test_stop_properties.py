"""What holds for every stop, with any texts and exit codes."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.findings.phrases import PHRASES, Remark, read
from reconciler.findings.stop import explain
from reconciler.model.task import Container, TaskState
from tests.support.values import START, state

KNOWN = sorted(phrase for phrases in PHRASES.values() for phrase in phrases)
CODES = [
    *("UserInitiated", "ServiceSchedulerInitiated", "EssentialContainerExited", "TaskFailedToStart"),
    *("SpotInterruption", "TerminationNotice", "InfrastructureHealth", "", "CosmicRay"),
]
KNOWN_CODES = {code.lower() for code in CODES} - {"cosmicray"}

any_code = st.none() | st.sampled_from(CODES) | st.text(max_size=40)
texts = (
    st.none() | st.text(max_size=300) | st.tuples(st.sampled_from(KNOWN), st.text(max_size=200)).map("".join)
)
exit_codes = st.none() | st.sampled_from([0, 1, 2, 125, 126, 127, 134, 137, 139, 143, 255]) | st.integers()
containers = st.builds(
    Container,
    name=st.sampled_from(["app", "proxy", "log", "init"]) | st.text(min_size=1, max_size=300),
    last_status=st.just("STOPPED"),
    exit_code=exit_codes,
    reason=texts,
)


@st.composite
def stopped(draw: st.DrawFn, codes: st.SearchStrategy[str | None] = any_code) -> TaskState:
    return state(
        6,
        last_status=draw(st.sampled_from(["STOPPED", "DELETED"])),
        desired_status="STOPPED",
        group=draw(st.sampled_from(["service:checkout", "family:export", None])),
        started_at=draw(st.sampled_from([START, None])),
        stop_code=draw(codes),
        stopped_reason=draw(texts),
        containers=tuple(draw(st.lists(containers, max_size=5))),
    )


@given(stopped())
def test_every_stop_can_be_explained(state: TaskState) -> None:
    """No text and no exit code breaks it; the summary is one bounded line, and there is a remedy."""
    stop = explain(state)
    if stop:
        assert stop.summary.isprintable()
        assert 20 < len(stop.summary) <= 600
        assert 20 < len(stop.remedy) <= 300
        assert set(stop.containers) | set(stop.exit_codes) <= {
            container.name for container in state.containers
        }


@given(stopped(), st.randoms())
def test_the_order_of_containers_never_matters(state: TaskState, random: object) -> None:
    """ECS lists containers in no order."""
    shuffled = list(state.containers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert explain(replace(state, containers=tuple(shuffled))) == explain(state)


@given(stopped(), texts.filter(bool), st.integers(1, 255))
def test_planned_stops_make_no_finding(state: TaskState, text: str, exit_code: int) -> None:
    """What a person or the scheduler ended on purpose stays silent, also when its containers name a fault."""
    container = Container(name="app", exit_code=exit_code, reason=text)
    for phrase in PHRASES[Remark.PLANNED]:
        planned = replace(state, stopped_reason=phrase, containers=(container,))
        assert explain(replace(planned, stop_code="UserInitiated")) is None
        assert explain(replace(planned, stop_code=None)) is None
    assert explain(replace(state, stop_code="UserInitiated", stopped_reason="nightly restart")) is None


@given(
    stopped(st.text(min_size=1).filter(lambda code: code.strip() and code.strip().lower() not in KNOWN_CODES))
)
def test_an_unknown_stop_code_is_never_silent(state: TaskState) -> None:
    """A code of the future may mean anything, so a person looks at it once."""
    assert explain(state)


@given(stopped())
def test_no_failed_start_is_silent(state: TaskState) -> None:
    """A task that never ran and was not asked to stop has a finding, at worst OTHER with its text."""
    unstarted = tuple(replace(container, exit_code=None) for container in state.containers)
    never_ran = replace(state, started_at=None, containers=unstarted)
    asked = {"userinitiated", "serviceschedulerinitiated"}
    texts = (state.stopped_reason, *(container.reason for container in unstarted))
    code = (state.stop_code or "").strip().lower()
    planned = not code and any(read(text or "") is Remark.PLANNED for text in texts)
    assume(code not in asked and not planned)
    stop = explain(never_ran)
    assert stop


@given(stopped(st.sampled_from(["SpotInterruption", "TerminationNotice", "InfrastructureHealth"])))
def test_a_warning_and_its_stop_say_the_same(state: TaskState) -> None:
    """The verdict given while the task still ran stays the same when it has stopped."""
    running = replace(
        state,
        last_status="RUNNING",
        containers=tuple(
            replace(c, exit_code=None, reason=None, last_status="RUNNING") for c in state.containers
        ),
    )
    warning, stop = explain(running), explain(state)
    assert warning
    assert stop
    assert (warning.kind, warning.cause, warning.severity) == (stop.kind, stop.cause, stop.severity)
