"""What a person reads of a stop: summary, remedy and the page on stops."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.phrases import PHRASES, REFINEMENTS, WEAK_PHRASES, squeeze
from reconciler.findings.remedies import BY_CAUSE, BY_EXIT_CODE, BY_TEXT, advise
from reconciler.findings.stop import explain
from reconciler.findings.summary import SUMMARIES, severity, summarise
from reconciler.model.task import Container
from reconciler.text import LONGEST_EXCERPT, excerpt
from tests.support.values import START, state

PAGE = Path(__file__).parents[3] / "docs" / "stops.md"
KINDS = [
    *(Kind.TASK_FAILED_TO_START, Kind.ESSENTIAL_CONTAINER_FAILED, Kind.HEALTH_CHECK_FAILED),
    *(Kind.CAPACITY_INTERRUPTED, Kind.UNKNOWN_STOP),
]
CAUSES = sorted(
    {meaning for meaning in PHRASES if isinstance(meaning, Cause)}
    | {Cause.EXIT_CODE, Cause.SIGNAL, Cause.UNEXPECTED_EXIT, Cause.UNKNOWN_CODE, Cause.NO_CODE}
)


def test_every_cause_has_its_words() -> None:
    """Whatever the cause, there is a sentence and something to look at next."""
    assert set(SUMMARIES) == set(BY_CAUSE) == set(CAUSES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_a_severity(kind: Kind, cause: Cause) -> None:
    """No stop is without a severity, and a standalone task's is never the lower one."""
    order = ["low", "medium", "high"]
    of_service, of_standalone = (severity(kind, cause, service=service) for service in (True, False))
    assert order.index(of_service) <= order.index(of_standalone)


def test_a_summary() -> None:
    """Kind, cause, containers with their exit codes, and what ECS says, in one sentence."""
    told = summarise(
        Kind.ESSENTIAL_CONTAINER_FAILED,
        Cause.OUT_OF_MEMORY,
        {"app": 137, "proxy": None},
        "OutOfMemoryError: killed.",
    )
    assert told == (
        "The task stopped: a container was killed for the memory it used (app ended with 137, proxy)"
        ' - ECS says "OutOfMemoryError: killed".'
    )


def test_many_containers_are_counted() -> None:
    """The fourth container and those after it are a number."""
    containers = dict.fromkeys(("a", "b", "c", "d", "e"), 1)
    told = summarise(Kind.ESSENTIAL_CONTAINER_FAILED, Cause.EXIT_CODE, containers, None)
    assert told.endswith("(a ended with 1, b ended with 1, c ended with 1, 2 more).")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("API error (500):\n\tno route\x00 to host.\n", "API error (500): no route to host"),
        ('Get "https://x"', "Get 'https://x'"),
        ("a\u202eb\u200bc", "a b c"),
        (
            "get https://layers.example/blob?X-Amz-Signature=abc&x=1 failed",
            "get https://layers.example/blob failed",
        ),
        ("denied.\n\tstatus code: 400, request id: 3d181671-2223-4f93", "denied"),
    ],
)
def test_an_excerpt_is_one_clean_line(text: str, shown: str) -> None:
    """No control characters, no signatures of signed URLs, no request ids."""
    assert excerpt(text) == shown


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    """AWS begins with the category and ends with the very thing that is wrong."""
    shown = excerpt("ResourceInitializationError: " + "retried " * 50 + "did not contain json key PASSWORD")
    assert shown.startswith("ResourceInitializationError: ")
    assert shown.endswith("did not contain json key PASSWORD")
    assert len(shown) <= LONGEST_EXCERPT


@pytest.mark.parametrize(
    ("cause", "text", "part"),
    [
        (Cause.IMAGE_PULL, "toomanyrequests: You have reached your pull rate limit", "limits pulls"),
        (Cause.IMAGE_PULL, "failed to resolve ref shop:9: shop:9: not found", "does not exist"),
        (Cause.IMAGE_PULL, "is not authorized to perform: ecr:BatchGetImage", "may not pull"),
        (Cause.IMAGE_PULL, "net/http: request canceled while waiting for connection", "no route"),
        (Cause.IMAGE_PULL, "write GetImageBlob1: no space left on device", "disk is full"),
        (Cause.IMAGE_PULL, "image does not contain descriptor matching platform 'linux/amd64'", "platform"),
        (Cause.IMAGE_PULL, "API error", "in this order"),
        (Cause.RESOURCE_INIT, "did not contain json key PASSWORD", "JSON key"),
        (
            Cause.RESOURCE_INIT,
            "AccessDeniedException: not authorized to perform: ssm:GetParameters",
            "lacks the action",
        ),
        (Cause.RESOURCE_INIT, "RequestError: dial tcp: i/o timeout", "no route"),
        (Cause.RESOURCE_INIT, "failed to validate logger args: signal: killed", "no route"),
        (Cause.RESOURCE_INIT, "The specified log group does not exist", "log group"),
        (
            Cause.RESOURCE_INIT,
            "Secrets Manager can't find the specified secret.",
            "does not exist in that Region",
        ),
        (
            Cause.RESOURCE_INIT,
            "failed to invoke EFS utils commands: mount.nfs4: Connection timed out",
            "2049",
        ),
        (Cause.CONTAINER_START, 'exec: "node": executable file not found in $PATH', "entryPoint"),
        (Cause.CONTAINER_START, "exec format error", "architecture"),
        (Cause.CONTAINER_START, "Bind for 0.0.0.0:80 failed: port is already allocated", "host port"),
        (Cause.NETWORK, "InsufficientFreeAddressesInSubnet", "no free addresses"),
        (Cause.CAPACITY, "RESOURCE:ENI", "network interface"),
        (Cause.CAPACITY, "You've reached the limit on the number of tasks", "quota"),
        (Cause.CAPACITY, "EMPTY CAPACITY PROVIDER", "registered"),
        (Cause.LOAD_BALANCER, "Health checks failed with these codes: [502]", "server error"),
        (Cause.LOAD_BALANCER, "Health checks failed with these codes: [404]", "path"),
        (Cause.LOAD_BALANCER, "due to (reason Request timed out)", "in time"),
        (Cause.HOST_TERMINATED, "Container instance deregistration forced by user", "by force"),
    ],
)
def test_a_remedy_fits_the_text(cause: Cause, text: str, part: str) -> None:
    """The same cause is mended in different places: the text tells in which."""
    assert part in advise(cause, squeeze(text), ())


@pytest.mark.parametrize("exit_code", BY_EXIT_CODE)
def test_a_remedy_fits_the_exit_code(exit_code: int) -> None:
    """A code with a meaning of its own is explained, wherever it stands among others."""
    assert str(exit_code) in advise(Cause.EXIT_CODE, "", (1, exit_code))


def test_an_exit_code_explains_only_what_it_decided() -> None:
    """Beside another cause the exit code is a consequence."""
    assert advise(Cause.OUT_OF_MEMORY, "", (137,)) == BY_CAUSE[Cause.OUT_OF_MEMORY]


def test_parts_of_texts_are_written_squeezed() -> None:
    """A part with a capital letter or a quote would never be found."""
    parts = [part for rows in BY_TEXT.values() for row in rows for part in row.split()]
    assert parts == [squeeze(part) for part in parts]


def test_an_unknown_stop_shows_what_ecs_said() -> None:
    """For a person to judge, the code and the text are in the summary."""
    stop = explain(
        state(
            last_status="STOPPED",
            stop_code="CosmicRay",
            stopped_reason="a bit flipped",
            started_at=START,
            containers=(Container(name="app", exit_code=1),),
        )
    )
    assert stop
    assert (
        stop.summary
        == 'The task stopped: its stop code is not known here - ECS says "CosmicRay: a bit flipped".'
    )


def words() -> Iterable[str]:
    """Each entry of the tables that the page must show."""
    yield from (phrase for _, phrases in (*PHRASES.items(), *WEAK_PHRASES) for phrase in phrases)
    yield from (part for parts in REFINEMENTS.values() for part, _ in parts)
    yield from SUMMARIES.values()
    yield from BY_CAUSE.values()
    yield from BY_EXIT_CODE.values()
    yield from (remedy for rows in BY_TEXT.values() for remedy in rows.values())


def test_the_page_shows_the_tables() -> None:
    """docs/stops.md has each phrase, summary and remedy, word for word."""
    page = PAGE.read_text("utf-8")
    assert [entry for entry in words() if entry not in page] == []


def test_the_page_names_every_kind_and_cause() -> None:
    """A kind or cause in a finding can be looked up."""
    page = PAGE.read_text("utf-8")
    assert [name for name in (*KINDS, *CAUSES) if f"`{name}`" not in page] == []
