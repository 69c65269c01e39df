"""A cold start as Lambda has it: the assets as deployed, AWS's own runtime client, a runtime API on loopback.

The first call is part of it, as that builds the clients: one without messages or records, an idle minute of
the watch, a sweep of an account without clusters. Beside it stands a function of boto3 alone that makes a
client of each service that ours calls, and then the same calls. Of each side the quickest of several counts:
whatever else runs here can only add to it.
"""

import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from botocore import xform_name

from tests.bench.measure import Result

# By boto3. Observe starts most often; what the others import on top is mostly their many small values.
LIMITS = {"Observe": 1.15, "Assess": 1.35, "Sweep": 1.35, "Watch": 1.35}
ROUNDS = 15
PATIENCE = 30  # seconds for each step of a function
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:any"
# The functions, and the services that each is to call.
SERVICES = {"Observe": ("ecs", "dynamodb")} | dict.fromkeys(
    ("Assess", "Sweep", "Watch"), ("ecs", "dynamodb", "sns")
)
NO_CLIENT = "no cold start: awslambdaric is not installed, as it has no wheel for this system"

BASE = """
import boto3
from botocore.config import Config
config = Config(retries={{"mode": "standard"}})
clients = {{name: boto3.client(name, config=config) for name in {services}}}
def handler(event, context):
    for service, method, request in {calls}:
        getattr(clients[service], method)(**request)
    return {{}}
"""
# Any answer: of a sweep that begins, no clusters, no rows.
NOTHING = b'{"Attributes": {"began": {"N": "1795165200000"}}, "clusterArns": [], "Items": []}'
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

Call = tuple[str, str, dict[str, Any]]  # the service, the method of its client, and the arguments


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
        functions = _synthesised(Path(folder) / "cdk.out")
        for name, function in functions.items():
            of = f"cold start of {name.lower()}, by boto3 with the same services and calls"
            yield Result(of, _ratio(function, SERVICES[name], Path(folder) / name), LIMITS[name])
        observe = functions["Observe"]
        yield Result("the functions' layer, zipped", _zipped(observe.layer), 6, "MB")
        yield Result("the functions' code, zipped", _zipped(observe.code), 0.8, "MB")


def _ratio(function: Deployed, services: Sequence[str], folder: Path) -> float:
    _, calls = _cold_start(function)
    base = _base(function, services, calls, folder)
    starts = [(_cold_start(function)[0], _cold_start(base)[0]) for _ in range(ROUNDS)]
    ours, bare = map(min, zip(*starts, strict=True))
    return ours / bare


def _synthesised(folder: Path) -> Mapping[str, Deployed]:
    """The functions of the stack for this machine's processor."""
    os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
    from task_ledger_cdk.synth import build  # noqa: PLC0415 - starts Node.js
    from tests.infra.synthesised import FLAGS, Synthesised  # noqa: PLC0415

    architecture = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    build({**FLAGS, "architecture": architecture, "aws:cdk:enable-path-metadata": True}, folder).synth()
    stack = Synthesised(folder, "TaskLedger")
    layer = folder / f"asset.{Path(stack['Dependencies']['Content']['S3Key']).stem}"
    found = {name: stack[f"{name}/Function"] for name in SERVICES}
    return {
        name: Deployed(
            code=folder / f"asset.{Path(function['Code']['S3Key']).stem}",
            layer=layer,
            handler=function["Handler"],
            environment=function["Environment"]["Variables"],
        )
        for name, function in found.items()
    }


def _base(function: Deployed, services: Sequence[str], calls: Sequence[Call], folder: Path) -> Deployed:
    """A function of boto3 alone that makes these clients and these calls, on the same layer."""
    folder.mkdir()
    (folder / "base.py").write_text(BASE.format(services=services, calls=calls))
    return Deployed(code=folder, layer=function.layer, handler="base.handler", environment={})


def _cold_start(function: Deployed) -> tuple[float, Sequence[Call]]:
    """Seconds of CPU from the start of the process until its first answer, and the calls that it made."""
    used = _used_by_children()
    with Loopback() as loopback:
        url = f"127.0.0.1:{loopback.server_port}"
        environment = {
            **OF_LAMBDA,
            **function.environment,
            "AWS_LAMBDA_RUNTIME_API": url,
            "AWS_ENDPOINT_URL": f"http://{url}",
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
            loopback.serve_until_answered()
            process.kill()
            output, _ = process.communicate()
    shown = loopback.shown
    assert shown is not None, f"{function.handler} gave no answer:\n{output}"
    assert shown.endswith("/response"), f"{function.handler} came to {shown}:\n{output}"
    return _used_by_children() - used, loopback.calls


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Loopback(HTTPServer):
    """What a runtime client needs of Lambda: one event, and somewhere to say what came of it; and an AWS.

    Nothing is in it: no cluster, no task, no row.
    """

    timeout = PATIENCE

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.shown: str | None = None
        self.calls: list[Call] = []
        self._patient = True

    def serve_until_answered(self) -> None:
        while self.shown is None and self._patient:
            self.handle_request()

    def handle_timeout(self) -> None:
        self._patient = False


class _Exchange(BaseHTTPRequestHandler):
    server: Loopback

    def do_GET(self) -> None:
        lambdas = {
            "Content-Type": "application/json",  # the client crashes without
            "Lambda-Runtime-Aws-Request-Id": "1",
            "Lambda-Runtime-Deadline-Ms": str(2**42),  # far off
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
        }
        self._answer(200, b'{"Records": []}', lambdas)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if target := self.headers["X-Amz-Target"]:
            prefix, operation = target.split(".")
            service = "dynamodb" if prefix.startswith("DynamoDB") else "ecs"
            self.server.calls.append((service, xform_name(operation), json.loads(body)))
            self._answer(200, NOTHING, {})
        else:
            self.server.shown = self.path
            self._answer(202, b"", {})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        """Nobody reads along."""


def _zipped(folder: Path) -> float:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in folder.rglob("*"):
            archive.write(each, each.relative_to(folder))
    return len(content.getbuffer()) / 1e6
