"""A relay between the functions and a service, which can make the service hang."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_MOST = 65536  # bytes to pass on at once


class Relay:
    """Passes on what comes to a loopback port, while its `with` block runs; `url` names the port.

    While it hangs, it takes connections and never answers; those that there were are closed, so that whoever
    kept one has to make another. When that is over, the silent ones are closed in turn.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lock = threading.Lock()
        self._silent = False
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # wakes the thread that waits for a connection
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._turn(silent=True)

    def hang(self) -> None:
        self._turn(silent=True)

    def heal(self) -> None:
        self._turn(silent=False)

    def _turn(self, *, silent: bool) -> None:
        with self._lock:
            self._silent = silent
            for one in self._open:
                with suppress(OSError):  # also wakes the thread that reads from it
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):  # which says that the port is closed
            while True:
                self._connect(self._socket.accept()[0])

    def _connect(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
            if self._silent:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                self._open.discard(client)
                client.close()
                return
            self._open.add(server)
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Until either end closes the connection; then both are closed."""
        with suppress(OSError):
            while data := source.recv(_MOST):
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with self._lock:
            self._open -= {source, target}


@contextmanager
def hanging(*relays: Relay) -> Iterator[None]:
    """What these relays lead to does not answer while the block runs."""
    for relay in relays:
        relay.hang()
    try:
        yield
    finally:
        for relay in relays:
            relay.heal()
