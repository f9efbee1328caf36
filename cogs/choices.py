"""What is offered while an option is typed: zones, days, chats and conferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands

from bot.client import services_of
from bot.services import when
from cogs.showing import community_of

if TYPE_CHECKING:
    import discord

AT_MOST = 25


async def zones(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Time zones for what was typed so far."""
    return [app_commands.Choice(name=z, value=z) for z in when.zones_like(current)]


async def days(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Words for days that begin so."""
    words = ("today", "tomorrow", *when.WEEKDAYS)
    hits = [w for w in words if w.casefold().startswith(current.strip().casefold())]
    return [app_commands.Choice(name=w.capitalize(), value=w) for w in hits]


async def gatherings(
    interaction: discord.Interaction, current: str
) -> list[app_commands.Choice[str]]:
    """Chats and conferences that go on here."""
    listed = await services_of(interaction).chats.list_for(community_of(interaction))
    return [
        app_commands.Choice(name=u.name, value=str(u.gathering))
        for u in listed
        if current.casefold() in u.name.casefold()
    ][:AT_MOST]


async def held(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Chats and conferences here of which a session is over."""
    sessions = await services_of(interaction).recaps.held(community_of(interaction))
    return [
        app_commands.Choice(name=s.name, value=str(s.chat or s.conference))
        for s in sessions
        if current.casefold() in s.name.casefold()
    ][:AT_MOST]
