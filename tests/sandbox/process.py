"""A program in another process whose output is kept, and that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[2]


class Process:
    """`lines` is its standard output so far, `log` its standard error."""

    def __init__(self, process: asyncio.subprocess.Process, changed: Callable[[], None]) -> None:
        self._process = process
        self._changed = changed
        self.lines: list[str] = []
        self.log: list[str] = []
        self._readers = [
            asyncio.ensure_future(self._read(process.stdout, self.lines)),
            asyncio.ensure_future(self._read(process.stderr, self.log)),
        ]

    @classmethod
    async def start(
        cls,
        *command: str,
        changed: Callable[[], None] = lambda: None,
        environ: Mapping[str, str] | None = None,
    ) -> Process:
        """Starts it in the root of the repository; `changed` is called on each line."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdout=pipe,
            stderr=pipe,
            env=os.environ if environ is None else environ,
        )
        return cls(process, changed)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.returncode

    async def end(self) -> int:
        """Waits for its end."""
        code = await self._process.wait()
        await asyncio.gather(*self._readers)
        return code

    async def kill(self) -> None:
        """Kill -9, no last words."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.end()

    async def stop(self, *, within_s: float = 12.0) -> int:
        """SIGTERM; the exit code."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_s):
            return await self.end()

    async def _read(self, stream: asyncio.StreamReader | None, lines: list[str]) -> None:
        if stream is None:
            return
        async for line in stream:
            lines.append(line.decode(errors="replace").rstrip("\n"))
            self._changed()
        self._changed()
