"""What the members of the simulated community say in public, and the lists the engine makes of it.

Who talks with whom knows nothing of tastes, nor of what was offered: half of it is among people who
use the same hashtag, a quarter with people whom a contact talks with, a quarter with anybody.
Everybody uses two hashtags; each week there is a chat on some of them, with three questions.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.community_world import BEGIN, TAGS, TASTES, world_of
from bot.engine.answers import features_of
from bot.engine.graph import KIND_CODE, Graph
from bot.engine.history import History, Moment, Request, Rules, TagUse
from bot.engine.offers import Option
from bot.engine.select import exposure_cap
from bot.engine.suggest import suggest
from bot.engine.talk import Talk
from bot.model.chats import SessionId
from bot.model.people import PersonId
from bot.model.posts import EngagementKind, PostId, to_us
from bot.services.scene import LOOKS_BACK
from bot.services.standing import WEEK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from benchmarks.community_world import World
    from bot.engine.graph import Ints
    from bot.engine.history import Draft

WARM_UP = 26
"""So many weeks were talked before the year begins."""
A_WEEK = 1.0
"""How often a member addresses somebody, on average; half of them much less often."""
WEEKLY_UP_TO = 500
"""In larger communities lists are made anew every four weeks only, and four times as long: those of
2,000 members take half a minute."""
FOUR_WEEKS = 4
ALWAYS = -6.7
"""The tastes, but for this: in the engine's lists nearly everybody has shared contacts, which they
like, so that far more than one in ten would say yes. Chosen with seed 1, 300 members, 16 weeks."""
TAGS_OF_A_CHAT, TAKES_PART, ANSWERS, QUESTIONS = 5, 0.5, 0.5, 3


class Public:
    """A world and all its public talk, made once; the same for the same numbers."""

    def __init__(self, world: World, weeks: int, rng: np.random.Generator) -> None:
        self.world = world
        self.lists_last = 1 if len(world.members) <= WEEKLY_UP_TO else FOUR_WEEKS
        """For so many weeks."""
        self._users = [np.flatnonzero((world.tags == tag).any(axis=1)) for tag in range(TAGS)]
        self._contacts: dict[int, list[int]] = defaultdict(list)
        said = [self._said(week, rng) for week in range(-WARM_UP, weeks)]
        who, whom, at = (np.concatenate(part) for part in zip(*said, strict=True))
        order = np.argsort(at, kind="stable")
        self._who, self._whom, self._at = who[order], whom[order], at[order]
        self._moments = self._taken_part(weeks, rng)
        self._uses = [
            TagUse(PersonId(n), f"tag{tag}", PostId(10 * n + k), BEGIN)
            for n in range(len(world.members))
            for k, tag in enumerate(world.tags[n].tolist())
        ]

    @classmethod
    def of(cls, size: int, weeks: int, seed: int) -> Public:
        """The world of a seed."""
        rng = np.random.default_rng(seed)
        world = world_of(size, rng)
        world.tastes = {**TASTES, "always": ALWAYS}
        return cls(world, weeks, rng)

    def _said(self, week: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """A week's engagements."""
        world = self.world
        there = np.flatnonzero(world.gone > week)
        often = A_WEEK * world.drawn / world.drawn.mean()
        who = np.repeat(there, rng.poisson(often[there]))
        whom = np.array([self._somebody(int(a), there, rng) for a in who], np.int64)
        for a, b in zip(who.tolist(), whom.tolist(), strict=True):
            self._contacts[a].append(b)
            self._contacts[b].append(a)
        begin = to_us(BEGIN + week * WEEK)
        at = begin + rng.integers(0, WEEK // timedelta(microseconds=1), len(who))
        return who, whom, at

    def _somebody(self, a: int, there: Ints, rng: np.random.Generator) -> int:
        """Whom `a` addresses: now and then nobody else is found, and it is themselves."""
        chance, known = rng.random(), self._contacts.get(a)
        if chance < 0.25 and known:
            theirs = self._contacts[known[rng.integers(len(known))]]
            return theirs[rng.integers(len(theirs))]
        people = there
        if chance < 0.75:
            people = self._users[int(self.world.tags[a, rng.integers(2)])]
        # The busier of two drawn: whoever talks much is also talked with.
        two = people[rng.integers(len(people), size=2)]
        return int(two[np.argmax(self.world.drawn[two])])

    def _taken_part(self, weeks: int, rng: np.random.Generator) -> list[Moment]:
        moments: list[Moment] = []
        for week in range(-WARM_UP, weeks):
            at = BEGIN + week * WEEK + timedelta(days=2)
            first = (week * TAGS_OF_A_CHAT) % TAGS
            users = np.unique(np.concatenate(self._users[first : first + TAGS_OF_A_CHAT]))
            takes_part = users[rng.random(len(users)) < TAKES_PART].tolist()
            for n in takes_part:
                for question in range(1, QUESTIONS + 1):
                    if rng.random() < ANSWERS:
                        post = PostId(len(moments) + 1)
                        moments.append(
                            Moment(PersonId(n), SessionId(week + WARM_UP), at, post, question)
                        )
        return moments

    def lists(
        self,
        week: int,
        willing: Sequence[int],
        asking: Sequence[int],
        before: Mapping[int, Collection[int]],
        places: int,
    ) -> Mapping[int, Sequence[Draft]]:
        """The engine's own lists, made as a round makes them: of those who may be asked about.

        Whom somebody was asked about before is in no list of theirs. Where lists last, they have as
        many more places, and nobody is in more of them than in those of one week.
        """
        now, lasts = BEGIN + week * WEEK, self.lists_last
        never: dict[int, set[PersonId]] = defaultdict(set)
        for a, b in self.world.apart:
            never[a].add(PersonId(b))
        requests = [
            Request(
                PersonId(n),
                frozenset(never[n] | {PersonId(other) for other in before.get(n, ())}),
                self.world.members[n].distance,
                places * lasts,
            )
            for n in asking
        ]
        rules = Rules(cap=exposure_cap(len(requests)) // lasts)
        drafts = suggest(self._history(willing, now), requests, rules, now, random.Random(week))
        found: dict[int, list[Draft]] = defaultdict(list)
        for draft in drafts:
            found[int(draft.member)].append(draft)
        return found

    def _history(self, there: Sequence[int], now: datetime) -> History:
        """What the bot knows at an instant."""
        until = int(np.searchsorted(self._at, to_us(now)))
        who, whom, at = self._who[:until], self._whom[:until], self._at[:until]
        world = self.world
        everybody = range(len(world.members))
        kinds = np.full(until, KIND_CODE[EngagementKind.REPLY])
        work = {n: f"F{world.work[n]}" for n in everybody}
        return History(
            graph=Graph.build(who, whom, kinds, at, now=now, people=everybody),
            fields={PersonId(n): world.members[n].fields for n in everybody},
            moments=[m for m in self._moments if now - LOOKS_BACK <= m.at < now],
            uses=self._uses,
            willing=frozenset(map(PersonId, there)),
            talk=Talk.of(who, whom, at, people=everybody, fields=work),
        )


def options_of(
    world: World,
    lists: Mapping[int, Sequence[Draft]],
    willing: Sequence[int],
    asking: Sequence[int],
    before: Mapping[int, Collection[int]],
    places: int,
) -> list[Option]:
    """Of everybody's list the first who may be asked and were not yet."""
    may, options = set(willing), []
    for who in asking:
        known = before.get(who, ())
        left = [d for d in lists.get(who, ()) if d.about in may and d.about not in known]
        for rank, found in enumerate(left[:places], start=1):
            draft = replace(found, rank=rank)
            one, two = world.members[who], world.members[int(draft.about)]
            of_a = features_of(draft, one, two, second=False)
            options.append(Option(draft, of_a, features_of(draft, two, one, second=True)))
    return options
