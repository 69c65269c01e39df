"""The simulated ECS on a loopback port, for whatever takes `AWS_ENDPOINT_URL_ECS`."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from ..engine.clock import Clock
from .dispatch import respond
from .ecs import Ecs


class EcsServer:
    """Serves while its `with` block runs; port 0 takes any that is free, `url` names it.

    Its answers are dated by the clock, without one by this machine's.
    """

    def __init__(self, ecs: Ecs, port: int = 0, clock: Clock | None = None) -> None:
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.ecs, self._http.clock = ecs, clock
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    ecs: Ecs
    clock: Clock | None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # or the second write of an answer waits 40 ms for the client's delayed ACK
    )
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = respond(self.server.ecs, self.headers.get("X-Amz-Target", ""), body)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        clock = self.server.clock
        return super().date_time_string(clock.epoch if clock else timestamp)

    def log_message(self, *_: object) -> None:
        """Nothing: requests can hold overrides, and its user has the answers."""
