"""People who are asked, in tests: the services of suggestions and introductions over one world."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.cards import Notice, SuggestionCard
from bot.model.people import Delivery, DiscordId
from bot.model.suggestions import IntroductionState, Prompt, PromptId, PromptKind
from bot.services.check_ins import CheckIns
from bot.services.follow_ups import FollowUps
from bot.services.introductions import Introductions
from bot.services.network import Network
from bot.services.prompts import Outgoing, Prompts, Sent
from bot.services.rounds import WeeklyMessage
from bot.services.suggestions import Suggestions
from bot.store import prompts as store_prompts
from tests.services.gatherings import HOUR, MONDAY, NURSES, Gathering, member

if TYPE_CHECKING:
    from bot.store.database import Database

BEFORE = MONDAY - timedelta(days=2)
ANA, BEN = DiscordId(1), DiscordId(2)


@dataclass
class People:
    clock: ReplayClock
    world: Gathering
    introductions: Introductions
    prompts: Prompts
    suggestions: Suggestions

    async def waits_for(self, name: str) -> Outgoing | None:
        found, _ = await self.prompts.waiting(NURSES, self.world.members[name].discord_id)
        return found[0] if found else None

    async def card_for(self, name: str) -> SuggestionCard:
        outgoing = await self.waits_for(name)
        assert outgoing is not None
        assert isinstance(outgoing.card, SuggestionCard)
        return outgoing.card


def services(db: Database, clock: ReplayClock) -> People:
    rng = random.Random(3)
    ids = Ids(clock, rng)
    network = Network(db, clock, None)
    introductions = Introductions(db, clock, ids)
    check_ins = CheckIns(db, clock)
    prompts = Prompts(
        db,
        clock,
        ids,
        {
            PromptKind.SUGGESTION: introductions,
            PromptKind.INTRODUCTION: introductions,
            PromptKind.INTRODUCED: introductions,
            PromptKind.BY_LINKS: introductions,
            PromptKind.CHECK_IN: check_ins,
            PromptKind.CHANGED: check_ins,
            PromptKind.FOLLOW_UP: FollowUps(db, clock, ids, rng, network),
            PromptKind.WEEKLY: WeeklyMessage(db, clock),
        },
    )
    suggestions = Suggestions(db, clock, ids, rng, network, introductions, prompts)
    return People(clock, Gathering(db), introductions, prompts, suggestions)


class Post:
    """A courier that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self._messages = itertools.count(9000)

    async def send(self, outgoing: Outgoing) -> Sent:
        self.sent.append(outgoing)
        number = next(self._messages)
        return Sent(number, number)

    async def find(self, outgoing: Outgoing) -> Sent | None:
        return None

    def cards(self, kind: PromptKind) -> list[object]:
        return [o.card for o in self.sent if o.prompt.kind is kind]


async def meet(db: Database) -> People:
    """Ana (asked first) and Ben answered one question; Ana asked for somebody new."""
    made = services(db, ReplayClock(MONDAY))
    await made.world.open()
    await made.world.join(
        member(ANA, "Ana", "nursing", delivery=Delivery.DM, quiet_from=0, quiet_until=0),
        member(
            BEN,
            "Ben",
            "game design",
            delivery=Delivery.DM,
            quiet_from=0,
            quiet_until=0,
            description="builds learning games",
        ),
    )
    await made.world.conference(BEFORE - HOUR, BEFORE + HOUR)
    await made.world.post("Ana", BEFORE, answer=3)
    await made.world.post("Ben", BEFORE, answer=3)
    return made


async def prompt_of(db: Database, kind: PromptKind, by: DiscordId | None = None) -> Prompt | None:
    """The prompt of this kind: of the one to this person, if there is one, else of any."""
    async with db.read() as tx:
        row = await tx.fetch_one(
            "SELECT id FROM prompts WHERE kind = :kind"
            " ORDER BY CASE WHEN recipient_id = :by THEN 0 ELSE 1 END, id LIMIT 1",
            kind=kind.value,
            by=by or 0,
        )
        return None if row is None else await store_prompts.get_prompt(tx, PromptId(row["id"]))


async def state_of(db: Database) -> IntroductionState:
    async with db.read() as tx:
        row = await tx.fetch_one("SELECT state FROM introductions")
    assert row is not None
    return IntroductionState(row["state"])


class Asked:
    """An introduction in which A was asked."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.db = people.world.db
        self.post = Post()

    async def press(self, kind: PromptKind, answer: str, by: DiscordId, line: str = "") -> Notice:
        prompt = await prompt_of(self.db, kind, None if kind is PromptKind.INTRODUCED else by)
        assert prompt is not None
        found = await self.people.prompts.pressed(prompt.id, by)
        return await self.people.prompts.answer(found, answer, by, line)

    async def deliver(self) -> None:
        await self.people.prompts.deliver_due(self.post)
