"""What people see in the local Discord: messages, threads, answers; plain values, no Discord."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.demo.world_humans import components_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simcord.backend.models import Channel, Interaction, Message

    from bot.demo.world_rules import LocalDiscord

_BUTTON = 2
_SELECTS = (3, 5, 6, 7, 8)
_TEXT_DISPLAY = 10


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is drawn; `custom_id` is None for a link."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A select menu; `options` is empty for the menus that Discord fills (people, channels)."""

    custom_id: str
    placeholder: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as its readers see it.

    `kind` is Discord's message type: 0 an ordinary message, 18 and 21 lines about threads, 20 the
    answer to a slash command. `text` is all that can be read in it, one part a line.
    """

    id: int
    channel_id: int
    author_id: int
    by_bot: bool
    kind: int
    content: str
    text: str
    embeds: tuple[dict[str, Any], ...]
    components: tuple[dict[str, Any], ...]
    files: tuple[str, ...]
    buttons: tuple[Button, ...]
    menus: tuple[Menu, ...]
    ephemeral: bool
    for_user: int | None
    at: datetime

    def button(self, label: str) -> Button:
        """The button with that label."""
        return next(button for button in self.buttons if button.label == label)


@dataclass(frozen=True, slots=True)
class SeenThread:
    """A thread of a channel."""

    id: int
    parent_id: int
    name: str
    private: bool
    archived: bool
    member_ids: frozenset[int]


class Answer:
    """What the bot has answered so far to one act of a person; reads anew at each look."""

    def __init__(self, world: LocalDiscord, record: Interaction) -> None:
        self._world = world
        self._record = record
        self._edited_before = self._edited_at(record.source_message_id)

    @property
    def record(self) -> Interaction:
        """Simcord's own record."""
        return self._record

    @property
    def responded(self) -> bool:
        """Whether the bot acknowledged it in any way."""
        return self._record.responded

    @property
    def finished(self) -> bool:
        """Whether there is more than "thinking", or than the promise to change a message."""
        if not self._record.responded or self._record.loading:
            return False
        return self.kind != "deferred_update" or bool(
            self._record.followup_ids
            or self._edited_at(self._record.source_message_id) != self._edited_before
        )

    @property
    def kind(self) -> str | None:
        """message, deferred, deferred_update, update, modal or autocomplete, if answered."""
        kind = self._record.response_kind
        return None if kind is None else str(kind.value)

    @property
    def message(self) -> Seen | None:
        """The first answer, or the message that was changed; None if there is none (any more)."""
        return self._seen(self._record.message_id)

    @property
    def followups(self) -> list[Seen]:
        """Further messages, oldest first, without deleted ones."""
        found = (self._seen(message_id) for message_id in self._record.followup_ids)
        return [message for message in found if message is not None]

    @property
    def messages(self) -> list[Seen]:
        """The first answer and the further ones."""
        first = self.message
        return ([] if first is None else [first]) + self.followups

    @property
    def text(self) -> str:
        """All that can be read in the answers."""
        return "\n".join(message.text for message in self.messages)

    @property
    def modal(self) -> dict[str, Any] | None:
        """The modal on the screen, as sent."""
        return self._record.modal

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What autocomplete offered."""
        return self._record.autocomplete_choices or []

    def _edited_at(self, message_id: int | None) -> str | None:
        if message_id is None:
            return None
        message = self._world.messages.get(self._record.channel_id, {}).get(message_id)
        return "deleted" if message is None else message.edited_timestamp

    def _seen(self, message_id: int | None) -> Seen | None:
        if message_id is None:
            return None
        message = self._world.messages.get(self._record.channel_id, {}).get(message_id)
        return None if message is None else seen(self._world, message)


def seen(world: LocalDiscord, message: Message) -> Seen:
    """The message as its readers see it."""
    parts = list(components_of(message))
    invoker = (message.interaction_metadata or {}).get("user", {}).get("id")
    return Seen(
        id=message.id,
        channel_id=message.channel_id,
        author_id=message.author_id,
        by_bot=message.author_id == world.bot_user.id,
        kind=message.type,
        content=message.content,
        text="\n".join(_texts(message, parts)),
        embeds=tuple(message.embeds),
        components=tuple(message.components),
        files=tuple(file["filename"] for file in message.attachments),
        buttons=tuple(
            Button(
                label=part.get("label") or "",
                custom_id=part.get("custom_id"),
                url=part.get("url"),
                disabled=bool(part.get("disabled")),
            )
            for part in parts
            if part.get("type") == _BUTTON
        ),
        menus=tuple(
            Menu(
                custom_id=part["custom_id"],
                placeholder=part.get("placeholder") or "",
                options=tuple(option["value"] for option in part.get("options") or ()),
            )
            for part in parts
            if part.get("type") in _SELECTS
        ),
        ephemeral=message.is_ephemeral,
        for_user=int(invoker) if message.is_ephemeral and invoker else None,
        at=datetime.fromisoformat(message.timestamp),
    )


def seen_thread(thread: Channel) -> SeenThread:
    """The thread as it stands in the list of its channel."""
    meta = thread.thread_metadata
    return SeenThread(
        id=thread.id,
        parent_id=thread.parent_id or 0,
        name=thread.name or "",
        private=thread.type == 12,
        archived=meta is not None and meta.archived,
        member_ids=frozenset(thread.thread_members),
    )


def _texts(message: Message, parts: list[dict[str, Any]]) -> Iterator[str]:
    if message.content:
        yield message.content
    for embed in message.embeds:
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        for field in embed.get("fields") or ():
            yield f"{field['name']}\n{field['value']}"
        if embed.get("footer"):
            yield embed["footer"]["text"]
    for part in parts:
        if part.get("type") == _TEXT_DISPLAY:
            yield part["content"]
