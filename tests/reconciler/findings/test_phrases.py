"""What the texts of a stop say, whole, squeezed, lower-cased and cut."""

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.phrases import PHRASES, REFINEMENTS, WEAK_PHRASES, exit_code_in, read, squeeze

TEXTS: list[tuple[str, str | None]] = [
    ("Scaling activity initiated by (deployment ecs-svc/1234567890123456789)", "PLANNED"),
    ("ECS deployment circuit breaker: task failed to start.", "PLANNED"),
    ("ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.", "PLANNED"),
    ("Task stopped by user", "PLANNED"),
    ("Essential container in task exited", "EXITED"),
    ("Taskfailedtostart", "NOT_STARTED"),
    ("weekly restart by ops", None),
    ("", None),
    ("Your Spot Task was interrupted.", "SPOT"),
    ("Host EC2 (instance i-0123456789abcdef0) stopped.", "HOST_TERMINATED"),
    ("Container instance deregistration forced by user.", "HOST_TERMINATED"),
    (
        "(service checkout) ECS is performing maintenance on the underlying infrastructure hosting the task.",
        "MAINTENANCE",
    ),
    ("Task failed ELB health checks in (elb checkout)", "LOAD_BALANCER"),
    (
        "(service a) (port 80) is unhealthy in (target-group a) due to (reason Request timed out)",
        "LOAD_BALANCER",
    ),
    ("Task failed container health checks", "CONTAINER"),
    ("OutOfMemoryError: Container killed due to memory usage", "OUT_OF_MEMORY"),
    ("Container killed due to memory usage", "OUT_OF_MEMORY"),
    (
        "CannotPullECRContainerError: AccessDeniedException: not authorized on resource: * because no policy",
        "IMAGE_PULL",
    ),
    ("The task can\u2019t pull the image. Check whether the image exists.", "IMAGE_PULL"),
    ("The task cannot pull \u2018shop/checkout:9\u2019 from the registry.", "IMAGE_PULL"),
    (
        'Error response from daemon: Get "https://registry.example/v2/": dial tcp: no such host',
        "IMAGE_PULL",
    ),
    ("ERROR: toomanyrequests: Too Many Requests.", "IMAGE_PULL"),
    (
        "The task cannot pull registry auth from Amazon ECR: There is a connection issue",
        "RESOURCE_INIT",
    ),
    (
        "ResourceInitializationError: failed to invoke EFS utils commands: mount.nfs4: timed out",
        "VOLUME",
    ),
    (
        "Fetching secret data from SSM Parameter Store in eu-central-1: invalid parameters: /a",
        "RESOURCE_INIT",
    ),
    ("ResourceNotFoundException: The task can't retrieve the secret with ARN 'arn'", "RESOURCE_INIT"),
    ("TaskFailedToStart: ResourceInitializationError: unable to pull secrets", "RESOURCE_INIT"),
    (
        "ResourceInitializationError: Unable to launch instance(s) for capacity provider: VcpuLimitExceeded",
        "CAPACITY",
    ),
    (
        "CannotStartContainerError: failed to initialize logging driver: ResourceNotFoundException: no group",
        "CONTAINER_START",
    ),
    (
        "CannotStartContainerError: ResourceInitializationError: OCI runtime create failed",
        "CONTAINER_START",
    ),
    (
        "ContainerRuntimeError: failed to create shim task: OCI runtime create failed",
        "CONTAINER_START",
    ),
    ("ContainerRuntimeError: containerd gave no answer", "INTERNAL"),
    ("CannotInspectContainerError: no such container", "INTERNAL"),
    (
        "CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s",
        "TIMEOUT",
    ),
    ("DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s", "TIMEOUT"),
    ("ContainerRuntimeTimeoutError: Could not transition to running", "TIMEOUT"),
    ("CannotStopContainerError: failed sending SIGTERM to container: timed out", "TIMEOUT"),
    ("CannotStopContainerError: failed sending SIGTERM to container", "INTERNAL"),
    ("InternalError: unable to prepare the task", "INTERNAL"),
    ("Timeout waiting for network interface provisioning to complete.", "NETWORK"),
    ("Unexpected EC2 error while attempting to Create Network Interface: InternalError", "NETWORK"),
    ("ContainerNetworkingError: cni setup: invoke eni plugin failed", "NETWORK"),
    ("Unable to attach network interface to unused device index", "NETWORK"),
    ("CannotCreateVolumeError: VolumeDriver.Create failed", "VOLUME"),
    ("Timeout waiting for EphemeralStorage provisioning to complete.", "VOLUME"),
    ("ECS timed out while configuring the EBS volume attachment to your Task.", "VOLUME"),
    ("ECS was unable to assume the configured ECS Infrastructure Role 'arn'", "VOLUME"),
    ("RESOURCE:MEMORY", "CAPACITY"),
    ("TaskFailedToStart: RESOURCE:GPU", "CAPACITY"),
    ("TaskFailedToStart: EMPTY CAPACITY PROVIDER", "CAPACITY"),
    ("Capacity is unavailable at this time. Please try again later", "CAPACITY"),
    ("You\u2019ve reached the limit on the number of vCPUs you can run concurrently", "CAPACITY"),
    ("ATTRIBUTE", "PLACEMENT"),
    ("TaskFailedToStart: MemberOf placement constraint unsatisfied.", "PLACEMENT"),
    ("The selected task definition is not compatible with the selected compute strategy", "PLACEMENT"),
    ("TaskFailedToStart: AGENT", "AGENT"),
    ('no container instance met all of its requirements: i-1 encountered error "AGENT".', "AGENT"),
    ("the deployment agent said goodbye", None),
    ("something timed out", "TIMEOUT"),
    ("SomeNewError: it broke", "OTHER"),
]

MEANINGS: dict[str, str] = {
    phrase: meaning for table in (PHRASES, WEAK_PHRASES) for meaning in table for phrase in table[meaning]
}
WEAK = {phrase for phrases in WEAK_PHRASES.values() for phrase in phrases}
LEADS = ["", "Service checkout: ", "Task failed to start: ", "Essential container in task exited. "]


def shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def shortest_cut(phrase: str) -> int:
    """How much of a squeezed phrase no phrase of another meaning shares."""
    others = (squeeze(other) for other, meaning in MEANINGS.items() if meaning != MEANINGS[phrase])
    return max(12, *(shared(squeeze(phrase), other) + 1 for other in others))


CUTTABLE = [phrase for phrase in MEANINGS if len(squeeze(phrase)) >= shortest_cut(phrase)]


@pytest.mark.parametrize(("text", "meaning"), TEXTS, ids=[text[:60] for text, _ in TEXTS])
def test_text(text: str, meaning: str | None) -> None:
    """What stands first in a text decides, unless AWS's category needs the rest of it."""
    assert read(text) == meaning


@given(st.sampled_from(TEXTS))
def test_letters_and_spaces_do_not_matter(row: tuple[str, str | None]) -> None:
    """Old consoles lower-cased texts and squeezed the spaces out of them."""
    text, meaning = row
    for variant in (text.lower(), text.upper(), "".join(text.split()), squeeze(text), f"\n{text}\t\n"):
        assert read(variant) == meaning


@given(st.sampled_from(CUTTABLE), st.sampled_from(LEADS), st.data())
def test_a_cut_text_says_the_same(phrase: str, lead: str, data: st.DataObject) -> None:
    """A text may end anywhere within its phrase, as soon as no other phrase begins so."""
    squeezed = squeeze(phrase)
    length = data.draw(st.integers(shortest_cut(phrase), len(squeezed)))
    cut = read(lead + squeezed[:length])
    assert cut == read(lead + squeezed)
    assert cut == MEANINGS[phrase] or phrase in WEAK


def test_no_phrase_hides_another() -> None:
    """Each phrase alone says what it stands for; those that ask for the start or end are shown above."""
    for meaning, phrases in PHRASES.items():
        for phrase in phrases:
            assert phrase.startswith(":") or read(phrase) == meaning, phrase


def test_few_phrases_need_more_than_twelve_characters() -> None:
    """Phrases begin with what is theirs alone, but for a few families of AWS's own making."""
    longer = {squeeze(phrase)[:12] for phrase in CUTTABLE if shortest_cut(phrase) > 13}
    assert longer == {
        "cannotcreate",
        "cannotinspec",
        "containerrun",
        "encounterede",
        "nocontaineri",
        "thetaskcanno",
        "thetaskcantp",
        "timeoutwaiti",
        "unrecognized",
    }


def test_what_refines_a_phrase_has_a_phrase_to_refine() -> None:
    """A refinement of a category that is no phrase would never count."""
    assert {category for category, _, _ in REFINEMENTS} <= MEANINGS.keys()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """StopTask takes any text as its reason."""
    assert read(text) in {None, *PHRASES, *WEAK_PHRASES}


@pytest.mark.parametrize(
    ("text", "exit_code"),
    [
        ("Essential container in task exited. Exit code: 137", 137),
        ("container exited with code 3", 3),
        ("exit status 1", 1),
        ("Exit code: -1073741819", -1073741819),
        ("Essential container in task exited", None),
    ],
)
def test_exit_code_in_words(text: str, exit_code: int | None) -> None:
    """Consoles and copies give the exit code in the text."""
    assert exit_code_in(text) == exit_code
