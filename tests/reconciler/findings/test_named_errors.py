"""The types of errors that the ECS agent names: each has its cause, also with words that nobody has seen."""

import pytest

from reconciler.findings.causes import RECORDS
from reconciler.findings.phrases import read

NAMES = {
    "IMAGE_PULL": (
        *("CannotPullContainerError", "CannotPullECRContainerError", "CannotPullContainerAuthError"),
        "CannotPullImageManifestError",
    ),
    "RESOURCE_INIT": ("ResourceInitializationError", "TaskResourceError", "CgroupError"),
    "CONTAINER_START": (
        *("CannotCreateContainerError", "CannotStartContainerError", "HostConfigError"),
        *("DockerClientConfigError", "DockerStateError", "TaskDependencyError"),
        *("UnparsablePort", "UnrecognizedTransportProtocol"),
    ),
    "NETWORK": ("ContainerNetworkingError", "NetworkNamespaceError", "ENIInformationError"),
    "VOLUME": (
        *("CannotCreateVolumeError", "CannotInspectVolumeError", "CannotRemoveVolumeError"),
        *("InvalidVolumeError", "VolumeError", "CreateEmptyVolumeError"),
    ),
    "OUT_OF_MEMORY": ("OutOfMemoryError",),
    "TIMEOUT": ("DockerTimeoutError", "ContainerRuntimeTimeoutError"),
    "INTERNAL": (
        *("CannotStopContainerError", "CannotInspectContainerError", "CannotDescribeContainerError"),
        *("CannotRemoveContainerError", "CannotListContainersError", "CannotListImagesError"),
        *("CannotListPluginsError", "CannotGetContainerTopError", "CannotCreateContainerExecError"),
        *("CannotStartContainerExecError", "CannotInspectContainerExecError", "CannotCopyFromContainerError"),
        *("CannotGetDockerclientError", "CannotGetDockerClientVersionError", "NoSuchContainerError"),
        *("ContainerVanishedError", "ImpossibleStateTransitionError", "TaskStateError"),
        *("UnrecognizedTaskError", "ContainerRuntimeError", "InternalError"),
    ),
    "OTHER": ("TaskStoppedBeforePullBeginError",),
}


@pytest.mark.parametrize(("cause", "name"), [(cause, name) for cause in NAMES for name in NAMES[cause]])
def test_a_named_error(cause: str, name: str) -> None:
    """The type decides where no phrase does, whatever the punctuation after it and the letters."""
    assert cause in RECORDS
    for text in (f"{name}: words of next year", f"{name} - words", f"Task failed to start: {name}", name):
        for variant in (text, text.lower(), "".join(text.split())):
            assert read(variant) == cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("ResourceInitializationError: failed to invoke EFS utils commands", "VOLUME"),
        ("ResourceInitializationError: failed to configure ENI", "NETWORK"),
        ("ResourceInitializationError: unable to pull secrets: no such image", "RESOURCE_INIT"),
        ("ResourceInitializationError: something timed out", "RESOURCE_INIT"),
        ("ContainerRuntimeError: failed to create shim task", "CONTAINER_START"),
        ("DockerClientConfigError: unable to fetch task resource credentialspec", "RESOURCE_INIT"),
        ("CannotStartContainerError: failed to initialize logging driver: log group", "CONTAINER_START"),
        ("CannotStopContainerError: OCI runtime state failed", "INTERNAL"),
    ],
)
def test_a_phrase_decides_before_a_type_that_wraps_any_other(text: str, cause: str) -> None:
    """Some types say no more than that something failed; the others say what."""
    assert read(text) == cause


@pytest.mark.parametrize(
    "text",
    [
        "something of the words on the container instance",
        "it ended beside a spot instance",
        "words of the deployment circ",
        "nothing was initiated by dep",
    ],
)
def test_a_word_within_a_sentence_takes_no_host_away(text: str) -> None:
    """A few letters at the end of a text are the beginning of a sentence of ECS only where one begins."""
    assert read(text) is None
    assert read("Container instance") == "HOST_TERMINATED"
    assert read("Service checkout: ECS is performing main") == "MAINTENANCE"
