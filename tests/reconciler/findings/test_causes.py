"""The records of causes: complete, consistent, and on the page on stops in their very words."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.findings.causes import RECORDS
from reconciler.findings.causes.record import CauseRecord
from reconciler.findings.model import Cause, Kind
from reconciler.findings.phrases import PHRASES, REFINEMENTS, WEAK_PHRASES, squeeze
from reconciler.findings.summary import severity, summarise

PAGE = (Path(__file__).parents[3] / "docs" / "stops.md").read_text("utf-8")
KINDS = (Kind.TASK_FAILED_TO_START, Kind.ESSENTIAL_CONTAINER_FAILED)  # of a cause that has none of its own
EXIT_CODES = RECORDS[Cause("EXIT_CODE")].remedies_by_exit_code


def advise(cause: str, text: str, *exit_codes: int) -> str:
    return RECORDS[Cause(cause)].advise(squeeze(text), exit_codes)


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_record_is_consistent(record: CauseRecord) -> None:
    """A standalone task's severity is never the lower one; parts of texts are written as they are matched."""
    for kind in [record.kind] if record.kind else KINDS:
        of_service, of_standalone = (severity(kind, record, service=service) for service in (True, False))
        assert of_service.rank <= of_standalone.rank
    parts = " ".join(record.remedies_by_text).split()
    assert parts == [squeeze(part) for part in parts]


def test_a_summary() -> None:
    """Kind, cause, containers with their exit codes, and what ECS says, in one sentence."""
    text = "OutOfMemoryError: killed."
    memory = RECORDS[Cause("OUT_OF_MEMORY")]
    assert summarise(Kind.ESSENTIAL_CONTAINER_FAILED, memory, {"app": 137, "proxy": None}, text) == (
        "The task stopped: a container was killed for the memory it used (app ended with 137, proxy)"
        ' - ECS says "OutOfMemoryError: killed".'
    )


def test_many_containers_are_counted() -> None:
    """The fourth container and those after it are a number."""
    containers = dict.fromkeys(("a", "b", "c", "d", "e"), 1)
    summary = summarise(Kind.ESSENTIAL_CONTAINER_FAILED, RECORDS[Cause("EXIT_CODE")], containers, None)
    assert summary.endswith("(a ended with 1, b ended with 1, c ended with 1, 2 more).")


@pytest.mark.parametrize(
    ("cause", "text", "part"),
    [
        ("IMAGE_PULL", "toomanyrequests: You have reached your pull rate limit", "limits pulls"),
        ("IMAGE_PULL", "failed to resolve ref shop:9: shop:9: not found", "does not exist"),
        ("IMAGE_PULL", "is not authorized to perform: ecr:BatchGetImage", "may not pull"),
        ("IMAGE_PULL", "net/http: request canceled while waiting for connection", "no route"),
        ("IMAGE_PULL", "write GetImageBlob1: no space left on device", "disk is full"),
        (
            "IMAGE_PULL",
            "image does not contain descriptor matching platform 'linux/amd64'",
            "platform",
        ),
        ("IMAGE_PULL", "API error", "in this order"),
        ("RESOURCE_INIT", "did not contain json key PASSWORD", "JSON key"),
        (
            "RESOURCE_INIT",
            "AccessDeniedException: not authorized to perform: ssm:GetParameters",
            "lacks the action",
        ),
        ("RESOURCE_INIT", "RequestError: dial tcp: i/o timeout", "no route"),
        ("RESOURCE_INIT", "failed to validate logger args: signal: killed", "no route"),
        ("RESOURCE_INIT", "The specified log group does not exist", "log group"),
        (
            "RESOURCE_INIT",
            "Secrets Manager can't find the specified secret.",
            "does not exist in that Region",
        ),
        (
            "VOLUME",
            "failed to invoke EFS utils commands: mount.nfs4: Connection timed out",
            "2049",
        ),
        ("CONTAINER_START", 'exec: "node": executable file not found in $PATH', "entryPoint"),
        ("CONTAINER_START", "exec format error", "architecture"),
        ("CONTAINER_START", "Bind for 0.0.0.0:80 failed: port is already allocated", "host port"),
        ("NETWORK", "InsufficientFreeAddressesInSubnet", "no free addresses"),
        ("CAPACITY", "RESOURCE:ENI", "network interface"),
        ("CAPACITY", "You've reached the limit on the number of tasks", "quota"),
        ("CAPACITY", "EMPTY CAPACITY PROVIDER", "registered"),
        ("LOAD_BALANCER", "Health checks failed with these codes: [502]", "server error"),
        ("LOAD_BALANCER", "Health checks failed with these codes: [404]", "path"),
        ("LOAD_BALANCER", "due to (reason Request timed out)", "in time"),
        ("HOST_TERMINATED", "Container instance deregistration forced by user", "by force"),
    ],
)
def test_a_remedy_fits_the_text(cause: str, text: str, part: str) -> None:
    """The same cause is fixed in different places: the text shows in which."""
    assert part in advise(cause, text)


@pytest.mark.parametrize("exit_code", EXIT_CODES)
def test_a_remedy_fits_the_exit_code(exit_code: int) -> None:
    """A code with a meaning of its own is explained, wherever it stands among others, if it decided."""
    assert str(exit_code) in advise("EXIT_CODE", "", 1, exit_code)
    assert advise("OUT_OF_MEMORY", "", exit_code) == RECORDS[Cause("OUT_OF_MEMORY")].remedy


def rows() -> Iterable[str]:
    """The lines that the page has of each cause and phrase."""
    for record in RECORDS.values():
        if record.cause != "UNOBSERVED":  # of no stop: docs/alerts.md has it
            kinds = [record.kind] if record.kind else KINDS
            severities = [[severity(kind, record, service=one) for one in (True, False)] for kind in kinds]
            shown = " or ".join(f"`{kind}`" for kind in kinds), " or ".join(" / ".join(s) for s in severities)
            yield f"| {shown[0]} | `{record.cause}` | {shown[1]} | {record.summary} | {record.remedy} |"
        for parts, remedy in record.remedies_by_text.items():
            yield f"| `{record.cause}` | {' '.join(f'`{part}`' for part in parts.split())} | {remedy} |"
    yield from (f"| {code} | {remedy} |" for code, remedy in EXIT_CODES.items())
    for table in (PHRASES, WEAK_PHRASES):
        for meaning, phrases in table.items():
            yield f"| `{meaning}` | {' · '.join(f'`{phrase}`' for phrase in phrases)} |"
    yield from (f"| `{category}` | `{part}` | `{cause}` |" for category, part, cause in REFINEMENTS)


def test_the_page_has_a_row_of_each() -> None:
    """docs/stops.md shows each cause, remedy, phrase and refinement, word for word."""
    lines = PAGE.splitlines()
    assert [row for row in rows() if row not in lines] == []
