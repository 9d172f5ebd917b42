"""Firefox as Debian has it, driven by the protocol that it speaks itself: no geckodriver needed.

https://www.w3.org/TR/webdriver-bidi/
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket


class Firefox:
    """A tab of a Firefox without a window."""

    def __init__(self, address: str) -> None:
        """Begin a session with the Firefox that listens at an address."""
        self._socket = websocket.create_connection(
            f"{address}/session", suppress_origin=True, timeout=60
        )
        self._asked = 0
        self.messages: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self._tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **parameters: object) -> Any:  # noqa: ANN401, as JSON has it
        """Return the answer to a command; keep the messages of the console that come before it."""
        self._asked += 1
        question = {"id": self._asked, "method": method, "params": parameters}
        self._socket.send(json.dumps(question))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._asked:
                return answer["result"]
            if answer.get("method") == "log.entryAdded":
                self.messages.append(answer["params"]["text"])

    def get(self, address: str) -> None:
        """Load a page, and wait until it is complete."""
        self.ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def address(self) -> str:
        """Return the address of the page that is shown."""
        return str(self.ask("browsingContext.getTree")["contexts"][0]["url"])

    def narrow(self) -> None:
        """Give the page the size of a phone."""
        size = {"width": 390, "height": 800}
        self.ask("browsingContext.setViewport", context=self._tab, viewport=size)

    def evaluate(self, expression: str) -> object:
        """Return what a JavaScript expression gives."""
        answer = self.ask(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
        )
        return answer["result"].get("value")


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a folder for its profile, and end it."""
    command = [shutil.which("firefox-esr") or "firefox", "--headless", "--no-remote"]
    with subprocess.Popen(
        [*command, "--profile", str(profile), "--remote-debugging-port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr
        said = next(line for line in process.stderr if "ws://" in line)
        # What it says afterwards is read, too: it would stop at a pipe that is full.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield Firefox(re.findall(r"ws://\S+", said)[0])
        finally:
            process.kill()
