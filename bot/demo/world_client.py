"""The real client inside a local Discord, in this process: fast, or in simcord's environment."""

from __future__ import annotations

import asyncio
import contextvars
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import simcord
from simcord import _dpy_internals as internals
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.gateway import ShardRouter
from simcord.http import FakeHTTPClient, FakeWebhookAdapter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    import discord
    from simcord.preview import Preview

    from bot.demo.world import World

_started: contextvars.ContextVar[set[asyncio.Task[Any]] | None] = contextvars.ContextVar(
    "crosstie_world_started", default=None
)


@asynccontextmanager
async def attach(world: World, client: discord.Client) -> AsyncIterator[World]:
    """Logs the real client in, ready, without sockets; each act waits for the tasks it started.

    The client is not closed at the end: that is its owner's business.
    """
    loop = asyncio.get_running_loop()
    state = internals.get_state(client)
    adapter = FakeWebhookAdapter(world.discord)
    internals.install_http(client, FakeHTTPClient(world.discord, loop))
    internals.set_guild_ready_timeout(client, 0.0)
    state.shard_count, state.shard_ids = 1, [0]
    shards = ShardRouter(world.discord, state, client.dispatch, 1, (0,))
    internals.install_websocket(client, shards.websockets[0])

    def feed(event: str, payload: Any) -> None:
        previous = internals.set_webhook_adapter(adapter)
        try:
            shards.feed(event, payload)
        finally:
            internals.reset_webhook_adapter(previous)

    async def emit_and_join(event: str, payload: dict[str, Any]) -> None:
        started: set[asyncio.Task[Any]] = set()
        token = _started.set(started)
        try:
            world.discord.emit(event, payload)
        finally:
            _started.reset(token)
        async with asyncio.timeout(world.patience_s):
            while pending := {task for task in started if not task.done() and not _waits(task)}:
                await asyncio.wait(pending)

    previous = internals.set_webhook_adapter(adapter)
    factory = loop.get_task_factory()
    loop.set_task_factory(_remember)  # type: ignore[arg-type]  # typeshed wants a Protocol
    world.emit_and_join = emit_and_join
    try:
        await client.login("local.discord")
        world.discord.subscribers.append(feed)
        shards.identify(0)
        for payload in world.guild_payloads():
            feed("GUILD_CREATE", payload)
        await client.wait_until_ready()
        yield world
    finally:
        world.emit_and_join = None
        if feed in world.discord.subscribers:
            world.discord.subscribers.remove(feed)
        loop.set_task_factory(factory)
        internals.reset_webhook_adapter(previous)


@asynccontextmanager
async def environment(world: World, client: discord.Client) -> AsyncIterator[simcord.Env]:
    """Simcord's own environment over the world, for its preview page.

    Slower than `attach`, and it takes over the loop's timers for the bot's tasks. Acts through
    `world` work beside those made in the page.
    """
    running = simcord.run(client, check_errors=False)
    running._env.backend = world.discord
    async with running as env:
        yield env


def page(
    world: World,
    env: simcord.Env,
    channel: int,
    viewers: Sequence[int],
    *,
    port: int | None = None,
    locale: str = "en-US",
    zone: str = "UTC",
) -> Preview:
    """The preview page of a channel and its threads, to act in as one of the viewers.

    An async context manager; its `url` lets anybody who has it act, so it is told to nobody else.
    One page at a time. A DM is shown to its own person only.
    """
    place = world.discord.get_channel(channel)
    guild = None
    seen_by: list[MemberActor | UserHandle] = [
        UserHandle(env, world.discord.get_user(user)) for user in viewers
    ]
    if place.guild_id is not None:
        guild = GuildHandle(env, world.discord.get_guild(place.guild_id))
        seen_by = [
            MemberActor(env, guild, user) for user in seen_by if isinstance(user, UserHandle)
        ]
    handle = ChannelHandle(env, guild, place)
    return env.preview(
        handle, viewers=seen_by, layout="channel", locale=locale, timezone=zone, port=port
    )


def _remember(
    loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **kwargs: Any
) -> asyncio.Task[Any]:
    """A task factory that notes which tasks an act has started, directly or not."""
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **kwargs)
    started = _started.get()
    if started is not None:
        started.add(task)
    return task


def _waits(task: asyncio.Task[Any]) -> bool:
    """Whether it is discord.py's task that waits for a view to time out."""
    return "timeout_task" in getattr(task.get_coro(), "__qualname__", "")
