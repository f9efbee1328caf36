"""What a host sees alone: the form of a plan, and the panel while the session is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.errors import NotAllowed, Unknown
from bot.model.chats import SessionId
from bot.model.people import CommunityId, DiscordId
from bot.texts import text
from cogs import render
from cogs.pressed import Chosen, Pressed
from cogs.render_hosting import panel_embed
from cogs.showing import community_of
from cogs.wording import short

if TYPE_CHECKING:
    from bot.services.hosting import Planned

_BUTTONS_AT_MOST = 10
_OFFERS_AT_MOST = 24
_USUAL = "0"


class PlanForm(discord.ui.Modal):
    """Topic, questions and co-hosts, as they are now."""

    def __init__(
        self, planned: Planned, community: CommunityId, gathering: int, locale: str
    ) -> None:
        super().__init__(title=text(locale, "plan_title"), timeout=3600)
        self._community = community
        self._gathering = gathering
        self._topic = self._line("topic", planned.topic, locale, most=120)
        self._questions = self._line(
            "questions",
            "\n".join(planned.questions),
            locale,
            most=2100,
            style=discord.TextStyle.paragraph,
        )
        self._cohosts = self._line("cohosts", " ".join(planned.cohosts), locale, most=300)

    def _line(
        self,
        name: str,
        value: str,
        locale: str,
        *,
        most: int,
        style: discord.TextStyle = discord.TextStyle.short,
    ) -> discord.ui.TextInput[Any]:
        line: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=name,
            label=text(locale, f"plan_{name}_label"),
            default=value or None,
            required=False,
            max_length=most,
            style=style,
        )
        self.add_item(line)
        return line

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keeps it, and shows the panel."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        planned = await services_of(interaction).hosting.plan(
            self._community,
            self._gathering,
            topic=self._topic.value,
            questions=self._questions.value,
            cohosts=self._cohosts.value,
        )
        locale = str(interaction.locale)
        await interaction.followup.send(
            embeds=[render.said(locale, "plan_kept"), panel_embed(planned, locale)],
            view=_buttons(planned, locale),
            ephemeral=True,
        )


async def ask_for_plan(
    interaction: discord.Interaction[Any], community: CommunityId, gathering: int
) -> None:
    """The form, filled with what is planned."""
    planned = await services_of(interaction).hosting.current(community, gathering)
    form = PlanForm(planned, community, gathering, str(interaction.locale))
    await interaction.response.send_modal(form)


async def show_panel(
    interaction: discord.Interaction[Any], community: CommunityId, gathering: int
) -> None:
    """The questions with their compose links, privately."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    planned = await services_of(interaction).hosting.current(community, gathering)
    locale = str(interaction.locale)
    await interaction.followup.send(
        embed=panel_embed(planned, locale), view=_buttons(planned, locale), ephemeral=True
    )


def _buttons(planned: Planned, locale: str) -> discord.ui.View:
    """[Q1 asked] for each question that has no card yet; only a plan's, else the next."""
    view = discord.ui.View(timeout=None)
    last = len(planned.questions) or max(planned.asked, default=0) + 1
    numbers = [n for n in range(1, last + 1) if n not in planned.asked]
    for number in numbers[:_BUTTONS_AT_MOST]:
        view.add_item(
            discord.ui.Button(
                label=text(locale, "button_asked", number=number),
                custom_id=f"panel:{planned.session.id}:{number}",
            )
        )
    if planned.offers:
        view.add_item(_hosts(planned, locale))
    return view


def _hosts(planned: Planned, locale: str) -> discord.ui.Select[discord.ui.View]:
    """The usual host, and those who offered, whose turn it is first."""
    usual = discord.SelectOption(
        label=text(locale, "rota_usual"), value=_USUAL, default=planned.host is None
    )
    offers = planned.offers[:_OFFERS_AT_MOST]
    return discord.ui.Select(
        custom_id=f"hosted:{planned.session.id}",
        placeholder=text(locale, "rota_who"),
        options=[
            usual,
            *(
                discord.SelectOption(
                    label=short(o.name, 100) or "…", value=str(o.who), default=o.who == planned.host
                )
                for o in offers
            ),
        ],
    )


async def show_rota(
    interaction: discord.Interaction[Any], community: CommunityId, gathering: int
) -> None:
    """Who could host the next session, to choose from."""
    planned = await services_of(interaction).hosting.current(community, gathering)
    locale = str(interaction.locale)
    if not planned.offers:
        raise Unknown("rota_gone")
    view = discord.ui.View(timeout=None)
    view.add_item(_hosts(planned, locale))
    embed = render.said(locale, "rota_who")
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class HostSelect(Chosen, template=r"hosted:(?P<id>[0-9]{1,19})"):
    """Who hosts one session."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """They are asked, and the panel is shown as it is then.

        Raises:
            NotAllowed: whoever chose may not manage events here (any more).
        """
        community = community_of(interaction)
        if not interaction.permissions.manage_events:
            raise NotAllowed("error_permission", permission="Manage Events")
        await interaction.response.defer()
        chosen = self.item.values[0]
        planned = await services_of(interaction).hosting.let_host(
            community, SessionId(self.subject), None if chosen == _USUAL else DiscordId(int(chosen))
        )
        locale = str(interaction.locale)
        await interaction.edit_original_response(
            embeds=[panel_embed(planned, locale)], view=_buttons(planned, locale)
        )


class PanelButton(Pressed, template=r"panel:(?P<id>[0-9]{1,19}):(?P<number>[0-9]{1,2})"):
    """[Q1 asked]: for where no post can tell."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Makes the card, and shows the panel as it is then.

        Raises:
            NotAllowed: whoever pressed neither manages events here (any more) nor hosts this one.
        """
        manages = interaction.guild_id if interaction.permissions.manage_events else None
        await interaction.response.defer()
        planned = await services_of(interaction).hosting.asked(
            SessionId(self.subject),
            int(self.match["number"]),
            DiscordId(interaction.user.id),
            None if manages is None else CommunityId(manages),
        )
        locale = str(interaction.locale)
        await interaction.edit_original_response(
            embeds=[panel_embed(planned, locale)], view=_buttons(planned, locale)
        )
