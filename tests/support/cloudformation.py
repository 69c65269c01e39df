"""CloudFormation as far as the command line asks it: DescribeStacks, over HTTP on a loopback port."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@dataclass
class CloudFormation:
    """The stacks that there are by their outputs; or, instead of all answers, one error."""

    url: str
    stacks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    error: tuple[int, str, str] | None = None

    def describe(self, name: str) -> tuple[int, str]:
        if self.error:
            return _error(*self.error)
        if name not in self.stacks:
            return _error(400, "ValidationError", f"Stack with id {name} does not exist")
        members = "".join(
            f"<member><OutputKey>{key}</OutputKey><OutputValue>{escape(value)}</OutputValue></member>"
            for key, value in self.stacks[name].items()
        )
        return 200, (
            f'<DescribeStacksResponse xmlns="{NAMESPACE}"><DescribeStacksResult><Stacks><member>'
            f"<StackName>{name}</StackName><StackStatus>{self.status}</StackStatus>"
            "<CreationTime>2026-11-20T09:00:00Z</CreationTime>"
            f"<Outputs>{members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
        )


@contextmanager
def cloudformation() -> Iterator[CloudFormation]:
    """Serves while the block runs; no stack is there to begin with."""
    http = _Http(("127.0.0.1", 0), _Handler)
    http.answers = CloudFormation(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield http.answers
    http.shutdown()
    http.server_close()
    thread.join()


def _error(status: int, code: str, message: str) -> tuple[int, str]:
    return status, (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    answers: CloudFormation


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, body = self.server.answers.describe(asked["StackName"][0])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what is wrong."""
