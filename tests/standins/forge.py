"""Processes that follow a Source, there in no time, to be killed.

`python -m tests.standins.forge` loads everything once and then forks: for each line of JSON, the
arguments of `tests.standins.following`, one process, whose number it prints.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_ROOT = Path(__file__).parents[2]


class Forge:
    """Makes them and kills them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def start(self, url: str, *addresses: str) -> int:
        """A process that follows these addresses into the database at `url`; its number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([url, *addresses]).encode() + b"\n")
        return int(await self._process.stdout.readline())

    async def kill(self, pid: int) -> None:
        """Kill -9, no last words; returns when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.001)


@asynccontextmanager
async def forge() -> AsyncIterator[Forge]:
    """A forge while the block runs; what it made ends with it."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.standins.forge")
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdin=pipe, stdout=pipe)
    try:
        yield Forge(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _serve() -> None:
    import bot.store.postgres
    import bot.store.sqlite  # noqa: F401 loaded once, for all that are forked
    from tests.standins.following import follow

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    made = []
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(follow(*json.loads(line)))
            os._exit(0)
        made.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in made:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    _serve()
