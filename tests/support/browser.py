"""A headless Chromium, driven by its own protocol (CDP) over a pipe: no driver, no port, no download."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 30  # seconds for any one answer
OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
# By the protocol the browser reads descriptor 3 and writes descriptor 4, whichever the pipe's are here.
START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
# What a key press has to say beside its name, for it to do what it does by default.
KEYS: Mapping[str, dict[str, Any]] = {
    "Tab": {"windowsVirtualKeyCode": 9},
    "Enter": {"windowsVirtualKeyCode": 13, "text": "\r"},
    " ": {"windowsVirtualKeyCode": 32, "text": " "},
}


def executable() -> str | None:
    """The browser in PATH; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """The browser refused a call, or a script in the page raised."""


class Pipe:
    """Calls and events as JSON, each ended by a null byte."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._left = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._next(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            self.events.append(answer)

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._left:
            if not select.select([self._read], [], [], max(deadline - time.monotonic(), 0))[0]:
                raise TimeoutError(f"the browser gave no answer for {PATIENCE} seconds")
            read = os.read(self._read, 1 << 20)
            if not read:
                raise BrowserError("the browser has ended")
            self._left += read
        one, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(one))


@dataclass
class Tab:
    """One page: what it asked for and complained of is kept from the start."""

    pipe: Pipe
    session: str
    target: str
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        answer = self.pipe.call(method, self.session, **params)
        self._take_events()
        return answer

    def open(self, path: Path) -> None:
        """Loads the file, until its script has run."""
        self.call("Page.navigate", url=path.as_uri())
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of the expression; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise BrowserError(found["exceptionDetails"]["exception"].get("description", "an exception"))
        return found["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until the expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < deadline, f"never so: {condition}"
            time.sleep(0.02)

    def settle(self) -> None:
        """Until what has changed is drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def press(self, *keys: str, shift: bool = False) -> None:
        for key in keys:
            what = {"key": key, "code": key, "modifiers": 8 if shift else 0, **KEYS.get(key, {})}
            if len(key) == 1:
                what["text"] = key
            self.call("Input.dispatchKeyEvent", type="keyDown", **what)
            self.call(
                "Input.dispatchKeyEvent", type="keyUp", **{n: v for n, v in what.items() if n != "text"}
            )

    def look(self, *, width: int, dark: bool = False, media: str = "", height: int = 900) -> None:
        """The window so wide, and with these preferences."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def picture(self) -> bytes:
        """What is in the window, as PNG."""
        self.settle()
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def close(self) -> None:
        self.pipe.call("Target.closeTarget", targetId=self.target)

    def _take_events(self) -> None:
        events, self.pipe.events = self.pipe.events, []
        for event in events:
            params = event.get("params", {})
            if event["method"] == "Network.requestWillBeSent":
                self.requested.append(params["request"]["url"])
            elif event["method"] == "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description") or details["text"])
            elif event["method"] == "Log.entryAdded":
                self.complaints.append(params["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled":
                self.complaints.append(f"console: {params['type']}")


class Browser:
    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    @contextmanager
    def tab(self) -> Iterator[Tab]:
        target = self._pipe.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._pipe.call("Target.attachToTarget", targetId=target, flatten=True)
        tab = Tab(self._pipe, attached["sessionId"], target)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.call(f"{domain}.enable")
        yield tab
        tab.close()


@contextmanager
def browser(path: str, profile: Path) -> Iterator[Browser]:
    """A browser of its own, ended at the end; without its sandbox where root runs it, who gets none."""
    to_browser, to_us = os.pipe(), os.pipe()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [path, *OPTIONS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(to_browser[0]), str(to_us[1]), *command],
        pass_fds=(to_browser[0], to_us[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser[0])
    os.close(to_us[1])
    pipe = Pipe(to_us[0], to_browser[1])
    try:
        yield Browser(pipe)
    finally:
        with suppress(BrowserError, OSError, TimeoutError):
            pipe.call("Browser.close")
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(to_us[0])
        os.close(to_browser[1])
