"""Two yeses where no private thread can be opened: both hear of it, each with the other's links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DeliveryRefused
from bot.model.cards import ByLinksCard
from bot.model.suggestions import PromptKind
from cogs.render_people import parts
from tests.services.asking import ANA, BEN, Asked, Post, meet

if TYPE_CHECKING:
    from bot.services.prompts import Outgoing, Sent
    from bot.store.database import Database


class NoThreads(Post):
    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.prompt.kind is PromptKind.INTRODUCED:
            raise DeliveryRefused("no right to open private threads")
        return await super().send(outgoing)


async def test_both_get_the_others_name_and_links_once(sqlite_database: Database) -> None:
    people = await meet(sqlite_database)
    asked = Asked(people)
    asked.post = NoThreads()
    await people.world.change("Ben", site="https://ben.example.org")
    guild, clock = people.world.members["Ana"].community, people.clock
    await people.suggestions.suggest_now(guild, ANA)
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await people.prompts.deliver_due(asked.post)
    await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    for _ in range(3):
        await people.prompts.deliver_due(asked.post)
    cards = asked.post.cards(PromptKind.BY_LINKS)
    assert {c.other.name for c in cards if isinstance(c, ByLinksCard)} == {"Ana", "Ben"}
    assert len(cards) == 2
    for card in cards:
        assert isinstance(card, ByLinksCard)
        said = parts(card, "en").body
        assert f"https://x.com/{str(card.other.name).lower()}" in said
        assert f"<@{card.other.mention}>" in said
    told = {c.other.name: parts(c, "en").body for c in cards if isinstance(c, ByLinksCard)}
    assert "[site](https://ben.example.org)" in told["Ben"]
    assert "site" not in told["Ana"]
    by_links = next(o.prompt for o in asked.post.sent if o.prompt.kind is PromptKind.BY_LINKS)
    assert by_links.recipient is not None
    said_done = await people.prompts.answer(by_links, "done", by_links.recipient)
    assert said_done.key == "follow_up_done"
    assert clock.now() >= by_links.due_at
