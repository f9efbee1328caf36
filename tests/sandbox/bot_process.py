"""Crosstie itself as a process against a sandbox: import, run, kill, run again."""

from __future__ import annotations

import json
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.sandbox.process import Process
from tests.sandbox.sandbox import TOKEN, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.sandbox.pace import Pace

_CONFIG = """
[database]
url = "{database}"
[discord]
api_base = "{api_base}"
gateway_url = "{gateway_url}"
[sources.bluesky]
enabled = false
[recaps]
link_titles = false
[public]
listen = ""
[health]
listen = ""
"""
_NOBODY = "http://127.0.0.1:9"


class Crosstie:
    """A configuration in `folder`, and the program run with it.

    `process` is the running bot, if any.
    """

    def __init__(
        self, folder: Path, sandbox: Sandbox, *, database: str = "", more: str = ""
    ) -> None:
        self._sandbox = sandbox
        self.database = database or f"sqlite:///{folder / 'crosstie.db'}"
        self.config = folder / "config.toml"
        self.config.write_text(
            _CONFIG.format(
                database=self.database,
                api_base=sandbox.api_base,
                gateway_url=sandbox.gateway_url,
            )
            + more
        )
        self.process: Process | None = None
        self.pace: Pace | None = None
        """The time in which the bot lives, if not the machine's."""
        self.secrets: dict[str, str] = {}
        """More variables that the program is given, such as tokens of sources."""

    def follow(self, jetstream_url: str) -> None:
        """Follows Bluesky by a stand-in, which may be silent for as long as it likes."""
        bluesky = f'jetstream_url = "{jetstream_url}"\napi_base = "{_NOBODY}"\nidle_s = 1e6'
        config = self.config.read_text()
        self.config.write_text(config.replace("enabled = false", bluesky, 1))

    @property
    def log(self) -> str:
        """What the running (or last) process wrote to standard error, for a failed test."""
        return "" if self.process is None else "\n".join(self.process.log)

    async def command(self, *args: str) -> Process:
        """Runs a subcommand to its end; `code`, `lines` and `log` tell the rest."""
        process = await self._start(*args)
        await process.end()
        return process

    async def migrate(self) -> None:
        """Brings the database to the present schema."""
        done = await self.command("migrate", "up", "--config", str(self.config))
        assert done.code == 0, done.log

    async def import_archive(self, *paths: Path, shift_to_now: bool = True) -> dict[str, Any]:
        """Imports archives; the summary."""
        options = ["--shift-to-now"] if shift_to_now else []
        names = [str(path) for path in paths]
        config = ["--config", str(self.config)]
        done = await self.command("import", *names, *options, *config, "--json")
        assert done.code in (0, 3), done.log
        summary: dict[str, Any] = json.loads(done.lines[-1])
        return summary

    async def start(self, *, within_s: float = 25.0) -> Process:
        """Starts the bot and returns once it is connected and has been told READY."""
        before = self._sandbox.gateway.identifies
        if self.pace is None:
            process = await self._start("run", "--config", str(self.config))
        else:
            process = await self._start_paced(self.pace)
        self.process = process
        await self._sandbox.until(
            lambda: (
                process.code is not None
                or (self._sandbox.ready and self._sandbox.gateway.identifies > before)
            ),
            within_s,
        )
        assert process.code is None, self.log
        return process

    async def kill(self) -> None:
        """Kill -9."""
        if self.process is not None:
            await self.process.kill()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The bot, connected; killed at the end."""
        try:
            yield await self.start()
        finally:
            await self.kill()

    async def _start(self, *args: str) -> Process:
        return await self._process(sys.executable, "-m", "bot", *args)

    async def _start_paced(self, pace: Pace) -> Process:
        program = "tests.sandbox.paced_main"
        return await self._process(sys.executable, "-m", program, str(self.config), pace.text())

    async def _process(self, *command: str) -> Process:
        # Only what every process needs: a setting of the developer's own must not leak in.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environ = {**kept, "CROSSTIE_DISCORD_TOKEN": TOKEN, **self.secrets}
        return await Process.start(*command, changed=self._sandbox.world.notify, environ=environ)
