"""AWS on a free loopback port: ministack, in an environment of its own, gone when the tests are."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.relay import Relay

ACCOUNT = "111122223333"
REGION = "eu-central-1"
PATIENCE = 60  # seconds to start and to end
LOG_LINES = 60  # to show where something failed

_SUPERVISOR = Path(__file__).with_name("supervise.py")


@dataclass(frozen=True)
class Emulator:
    """Where it listens, what it and the functions in it wrote, and what lies between them and ECS or SNS."""

    url: str
    log: Path
    ecs: Relay
    sns: Relay

    def shown(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])


@contextmanager
def emulator(environment: Path, folder: Path, ecs_url: str) -> Iterator[Emulator]:
    """Runs ministack with its files in the folder; ECS is at that URL."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with Relay(ecs_url) as ecs, Relay(url) as sns:
        started = Emulator(url, folder / "emulator.log", ecs, sns)
        process = _start(environment, folder, started, port)
        try:
            _await_start(process, started, port)
            yield started
        except Exception as error:
            error.add_note(f"The log of the emulator and its functions ends so:\n{started.shown()}")
            raise
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(PATIENCE)


def _start(environment: Path, folder: Path, started: Emulator, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(_SUPERVISOR), str(folder), str(environment / "bin" / "ministack")]
    with started.log.open("wb") as stream:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=_variables(port, folder, started),
            start_new_session=True,  # Ctrl-C is for the tests: they end this one
        )


def _variables(port: int, folder: Path, started: Emulator) -> dict[str, str]:
    """What the emulator is given, and through it the functions, which get all of it."""
    return os.environ | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder),
        "AWS_ENDPOINT_URL_ECS": started.ecs.url,
        "AWS_ENDPOINT_URL_SNS": started.sns.url,
        "NO_PROXY": "127.0.0.1",
    }


def _await_start(process: "subprocess.Popen[bytes]", started: Emulator, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError("The emulator did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
