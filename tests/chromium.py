"""Headless Chromium, driven over its own protocol: pages as people see them.

Debian's `chromium`; `CROSSTIE_TEST_CHROMIUM` names another one.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_WITHIN_S = 90.0
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--remote-debugging-port=0", "about:blank",
)  # fmt: skip


def found() -> str | None:
    """The program, if it is there."""
    return os.environ.get("CROSSTIE_TEST_CHROMIUM") or shutil.which("chromium")


class Tab:
    """One page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[Any]) -> None:
        self._socket = socket
        self._asked = 0

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """What Chromium answers to a command."""
        self._asked += 1
        wanted = self._asked
        await self._socket.send_json({"id": wanted, "method": method, "params": params})
        async with asyncio.timeout(_WITHIN_S):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == wanted:
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result

    async def eval(self, script: str) -> Any:
        """What an expression gives, a promise's value too."""
        options = {"returnByValue": True, "awaitPromise": True}
        answer = await self.ask("Runtime.evaluate", expression=script, **options)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Returns once the expression is true."""
        async with asyncio.timeout(_WITHIN_S):
            while not await self.eval(script):  # noqa: ASYNC110 another process
                await asyncio.sleep(0.05)

    async def go(self, url: str, *, width: int = 1280, dark: bool = False) -> None:
        """Opens a page in a window of that width."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask("Page.navigate", url=url)
        await self.until(f"location.href == '{url}' && document.readyState == 'complete'")

    async def picture(self) -> bytes:
        """The whole page, as PNG."""
        shot = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def chromium(program: str, folder: Path) -> AsyncIterator[Tab]:
    """A running Chromium with one page; everything it writes lies in the folder."""
    environ = {"HOME": str(folder), "PATH": os.environ.get("PATH", "")}
    process = await asyncio.create_subprocess_exec(
        program, f"--user-data-dir={folder}", *_OPTIONS, env=environ,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    port_file = folder / "DevToolsActivePort"
    try:
        async with asyncio.timeout(_WITHIN_S):
            while "\n" not in _text(port_file):  # noqa: ASYNC110 another process
                await asyncio.sleep(0.05)
        port = _text(port_file).splitlines()[0]
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            address = pages[0]["webSocketDebuggerUrl"]
            async with http.ws_connect(address, max_msg_size=1 << 26) as socket:
                yield Tab(socket)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
