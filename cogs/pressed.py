"""Buttons and menus that work after any number of restarts: they know their custom_id alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord

if TYPE_CHECKING:
    import re

_NEVER = r"(?!)"


class _Known:
    """What a custom_id says, by the names that most templates have."""

    match: re.Match[str]

    @property
    def subject(self) -> int:
        """What it is about."""
        return int(self.match["id"])

    @property
    def action(self) -> str:
        """What it does."""
        return str(self.match["action"])


class Pressed(_Known, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=_NEVER):
    """A button; `match` is its custom_id by the template of its class."""

    def __init__(self, item: discord.ui.Button[discord.ui.View], match: re.Match[str]) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("it is no button")
        return cls(item, match)


class Chosen(_Known, discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=_NEVER):
    """A menu; `match` is its custom_id by the template of its class."""

    def __init__(self, item: discord.ui.Select[discord.ui.View], match: re.Match[str]) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used."""
        if not isinstance(item, discord.ui.Select):
            raise TypeError("it is no menu")
        return cls(item, match)
