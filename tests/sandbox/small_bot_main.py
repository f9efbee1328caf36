"""Runs the small bot against a sandbox: `python -m tests.sandbox.small_bot_main API GATEWAY TOKEN`.

It tells what happens to it on standard output, one word a line.
"""

from __future__ import annotations

import logging
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket

from tests.demo.small_bot import SmallBot


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class TalkingBot(SmallBot):
    """Says when it is ready and when it resumed; sends what a test needs on ready."""

    async def on_ready(self) -> None:
        _say("ready")

    async def on_resumed(self) -> None:
        _say("resumed")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        _say(f"removed {guild.id}")

    async def on_thread_create(self, thread: discord.Thread) -> None:
        _say(f"thread {thread.name}")


def main(api_base: str, gateway_url: str, token: str) -> None:
    logging.basicConfig(level=logging.INFO)
    discord.http.Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    bot = TalkingBot()
    bot._connection.guild_ready_timeout = 0.2
    bot.run(token, log_handler=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
