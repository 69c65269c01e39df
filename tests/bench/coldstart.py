"""A cold start as Lambda has it: the assets as deployed, AWS's own runtime client, a runtime API on loopback.

The first call is part of it, as that builds the clients; it brings no messages. Of each side the quickest of
several counts: whatever else runs here can only add to it.
"""

import io
import os
import platform
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

from tests.bench.measure import Result

LIMIT = 1.3
ROUNDS = 25
PATIENCE = 30  # seconds for each step of a function
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:observe"
NO_CLIENT = "no cold start: awslambdaric is not installed, as it has no wheel for this system"

BASE = """
import boto3
from botocore.config import Config
ecs = boto3.client("ecs", config=Config(retries={"mode": "standard"}))
dynamodb = boto3.client("dynamodb", config=Config(retries={"mode": "standard"}))
def handler(event, context):
    return {}
"""
OF_LAMBDA = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python{}.{}".format(*sys.version_info),
    "AWS_LAMBDA_FUNCTION_NAME": "observe",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "PATH": os.environ["PATH"],
    "PYTHONDONTWRITEBYTECODE": "1",  # its file system is for reading
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A function's code and layer in folders as they are unpacked on Lambda, and its environment."""

    code: Path
    layer: Path
    handler: str
    environment: Mapping[str, str]


def run() -> Iterator[Result]:
    if not find_spec("awslambdaric"):
        print(NO_CLIENT, file=sys.stderr)  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as folder:
        observe = _synthesised(Path(folder) / "cdk.out")
        base = _base(observe, Path(folder) / "base")
        starts = [(_cold_start(observe), _cold_start(base)) for _ in range(ROUNDS)]
        ours, bare = map(min, zip(*starts, strict=True))
        yield Result("cold start of observe, by boto3 and the same clients alone", ours / bare, LIMIT)
        yield Result("the functions' layer, zipped", _zipped(observe.layer), 6, "MB")
        yield Result("the functions' code, zipped", _zipped(observe.code), 0.8, "MB")


def _synthesised(folder: Path) -> Deployed:
    """The observe function of the stack for this machine's processor."""
    os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
    from infra.synth import build  # noqa: PLC0415 - starts Node.js
    from tests.infra.synthesised import FLAGS, Synthesised  # noqa: PLC0415

    architecture = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    build({**FLAGS, "architecture": architecture, "aws:cdk:enable-path-metadata": True}, folder).synth()
    stack = Synthesised(folder, "TaskLedger")
    function = stack["Observe/Function"]
    return Deployed(
        code=folder / f"asset.{Path(function['Code']['S3Key']).stem}",
        layer=folder / f"asset.{Path(stack['Dependencies']['Content']['S3Key']).stem}",
        handler=function["Handler"],
        environment=function["Environment"]["Variables"],
    )


def _base(deployed: Deployed, folder: Path) -> Deployed:
    """A function of boto3 and the same clients alone, on the same layer."""
    folder.mkdir()
    (folder / "base.py").write_text(BASE)
    return Deployed(code=folder, layer=deployed.layer, handler="base.handler", environment={})


def _cold_start(function: Deployed) -> float:
    """Seconds of CPU from the start of the process until its first answer."""
    used = _used_by_children()
    with RuntimeApi() as api:
        environment = {
            **OF_LAMBDA,
            **function.environment,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "PYTHONPATH": str(function.layer / "python"),
        }
        command = [sys.executable, "-m", "awslambdaric", function.handler]
        with subprocess.Popen(
            command,
            cwd=function.code,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            api.handle_request()  # asks for an event
            api.handle_request()  # answers it
            process.kill()
            output, _ = process.communicate()
    assert api.shown.endswith("/response"), f"{function.handler} came to {api.shown}:\n{output}"
    return _used_by_children() - used


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class RuntimeApi(HTTPServer):
    """What a runtime client needs of Lambda: one event, and somewhere to say what came of it."""

    timeout = PATIENCE

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.shown = "no answer"


class _Exchange(BaseHTTPRequestHandler):
    server: RuntimeApi

    def do_GET(self) -> None:
        event = b'{"Records": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(event)))
        self.send_header("Content-Type", "application/json")  # the client crashes without
        self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(2**42))  # far off
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.shown = self.path
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        """Nobody reads along."""


def _zipped(folder: Path) -> float:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in folder.rglob("*"):
            archive.write(each, each.relative_to(folder))
    return len(content.getbuffer()) / 1e6
