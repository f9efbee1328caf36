"""What the local Discord does beyond simcord: its clock, nonces, closed DMs, threads, limits.

simcord 3.2.1's routes are a table of its own module; the few that lack a rule we need are wrapped
there once, at import. A wrapper acts only on our own backend, so another simcord world in the same
process keeps its behaviour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simcord._clock import Clock as SimcordClock
from simcord.backend import Backend, errors, serializers
from simcord.enums import ChannelType, MessageType
from simcord.http import router
from simcord.http import routes as _all_routes  # importing it fills the table
from simcord.http._helpers import message_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from simcord.backend.models import Channel, Interaction

NONCE_LIFE = timedelta(minutes=3)
MAX_SCHEDULED_EVENTS = 100
_HAS_THREAD = 1 << 5

__all__ = ["LocalDiscord", "WorldClock"]
_ = _all_routes


class WorldClock(SimcordClock):
    """Time from a function of ours.

    simcord moves `elapsed` for timers of the bot; that never moves the world's own time.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._source = now
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The present instant of the world, aware, in UTC."""
        return self._source() + self.offset


class LocalDiscord(Backend):
    """simcord's store with the rules it lacks.

    Invariant: `nonces` holds (channel, nonce) → (message id, instant), only for messages whose
    sender asked for enforcement; an entry counts for `NONCE_LIFE`.
    """

    def __init__(self, now: Callable[[], datetime], *, deadlines: bool) -> None:
        self.clock: WorldClock
        super().__init__(clock=WorldClock(now))
        self._deadlines = deadlines
        self.nonces: dict[tuple[int, str], tuple[int, datetime]] = {}
        self.closed_dms: set[int] = set()
        self.locales: dict[int, str] = {}
        self.keep_log = False

    def emit(self, event: str, payload: Any) -> None:
        """Tells every subscriber; the transcripts, which grow without end, are dropped."""
        super().emit(event, payload)
        if not self.keep_log:
            self.transcript.clear()
            self.http_requests.clear()

    def new_interaction(
        self, type: int, channel_id: int, user_id: int, guild_id: int | None
    ) -> Interaction:
        """A new interaction; without deadlines where a replay moves the clock by days at once."""
        record = super().new_interaction(type, channel_id, user_id, guild_id)
        if not self._deadlines:
            record.expires_at = record.initial_response_deadline = None
        return record

    def create_thread(
        self, parent_id: int, name: str, owner_id: int, *, broadcast: bool = True, **fields: Any
    ) -> Channel:
        """A thread; only a public one without a message is announced in its channel."""
        message_id: int | None = fields.get("message_id")
        thread = super().create_thread(parent_id, name, owner_id, broadcast=False, **fields)
        if not broadcast:
            return thread
        self.announce_thread_create(thread)
        if message_id is not None:
            self.get_message(parent_id, message_id).flags |= _HAS_THREAD
            self.create_system_message(
                thread.id,
                MessageType.THREAD_STARTER_MESSAGE,
                owner_id,
                referenced_channel_id=parent_id,
                referenced_message_id=message_id,
            )
        elif thread.type != ChannelType.PRIVATE_THREAD:
            self.create_system_message(
                parent_id, MessageType.THREAD_CREATED, owner_id, target_channel_id=thread.id
            )
        return thread


def _wrap(method: str, template: str) -> Callable[[_Rule], _Rule]:
    """Puts a rule in front of a route of simcord's table."""

    def decorate(rule: _Rule) -> _Rule:
        table = router._ROUTES[method]
        parts = template.strip("/").split("/")
        index = next(i for i, (known, _handler) in enumerate(table) if known == parts)
        inner = table[index][1]

        def handler(ctx: router.RequestContext) -> Any:
            if isinstance(ctx.backend, LocalDiscord):
                return rule(ctx.backend, ctx, inner)
            return inner(ctx)

        table[index] = (parts, handler)
        return rule

    return decorate


if TYPE_CHECKING:
    from typing import TypeAlias

    _Handler: TypeAlias = Callable[[router.RequestContext], Any]
    _Rule: TypeAlias = Callable[[LocalDiscord, router.RequestContext, _Handler], Any]


@_wrap("POST", "/channels/{channel_id}/messages")
def _send(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    channel = world.get_channel(ctx.int_arg("channel_id"))
    for user in channel.recipient_ids:
        if not any(user in guild.members for guild in world.guilds.values()):
            raise errors.BackendError(
                403, 50278, "Cannot send messages to this user due to having no mutual guilds"
            )
        if user in world.closed_dms:
            raise errors.cannot_dm_bot()
    body = ctx.body()
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return inner(ctx)
    key, now = (channel.id, str(nonce)), world.clock.now()
    known = world.nonces.get(key)
    if known is not None and now - known[1] < NONCE_LIFE:
        message = world.messages[channel.id].get(known[0])
        if message is not None:
            return {**message_response(ctx, message), "nonce": nonce}
    sent = inner(ctx)
    world.nonces[key] = (int(sent["id"]), now)
    return {**sent, "nonce": nonce}


@_wrap("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def _thread_from_message(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    if ctx.int_arg("message_id") in world.channels:
        raise errors.BackendError(400, 160004, "A thread has already been created for this message")
    return inner(ctx)


def _with_thread(world: LocalDiscord, message: dict[str, Any]) -> dict[str, Any]:
    thread = world.channels.get(int(message["id"]))
    if thread is None or not thread.is_thread:
        return message
    return {**message, "thread": dict(serializers.thread_payload(world, thread))}


@_wrap("GET", "/channels/{channel_id}/messages/{message_id}")
def _one_message(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    return _with_thread(world, inner(ctx))


@_wrap("GET", "/channels/{channel_id}/messages")
def _messages(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    return [_with_thread(world, message) for message in inner(ctx)]


@_wrap("PATCH", "/channels/{channel_id}/messages/{message_id}")
def _edit(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    channel = world.get_channel(ctx.int_arg("channel_id"))
    if channel.thread_metadata is not None and channel.thread_metadata.archived:
        raise errors.BackendError(400, 50083, "Tried to perform an operation on an archived thread")
    return inner(ctx)


@_wrap("POST", "/guilds/{guild_id}/scheduled-events")
def _event(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    open_events = [
        event
        for event in world.get_guild(ctx.int_arg("guild_id")).scheduled_events.values()
        if event.status in (1, 2)
    ]
    if len(open_events) >= MAX_SCHEDULED_EVENTS:
        raise errors.BackendError(400, 30038, "Maximum number of guild scheduled events reached")
    return inner(ctx)


@_wrap("PUT", "/channels/{channel_id}/thread-members/{user_id}")
def _add_to_thread(world: LocalDiscord, ctx: router.RequestContext, inner: _Handler) -> Any:
    guild_id = world.get_thread(ctx.int_arg("channel_id")).guild_id
    if guild_id is not None:
        world.get_member(guild_id, ctx.int_arg("user_id"))  # raises unknown_member
    return inner(ctx)
