"""A local Discord: the one door to simcord's internals (with world_*.py beside it).

simcord 3.2.1 keeps the state (guilds, channels, messages, permissions) and answers REST calls
(`request`). What it lacks is added here or in world_rules.py:

- Its clock starts at 2026-01-01 and moves only by `advance_time`; ours reads a function.
- It ignores nonces, never refuses a DM, lets a message have many threads, and writes "started a
  thread" for private threads too.
- It settles 50 ms after each act and keeps transcripts for ever. Here an act waits for the tasks
  that it started (world_client.attach), or until the bot has answered (over the wire, and in
  world_client.environment, which is what the preview page needs).
- It has no rate limits and no gateway protocol: tests/sandbox adds both over `subscribe`.
- It says locale en-US for everybody; ours is per person.
- Not modelled by it: voice audio, images of guilds, threads by webhook, DM groups, modals with
  menus of people. An unknown route or field answers 501.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import discord
from simcord.backend import errors, serializers
from simcord.backend.access import message_accessible
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType
from simcord.gateway import FakeGateway, FakeWebSocket
from simcord.http import router

from bot.clock import SystemClock
from bot.demo import world_humans as humans
from bot.demo.world_rules import LocalDiscord
from bot.demo.world_seen import Answer, Button, Menu, Seen, SeenThread, seen, seen_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from datetime import datetime, timedelta

    Sink = Callable[[str, dict[str, Any]], None]

__all__ = ["Answer", "Button", "Menu", "Seen", "SeenThread", "World", "WorldError"]

_CHANGE_WITHIN_S = 2.0

WorldError = (errors.SetupError, errors.BackendError)
"""What an act raises that no human could do, or that names something that is not there."""


class World:
    """A local Discord with one bot in it.

    Args:
        now: gives the present instant; the machine's time if left out.
        deadlines: whether interactions expire (3 s to answer, 15 min to follow up). Off for a
            replay, whose clock jumps over days while somebody is pressing a button.
        patience_s: how long an act waits for the bot before it raises TimeoutError.

    Everything is addressed by Discord's ids. Acts of people are coroutines that return once the
    bot has answered; with `wait=False` they return at once, and `until` tells when it has.
    """

    def __init__(
        self,
        now: Callable[[], datetime] | None = None,
        *,
        deadlines: bool = True,
        patience_s: float = 8.0,
    ) -> None:
        self.discord = LocalDiscord(now or SystemClock().now, deadlines=deadlines)
        self.discord.edit_bot_profile("Crosstie")
        self.patience_s = patience_s
        self.emit_and_join: Callable[[str, dict[str, Any]], Awaitable[None]] | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self.discord.subscribers.append(lambda _event, _payload: self.notify())

    # --- the machine's side: REST, gateway, time -------------------------------------------------

    @property
    def bot_id(self) -> int:
        """The bot's own user id."""
        return self.discord.bot_user.id

    @property
    def application_id(self) -> int:
        """The application's id."""
        return self.discord.application_id

    def now(self) -> datetime:
        """The present instant of this world."""
        return self.discord.clock.now()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: dict[str, Any] | None = None,
        files: Sequence[Any] = (),
        reason: str | None = None,
    ) -> tuple[int, Any]:
        """Answers a REST call of the bot: status and JSON body (None with 204).

        `path` starts behind the API version; each file has `fp`, `filename`, `description`.
        """
        try:
            body = router.dispatch(
                self.discord,
                method,
                path,
                json=json,
                params=params or {},
                files=list(files),
                reason=reason,
            )
        except errors.BackendError as exc:
            return exc.status, exc.to_json()
        finally:
            self.notify()
        return (204, None) if body is None else (200, body)

    def subscribe(self, intents: discord.Intents, sink: Sink) -> Subscription:
        """Gives `sink` every event that a bot with these intents would get."""
        return Subscription(self.discord, intents, sink)

    def shift_clock(self, by: timedelta) -> None:
        """Moves this world's clock ahead of its source."""
        self.discord.clock.offset += by

    async def request_members(self, sink: Sink, asked: dict[str, Any]) -> None:
        """Answers gateway op 8 with GUILD_MEMBERS_CHUNK events."""
        gateway = FakeGateway(self.discord, _Listener(discord.Intents.all(), sink))
        socket = FakeWebSocket(self.discord, gateway)
        ids = asked.get("user_ids")
        await socket.request_chunks(
            int(asked["guild_id"]),
            asked.get("query"),
            limit=int(asked.get("limit") or 0),
            user_ids=None
            if ids is None
            else [int(i) for i in (ids if isinstance(ids, list) else [ids])],
            presences=bool(asked.get("presences")),
            nonce=asked.get("nonce"),
        )
        if socket._chunk_task is not None:
            await socket._chunk_task

    def guild_payloads(self) -> list[dict[str, Any]]:
        """GUILD_CREATE of every guild."""
        return [
            dict(serializers.guild_create_payload(self.discord, guild))
            for guild in self.discord.guilds.values()
        ]

    def bot_payload(self) -> dict[str, Any]:
        """The bot's user."""
        return dict(serializers.user_payload(self.discord.bot_user))

    def notify(self) -> None:
        """Something changed: whoever waits in `until` looks again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, true: Callable[[], object], timeout_s: float | None = None) -> None:
        """Returns when `true()` holds; looks after each change, and every 50 ms for the rest.

        Raises:
            TimeoutError: it did not hold within `timeout_s` (`patience_s` if left out).
        """
        async with asyncio.timeout(self.patience_s if timeout_s is None else timeout_s):
            while not true():
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                try:
                    await asyncio.wait([waiter], timeout=0.05)
                finally:
                    self._waiters.discard(waiter)

    # --- places and people -----------------------------------------------------------------------

    def add_user(self, name: str, *, locale: str = "en-US") -> int:
        """A new human."""
        user = self.discord.make_user(name.lower().replace(" ", "_"), global_name=name)
        self.discord.locales[user.id] = locale
        return user.id

    def add_guild(self, name: str, *, owner: int | None = None, locale: str = "en-US") -> int:
        """A new guild with the bot and its owner in it; the owner may run every command."""
        return self.discord.create_guild(name, owner_id=owner, preferred_locale=locale).id

    def owner_of(self, guild: int) -> int:
        """The user who owns the guild."""
        return self.discord.get_guild(guild).owner_id

    def add_channel(
        self, guild: int, name: str, *, bot_denied: discord.Permissions | None = None
    ) -> int:
        """A new text channel, in which the bot lacks `bot_denied`."""
        denied = 0 if bot_denied is None else bot_denied.value
        overwrite = Overwrite(self.bot_id, OverwriteType.MEMBER, deny=denied)
        overwrites = [overwrite] if denied else []
        return self.discord.create_channel(guild, name, overwrites=overwrites).id

    def join(self, guild: int, user: int, permissions: discord.Permissions | None = None) -> None:
        """The user enters the guild, with a role of these permissions if any."""
        roles = []
        if permissions is not None:
            name = f"role of {self.discord.get_user(user).name}"
            roles.append(self.discord.create_role(guild, name, permissions=permissions.value).id)
        self.discord.add_member(guild, user, roles=roles, announce=True)

    def leave(self, guild: int, user: int) -> None:
        """The user leaves the guild."""
        self.discord.remove_member(guild, user)

    def remove_bot(self, guild: int) -> None:
        """The guild throws the bot out; all that was in it is gone."""
        self.discord.remove_guild(guild)

    def close_dms(self, user: int, *, closed: bool = True) -> None:
        """From now on the bot can not (or can again) write to this user: error 50007."""
        (self.discord.closed_dms.add if closed else self.discord.closed_dms.discard)(user)

    def delete_channel(self, channel: int) -> None:
        """A channel or thread disappears."""
        self.discord.delete_channel(channel)

    def delete_message(self, channel: int, message: int) -> None:
        """A message disappears."""
        self.discord.delete_message(channel, message)

    def on_bot_message(self, told: Callable[[Seen], None]) -> None:
        """Tells of every message of the bot as it was when it was sent, ephemeral ones left out."""

        def heard(event: str, payload: Any) -> None:
            if event != "MESSAGE_CREATE" or int(payload["author"]["id"]) != self.bot_id:
                return
            kept = self.discord.get_message(int(payload["channel_id"]), int(payload["id"]))
            if kept.system_metadata is None and not kept.is_ephemeral:
                told(seen(self.discord, kept))

        self.discord.subscribers.append(heard)

    # --- what humans do --------------------------------------------------------------------------

    def say(self, user: int, channel: int, text: str) -> int:
        """The user writes; the new message's id."""
        return self.discord.create_message(channel, user, text).id

    async def slash(
        self, user: int, channel: int, path: str, /, *, wait: bool = True, **options: Any
    ) -> Answer:
        """Runs `/path`, e.g. ``"me join"``; people, channels and roles are given by id."""
        return await self._act(humans.use_command(self.discord, user, channel, path, options), wait)

    async def autocomplete(
        self, user: int, channel: int, path: str, option: str, text: str, /, **filled: Any
    ) -> list[dict[str, Any]]:
        """What the bot offers while the user types `text` into the option: `name` and `value`."""
        asked = humans.type_into(self.discord, user, channel, path, option, text, filled)
        return (await self._act(asked, wait=True)).choices

    async def menu(
        self, user: int, channel: int, name: str, target: int, *, wait: bool = True
    ) -> Answer:
        """Uses a context menu on a person or a message."""
        return await self._act(humans.use_menu(self.discord, user, channel, name, target), wait)

    async def click(
        self,
        user: int,
        message: Seen,
        label: str | None = None,
        *,
        custom_id: str | None = None,
        wait: bool = True,
    ) -> Answer:
        """Presses the button with that label or custom id."""
        asked = humans.press(
            self.discord, user, message.channel_id, message.id, custom_id=custom_id, label=label
        )
        return await self._act(asked, wait)

    async def pick(
        self,
        user: int,
        message: Seen,
        values: Sequence[str | int],
        *,
        custom_id: str | None = None,
        wait: bool = True,
    ) -> Answer:
        """Chooses values (or ids of people, roles, channels) in the message's menu."""
        asked = humans.choose(
            self.discord, user, message.channel_id, message.id, values, custom_id=custom_id
        )
        return await self._act(asked, wait)

    async def submit(
        self, user: int, shown: Answer, values: dict[str, Any], *, wait: bool = True
    ) -> Answer:
        """Fills in the modal that `shown` put on the screen; values by custom id."""
        return await self._act(humans.fill_in(self.discord, user, shown.record, values), wait)

    async def _act(self, asked: humans.Asked, wait: bool) -> Answer:
        record, payload = asked
        answer = Answer(self.discord, record)
        if not wait:
            self.discord.emit("INTERACTION_CREATE", payload)
        elif self.emit_and_join is not None:
            await self.emit_and_join("INTERACTION_CREATE", payload)
        else:
            self.discord.emit("INTERACTION_CREATE", payload)
            await self.until(lambda: answer.responded and not record.loading)
            with suppress(TimeoutError):  # it may have meant only: seen
                await self.until(lambda: answer.finished, _CHANGE_WITHIN_S)
        return answer

    # --- what humans see -------------------------------------------------------------------------

    def messages(self, channel: int, *, by: int | None = None) -> list[Seen]:
        """The messages of a channel, thread or DM, oldest first, as the user `by` sees them.

        Without `by`: all, also what only one person sees.
        """
        kept = self.discord.messages.get(channel, {}).values()
        return [
            seen(self.discord, message)
            for message in sorted(kept, key=lambda message: message.id)
            if by is None or message_accessible(self.discord, channel, message, by, history=True)
        ]

    def dms(self, user: int) -> list[Seen]:
        """The direct messages between the bot and the user, oldest first."""
        channel = self.discord.dm_channels.get(user)
        return [] if channel is None else self.messages(channel)

    def threads(self, channel: int) -> list[SeenThread]:
        """The threads of a channel, oldest first, archived and private ones too."""
        found = (
            c for c in self.discord.channels.values() if c.parent_id == channel and c.is_thread
        )
        return [seen_thread(thread) for thread in sorted(found, key=lambda thread: thread.id)]

    def bot_messages(self) -> Iterator[Seen]:
        """All the bot wrote and that is still there, without Discord's lines about threads."""
        for kept in list(self.discord.messages.values()):
            for message in list(kept.values()):
                if message.author_id == self.bot_id and message.system_metadata is None:
                    yield seen(self.discord, message)


class Subscription:
    """A stream of gateway events, shaped for a bot's intents as Discord shapes them."""

    def __init__(self, world: LocalDiscord, intents: discord.Intents, sink: Sink) -> None:
        self._gateway = FakeGateway(world, _Listener(intents, sink))
        self._world = world
        world.subscribers.append(self._gateway.feed)

    def feed(self, event: str, payload: dict[str, Any]) -> None:
        """Gives an event to this sink alone."""
        self._gateway.feed(event, payload)

    def stop(self) -> None:
        """No more events; a second call is harmless."""
        if self._gateway.feed in self._world.subscribers:
            self._world.subscribers.remove(self._gateway.feed)


class _Listener:
    """As much of discord.py's connection state as simcord's gateway asks for."""

    def __init__(self, intents: discord.Intents, sink: Sink) -> None:
        self.intents = intents
        self.parsers = _Parsers(sink)


class _Parsers(dict[str, "Callable[[dict[str, Any]], None]"]):
    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink

    def __missing__(self, event: str) -> Callable[[dict[str, Any]], None]:
        return lambda payload: self._sink(event, payload)

    def get(self, event: str, default: Any = None) -> Any:
        return self[event]
