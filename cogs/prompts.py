"""Delivers prompts into Discord, finds those that were sent before a crash, and takes answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.cards import CircleCard, CircleTurnCard, GoingCard, HelpCard, IntroducedCard
from bot.model.people import DiscordId
from bot.model.suggestions import PromptId, PromptKind
from bot.scheduler import Heartbeat
from bot.services.prompts import Sent
from bot.texts import text
from cogs import going, hosting_forms, keeping, learning_forms, panel, render, showing
from cogs.pressed import Pressed
from cogs.reaching import reaching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.model.cards import Notice, PersonShown
    from bot.model.people import CommunityId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Outgoing

_THREAD_EXISTS = 160004
_THREAD_SLEEPS = 50083
_TOGETHER = (IntroducedCard, HelpCard, CircleCard)
"""Cards that open a private thread for those they are to."""
_MENTIONING = (*_TOGETHER, GoingCard, CircleTurnCard)
_SEARCHED_MESSAGES = 100
_LINE_MAX = 140
_PLANNING = {
    "plan": panel.ask_for_plan,
    "panel": panel.show_panel,
    "rota": panel.show_rota,
}
_OF_A_SESSION = frozenset({PromptKind.OPENING, PromptKind.LIVE})
_EVERY = timedelta(seconds=5)


class DiscordCourier:
    """Sends prompts, each with a fixed nonce and with its id in every button."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends it: to its channel, into a new private thread, or as a DM."""
        return await reaching(self._send(outgoing))

    async def find(self, outgoing: Outgoing) -> Sent | None:
        """Looks for it among our own newest messages where it would be."""
        return await reaching(self._find(outgoing))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Lets a message that was sent say what the prompt has to say now."""
        await reaching(self._awake(sent, lambda: self._edit(outgoing, sent)))

    async def _awake(self, sent: Sent, change: Callable[[], Awaitable[object]]) -> None:
        """Changes a message; a thread that sleeps is woken for it, and sleeps again."""
        try:
            await change()
        except discord.HTTPException as exc:
            if exc.code != _THREAD_SLEEPS:
                raise
            thread = await self._client.fetch_channel(sent.channel)
            if not isinstance(thread, discord.Thread):
                raise
            await thread.edit(archived=False)
            try:
                await change()
            finally:
                await thread.edit(archived=True)

    async def _edit(self, outgoing: Outgoing, sent: Sent) -> None:
        shown = render.rendered(outgoing)
        prompt = outgoing.prompt
        # What was sent as an opening is its thread: the message is in the channel of the prompt.
        is_thread = prompt.kind is PromptKind.OPENING
        place = self._client.get_partial_messageable(
            (prompt.channel if is_thread else None) or sent.channel,
            guild_id=None if prompt.channel is None else prompt.community,
        )
        # A file that lies beside an old text would still hold what was taken out of it.
        files = await render.files_beside(outgoing.card, outgoing.locale)
        message = place.get_partial_message(sent.message)
        await message.edit(embed=shown.embed, view=shown.view, attachments=files)

    async def delete(self, sent: Sent, community: CommunityId | None) -> None:
        """Deletes a message that was sent; a private thread of ours names nobody afterwards."""
        place = self._client.get_partial_messageable(sent.channel, guild_id=community)
        message = place.get_partial_message(sent.message)
        if community is not None:
            await reaching(self._unname(sent))
        await reaching(self._awake(sent, message.delete))

    async def _unname(self, sent: Sent) -> None:
        place = self._client.get_channel(sent.channel)
        if place is None:  # a thread that sleeps is not among those that are known
            place = await self._client.fetch_channel(sent.channel)
        if isinstance(place, discord.Thread) and place.is_private() and place.owner_id == self._me:
            name = text(str(place.guild.preferred_locale), "thread_unnamed")
            if place.archived:
                await place.edit(name=name, archived=False)
                await place.edit(archived=True)
            else:
                await place.edit(name=name)

    async def _send(self, outgoing: Outgoing) -> Sent:
        shown = render.rendered(outgoing)
        card = outgoing.card
        if isinstance(card, _TOGETHER):
            place: discord.abc.Messageable = await self._private_thread(
                outgoing, card.together, shown
            )
        else:
            place = await self._place(outgoing.prompt)
        files = await render.files_beside(card, outgoing.locale)
        message = await place.send(
            content=shown.content,
            embed=shown.embed,
            view=shown.view,
            files=files,
            nonce=f"prompt-{outgoing.prompt.id:x}",
            allowed_mentions=discord.AllowedMentions(users=isinstance(card, _MENTIONING)),
            silent=outgoing.prompt.kind is PromptKind.LIVE,
        )
        return await self._completed(outgoing, message, shown)

    async def _find(self, outgoing: Outgoing) -> Sent | None:
        shown = render.rendered(outgoing)
        if isinstance(outgoing.card, _TOGETHER):
            place: discord.abc.Messageable | None = await self._known_thread(outgoing, shown)
        else:
            place = await self._place(outgoing.prompt)
        if place is None:
            return None
        async for message in place.history(limit=_SEARCHED_MESSAGES):
            if message.author.id == self._me and _is_it(message, outgoing.prompt, shown):
                return await self._completed(outgoing, message, shown)
        return None

    async def _completed(
        self, outgoing: Outgoing, message: discord.Message, shown: render.Rendered
    ) -> Sent:
        """Where it is, after its thread hangs on it; a thread has the id of its message."""
        if outgoing.prompt.kind is not PromptKind.OPENING:
            return Sent(message.id, message.channel.id)
        try:
            await message.create_thread(name=shown.thread_name or "Crosstie")
        except discord.HTTPException as exc:
            if exc.code != _THREAD_EXISTS:
                raise
        return Sent(message.id, message.id)

    async def _place(self, prompt: Prompt) -> discord.abc.Messageable:
        if prompt.channel is not None:
            return self._client.get_partial_messageable(prompt.channel, guild_id=prompt.community)
        if prompt.recipient is None:
            raise DeliveryRefused("the prompt has neither a channel nor a recipient")
        return await self._client.create_dm(discord.Object(prompt.recipient))

    async def _private_thread(
        self, outgoing: Outgoing, people: Iterable[PersonShown], shown: render.Rendered
    ) -> discord.Thread:
        thread = await self._known_thread(outgoing, shown)
        if thread is None:
            channel = self._guild(outgoing.prompt).get_channel(outgoing.prompt.channel or 0)
            if not isinstance(channel, discord.TextChannel):
                raise DeliveryRefused("the prompt channel is gone, or is no text channel")
            thread = await channel.create_thread(
                name=shown.thread_name or "Crosstie",
                type=discord.ChannelType.private_thread,
                invitable=False,
            )
        for person in people:
            if person.mention is not None:
                await thread.add_user(discord.Object(person.mention))
        return thread

    async def _known_thread(
        self, outgoing: Outgoing, shown: render.Rendered
    ) -> discord.Thread | None:
        """The thread that an earlier try made; threads know no nonce, so it goes by its name."""
        for thread in await self._guild(outgoing.prompt).active_threads():
            if (
                thread.owner_id == self._me
                and thread.parent_id == outgoing.prompt.channel
                and thread.name == shown.thread_name
                and discord.utils.snowflake_time(thread.id) >= outgoing.prompt.due_at - _EVERY
            ):
                return thread
        return None

    def _guild(self, prompt: Prompt) -> discord.Guild:
        guild = self._client.get_guild(prompt.community)
        if guild is None:
            raise DeliveryFailed("the server is not available now")
        return guild

    @property
    def _me(self) -> int:
        return self._client.user.id if self._client.user else 0


def _is_it(message: discord.Message, prompt: Prompt, shown: render.Rendered) -> bool:
    """Whether a message of ours is what was sent for a prompt."""
    mark = f"prompt:{prompt.id}:"
    if any(_starts(item, mark) for item in shown.view.children):
        below = (item for row in message.components for item in getattr(row, "children", []))
        return any(_starts(item, mark) for item in below)
    # It asks nothing, so no button knows its number: it goes by its words, since it was due.
    said = [(embed.title, embed.description) for embed in message.embeds]
    is_new = message.created_at >= prompt.due_at - _EVERY
    return is_new and said == [(shown.embed.title, shown.embed.description)]


def _starts(item: object, mark: str) -> bool:
    return (getattr(item, "custom_id", None) or "").startswith(mark)


class PromptButton(Pressed, template=r"prompt:(?P<id>[0-9]{1,19}):(?P<answer>[a-z_]{1,20})"):
    """A button below a prompt. The id is all that it knows; the row decides what counts."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Takes the answer, says what came of it, and shows what waits next."""
        services, answer = services_of(interaction), self.match["answer"]
        prompt = await services.prompts.pressed(
            PromptId(self.subject), DiscordId(interaction.user.id)
        )
        if answer == "mine":
            await showing.show_waiting(interaction, prompt.community)
        elif answer == "yes" and prompt.kind is PromptKind.SUGGESTION:
            await interaction.response.send_modal(LineForm(prompt, str(interaction.locale)))
        elif answer == "note" and prompt.kind is PromptKind.FOLLOW_UP:
            await interaction.response.send_modal(WhyForm(prompt, str(interaction.locale)))
        elif answer in {"catch_up", "remind"} and prompt.kind in _OF_A_SESSION:
            await going.pressed_below_opening(interaction, prompt, answer)
        elif answer == "notice" and prompt.kind is PromptKind.OPENING:
            await _noticing(interaction, prompt)
        elif answer == "keep" and prompt.kind is PromptKind.RECAP:
            await keeping.offer(interaction, prompt)
        elif answer == "note" and prompt.kind is PromptKind.LEARNED:
            form = learning_forms.LearningForm(str(interaction.locale), prompt=prompt)
            await interaction.response.send_modal(form)
        elif answer in _PLANNING and prompt.kind is PromptKind.PLAN:
            gathering = await services.hosting.gathering_of_prompt(prompt)
            await _PLANNING[answer](interaction, prompt.community, gathering)
        elif answer == "answer" and prompt.kind is PromptKind.QUESTION:
            await hosting_forms.ask_for_answer(interaction, prompt)
        else:
            notice = await _answer(interaction, prompt, answer)
            if notice.key == "answer_taken_back" and interaction.message is not None:
                await interaction.message.delete()
            thread = interaction.channel
            if notice.key == "circle_left" and isinstance(thread, discord.Thread):
                await thread.remove_user(interaction.user)


async def _noticing(interaction: discord.Interaction[Any], prompt: Prompt) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    notices = services_of(interaction).notices
    notice = await notices.pressed(prompt, DiscordId(interaction.user.id))
    embed = render.notice(notice, str(interaction.locale))
    await interaction.followup.send(embed=embed, ephemeral=True)


class LineForm(discord.ui.Modal):
    """What A would like to add, shown to B with A's name; may stay empty."""

    answer = "yes"
    texts = ("line_title", "line_label", "line_example")

    def __init__(self, prompt: Prompt, locale: str) -> None:
        title, label, example = (text(locale, name) for name in self.texts)
        super().__init__(title=title, timeout=900)
        self._prompt = prompt
        self._line: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="line",
            label=label,
            placeholder=example,
            required=False,
            max_length=_LINE_MAX,
        )
        self.add_item(self._line)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """The answer, with the line."""
        await _answer(interaction, self._prompt, self.answer, self._line.value.strip())


class WhyForm(LineForm):
    """Why the reader knows somebody: it stands in their own network, for nobody else."""

    answer = "note"
    texts = ("why_known_title", "why_known_label", "why_known_example")


async def _answer(
    interaction: discord.Interaction, prompt: Prompt, answer: str, line: str = ""
) -> Notice:
    services = services_of(interaction)
    public = prompt.recipient is None
    await interaction.response.defer(ephemeral=True, thinking=public)
    notice = await services.prompts.answer(prompt, answer, DiscordId(interaction.user.id), line)
    locale = str(interaction.locale)
    if public or notice.answers:
        view = discord.ui.View(timeout=None)
        for more, label in notice.answers:
            view.add_item(render.prompt_button(prompt.id, more, text(locale, label)))
        await interaction.followup.send(
            embed=render.notice(notice, locale), view=view, ephemeral=True
        )
        return notice
    embeds, next_view = await showing.waiting(interaction, prompt.community, after=notice)
    if interaction.guild_id is None and interaction.message is not None:
        # A direct message stays: what was asked, and below it what came of it.
        embeds = [*interaction.message.embeds[:1], *embeds]
    await interaction.edit_original_response(embeds=embeds, view=next_view)
    return notice


class PromptsCog(commands.Cog):
    """Holds the heartbeat that delivers."""

    def __init__(self, client: Client) -> None:
        self.client = client
        courier = DiscordCourier(client)
        prompts = client.services.prompts

        async def deliver() -> None:
            if client.is_ready():
                await prompts.deliver_due(courier, personal=False)

        async def deliver_personal() -> None:
            if client.is_ready():
                await prompts.deliver_due(courier, personal=True)

        edits = client.services.edits

        async def edit() -> None:
            if client.is_ready():
                await edits.edit_due(courier)

        client.heartbeats.append(Heartbeat("deliver", _EVERY, deliver, prompts.next_due))
        # A thousand reminders by DM take minutes: no thread waits for them.
        client.heartbeats.append(
            Heartbeat("deliver_personal", _EVERY, deliver_personal, prompts.next_due)
        )
        client.heartbeats.append(Heartbeat("edit", _EVERY, edit, edits.next_due))
        corrections = client.services.corrections

        async def correct() -> None:
            if client.is_ready():
                await corrections.correct_due(courier)

        client.heartbeats.append(Heartbeat("correct", _EVERY, correct, corrections.next_due))

    async def cog_load(self) -> None:
        """Lets every prompt's button work, also those sent before this start."""
        self.client.add_dynamic_items(PromptButton, keeping.KeepSelect)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(PromptsCog(client))
