"""An HTTP server on a loopback port, for a test to stand in for an AWS service."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# From a request's path and body to the status, headers and body of the response.
Respond = Callable[[str, bytes], tuple[int, Mapping[str, str], bytes]]


@contextmanager
def serve(respond: Respond) -> Iterator[str]:
    """Serves while the block runs, at the URL that it yields."""
    http = _Http(("127.0.0.1", 0), _Handler)
    http.respond = respond
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()
    thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    respond: Respond


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, answer = self.server.respond(self.path, body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # the client may not have waited
            self.end_headers()
            self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Nothing: a failing test has its own message."""
