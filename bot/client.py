"""The discord.py client: holds the services, loads the extensions, answers errors.

No privileged intent: it learns of servers, not of members or messages. What people write in
Discord never reaches it; only commands, buttons and forms do.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import logging
import secrets
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.ext import commands

from bot.errors import ConfigError, RequestError
from bot.texts import command_name, command_words, option_name, text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from types import SimpleNamespace

    from bot.scheduler import Heartbeat
    from bot.services.all import Services

log = logging.getLogger(__name__)

EXTENSIONS: Sequence[str] = (
    "cogs.me",
    "cogs.today",
    "cogs.suggestions",
    "cogs.network",
    "cogs.bridging",
    "cogs.asking",
    "cogs.learning",
    "cogs.chats",
    "cogs.host",
    "cogs.admin",
    "cogs.prompts",
    "cogs.events",
    "cogs.owner",
    "cogs.monthly",
    "cogs.help",
)
"""Named as strings, so that bot never imports cogs."""

_STEADY = timedelta(minutes=10)
_REQUESTS_A_SECOND = 40
"""Discord allows a bot 50, answers to people not counted; discord.py knows no such limit."""
_BACK_OFF = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 60))

_P = ParamSpec("_P")
_T = TypeVar("_T")


class CatalogueTranslator(app_commands.Translator):
    """Commands in the reader's language, as the catalogues have them."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The translation; None: Discord shows the English one."""
        location = app_commands.TranslationContextLocation
        if context.location in (location.command_name, location.group_name):
            return command_name(locale.value, string.message)
        if context.location is location.parameter_name:
            return option_name(locale.value, string.message)
        return command_words(locale.value, string.message)


class Client(commands.Bot):
    """One per process. `services` is what cogs call; `ready_to_act` tells health."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.5,  # no list of members is waited for, only the last server
            http_trace=_in_turn(services),
        )
        self.services = services
        self.heartbeats: list[Heartbeat] = []
        """Added by the cogs that pull what is due, in the order in which they are loaded."""
        self.connected = asyncio.Event()
        """Set once Discord has told which servers there are, for the first time."""
        self.tree.error(answer_error)

    async def setup_hook(self) -> None:
        """Loads every extension, and tells Discord the commands when they changed."""
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.tree.set_translator(CatalogueTranslator())
        await self._sync_when_changed()

    async def _sync_when_changed(self) -> None:
        translator = self.tree.translator or CatalogueTranslator()
        payload = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands()
        ]
        form = json.dumps([self.application_id, payload], sort_keys=True, default=str)
        digest = hashlib.sha256(form.encode()).hexdigest()
        if await self.services.communities.synced_commands() == digest:
            return
        await self.tree.sync()
        await self.services.communities.commands_were_synced(digest)
        log.info("the commands were told to Discord commands=%d", len(payload))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server added the bot, or added it again."""
        await self.services.communities.joined(guild.id, guild.name, str(guild.preferred_locale))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server removed the bot: in 30 days everything of it is deleted."""
        await self.services.communities.removed(guild.id)

    async def on_ready(self) -> None:
        """Which servers added or removed the bot while it was down is noticed here."""
        for guild in self.guilds:
            await self.on_guild_join(guild)
        await self.services.communities.only_these_are_left({guild.id for guild in self.guilds})
        self.connected.set()

    async def keep_connected(self, token: str) -> None:
        """Logs in and stays connected until the client is closed.

        discord.py reconnects by itself; a malformed event, though, ends its task, and so the
        connection is made again here, after a pause that grows with failures.

        Raises:
            ConfigError: Discord refuses the token.
        """
        clock, failures = self.services.clock, 0
        while not self.is_closed():
            began = clock.now()
            try:
                if self.user is None:
                    await self.login(token)
                await self.connect(reconnect=True)
            except discord.LoginFailure as exc:
                raise ConfigError(
                    "environment",
                    "CROSSTIE_DISCORD_TOKEN",
                    "is refused by Discord",
                    "copy the token again from your application's page, Bot, Reset Token",
                ) from exc
            except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as exc:
                log.warning("the connection to Discord ended: error=%s", type(exc).__name__)
            except Exception:
                log.exception("the connection to Discord ended by a bug")
            if self.is_closed():
                return
            failures = 1 if clock.now() - began > _STEADY else failures + 1
            pause = _BACK_OFF[min(failures, len(_BACK_OFF)) - 1]
            await clock.sleep_until(clock.now() + pause)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """An event handler of ours failed: a bug; logged, and the client goes on."""
        log.error("an event could not be handled event=%s", event_method, exc_info=sys.exc_info())


def _in_turn(services: Services) -> aiohttp.TraceConfig:
    """Lets requests go out evenly, below Discord's limit; what answers people waits for nothing."""
    free_at = 0.0

    async def wait(
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        nonlocal free_at
        if any(part in request.url.path for part in ("/interactions/", "/webhooks/")):
            return
        now = asyncio.get_running_loop().time()
        turn = max(free_at, now)
        free_at = turn + 1 / _REQUESTS_A_SECOND
        if turn > now:
            wanted = services.clock.now() + timedelta(seconds=turn - now)
            await services.clock.sleep_until(wanted)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(wait)
    return trace


def point_at(api_base: str, gateway_url: str) -> None:
    """Where Discord is: its own addresses, or a stand-in's for tests."""
    discord.http.Route.BASE = api_base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def services_of(interaction: discord.Interaction) -> Services:
    """The services, from wherever an interaction came in."""
    client = interaction.client
    if not isinstance(client, Client):
        raise TypeError("the interaction is not of our client")
    return client.services


async def answer_error(interaction: discord.Interaction, error: Exception) -> None:
    """The one place where a failed request is answered, privately.

    A RequestError in its own words; anything else is logged in full and shown as a number that
    an organiser can look for.
    """
    cause: BaseException = error
    while isinstance(cause, (app_commands.CommandInvokeError, app_commands.TransformerError)):
        if cause.__cause__ is None:
            break
        cause = cause.__cause__
    locale = str(interaction.locale)
    if isinstance(cause, RequestError):
        said = text(locale, cause.key, **cause.values)
    elif isinstance(cause, app_commands.MissingPermissions):
        said = text(locale, "error_permission", permission=_permission_names(cause))
    elif isinstance(cause, app_commands.NoPrivateMessage):
        said = text(locale, "not_in_dm")
    else:
        reference = secrets.token_hex(4)
        log.error("a request failed reference=%s", reference, exc_info=cause)
        said = text(locale, "error_unexpected", reference=reference)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(said, ephemeral=True)
        else:
            await interaction.response.send_message(said, ephemeral=True)
    except discord.HTTPException as exc:
        log.warning("an error could not be told: status=%s", exc.status)


def _permission_names(error: app_commands.MissingPermissions) -> str:
    return ", ".join(
        p.replace("_", " ").replace("guild", "server").title() for p in error.missing_permissions
    )


def errors_answered(
    callback: Callable[Concatenate[_T, discord.Interaction, _P], Awaitable[None]],
) -> Callable[Concatenate[_T, discord.Interaction, _P], Coroutine[Any, Any, None]]:
    """For callbacks of buttons, selects and forms: their errors reach `answer_error` too.

    discord.py sends a command's errors to the tree, but only logs those of a DynamicItem.
    """

    @functools.wraps(callback)
    async def guarded(
        self: _T, interaction: discord.Interaction, *args: _P.args, **kwargs: _P.kwargs
    ) -> None:
        try:
            await callback(self, interaction, *args, **kwargs)
        except Exception as exc:  # noqa: BLE001 catch-all: answer_error
            await answer_error(interaction, exc)

    return guarded  # type: ignore[return-value]  # functools.wraps hides that self is positional
