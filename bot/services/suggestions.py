"""Suggestions: once a week for every community at its hour, and when a member asks.

Invariants:
  1. Nobody is suggested who did not join, left, paused, was blocked by either, works for the same
     employer, is connected, was suggested to this member or they to them within a year, ended
     without an introduction within eight weeks, or let the last two questions pass in silence.
  2. A pair is asked about once at a time, whoever of the two is asked first, in one community only.
  3. A round is one transaction with its mark: after a crash it is either whole or done again.
  4. A suggestion has at least one reason that the reader can check.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from bot.engine.answers import believed
from bot.engine.fields import work_of
from bot.engine.history import Request, Rules
from bot.engine.learn import choose
from bot.engine.offers import PLACES, estimate, offers_of, places_of
from bot.engine.suggest import suggest
from bot.errors import NotAllowed, Unknown
from bot.model.cards import Notice, TalkedOfCard
from bot.model.people import DiscordId, person_of_member
from bot.model.posts import to_us
from bot.model.suggestions import (
    Introduction,
    Learned,
    Prompt,
    PromptId,
    PromptKind,
    PromptState,
)
from bot.services.introductions import LASTS
from bot.services.learned import keep_profile, profile_of
from bot.services.matched import begin, options_of
from bot.services.prepared import Prepared
from bot.services.prompts import Outgoing, plan_personal, plan_public
from bot.services.rounds import WEEK, last_round, next_round, week_of
from bot.services.scene import Scene, scene_of
from bot.services.standing import answers_of, outcomes_of, standing_of
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import study as store_study
from bot.store import suggestions as store

if TYPE_CHECKING:
    import random
    from collections.abc import Collection, Mapping, Sequence

    from bot.clock import Clock
    from bot.engine.answers import Answered
    from bot.engine.history import Draft
    from bot.engine.learn import Profile
    from bot.engine.offers import Offer
    from bot.ids import Ids
    from bot.model.people import Community, CommunityId, PersonId
    from bot.services.introductions import Introductions
    from bot.services.network import Network
    from bot.services.prompts import Prompts
    from bot.services.standing import Standing
    from bot.store.database import Database, Reader

Reach = Literal["near", "far"]

ON_REQUEST_PER_WEEK = 2
WEEKLY_LASTS = timedelta(days=2)
_LEARNS_AGAIN_AT = 2.0
"""The back-test takes seconds: it is done again when twice as much was said."""
_MOST_LOOKED_AT = 300_000_000
"""Lists times engagements: so much takes the signals of talk half a minute of a processor."""
_TALKED_OF_LATELY = timedelta(days=14)
_REACHES: Mapping[Reach, float] = {"near": 0.0, "far": 1.0}


class Suggestions:
    """Makes suggestions, and the introduction and prompt that each of them starts."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        rng: random.Random,
        network: Network,
        introductions: Introductions,
        prompts: Prompts,
        *,
        per_member_per_week: int = 1,
        exposure_cap: int | None = None,
        public_posts: Collection[str] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._rng = rng
        self._network = network
        self._introductions = introductions
        self._prompts = prompts
        self._per_week = per_member_per_week
        self._cap = exposure_cap
        self._public_posts = public_posts
        self._prepared = Prepared()

    # ---- every week

    async def refresh_due(self) -> int:
        """Holds every round that is due; how many suggestions came of it."""
        made = 0
        for community, due in await self._rounds():
            if due <= self._clock.now():
                made += await self._hold_round(community, due)
        return made

    async def next_due(self) -> datetime | None:
        """When the next round is due; in the past while one is still to be held."""
        return min((due for _, due in await self._rounds()), default=None)

    async def _rounds(self) -> list[tuple[Community, datetime]]:
        """Every community that is set up, with the round that it is to hold next."""
        now = self._clock.now()
        rounds = []
        async with self._db.read() as tx:
            for community in await store_members.all_communities(tx):
                if community.removed_at is not None or not community.is_set_up:
                    continue
                last = last_round(community, now)
                held = await store_members.get_setting(tx, _mark(community))
                # An hour that was moved back must not make a round of last week due again.
                since = community.joined_at if held is None else datetime.fromisoformat(held)
                is_due = since <= last if held is None else since < last
                rounds.append((community, last if is_due else next_round(community, now)))
        return rounds

    async def _hold_round(self, community: Community, due: datetime) -> int:
        week = week_of(community, due)
        scene = await self._scene(community.id)
        profile = None if scene is None else await self._learned(scene)
        offers: list[Offer] = []
        if scene is not None and profile is not None:
            scene = replace(scene, history=replace(scene.history, profile=profile))
        if scene is not None and self._per_week:
            offers = await self._offers_of_round(scene)
        now = self._clock.now()
        made = 0
        async with self._db.write() as tx:
            for offer in offers:
                introduction = await begin(tx, self._ids, now, community.id, offer)
                if scene is None or introduction is None:
                    continue
                made += await plan_personal(
                    tx,
                    self._ids,
                    scene.members[introduction.a],
                    PromptKind.SUGGESTION,
                    introduction.id,
                    now=now,
                    expires_at=now + LASTS,
                )
            if made and community.prompt_channel is not None:
                await plan_public(
                    tx,
                    self._ids,
                    community.id,
                    PromptKind.WEEKLY,
                    week,
                    channel=community.prompt_channel,
                    due_at=now,
                    expires_at=now + WEEKLY_LASTS,
                )
            if profile is not None:
                await keep_profile(tx, community.id, profile)
            await store_members.set_setting(tx, _mark(community), due.isoformat())
        await self._prompts.plan_digests(community.id, week)
        return made

    async def _offers_of_round(self, scene: Scene) -> list[Offer]:
        """Everybody in one offer at most. Who was given theirs, or rests, is in none."""
        now = self._clock.now()
        async with self._db.read() as tx:
            standing = await standing_of(tx, now)
            told = await answers_of(tx, scene.community.id, now)
        out = {p for p, times in standing.given.items() if times >= self._per_week}
        scene = _without(scene, out | standing.resting.keys())
        asking = [
            person
            for person in scene.members
            if person in (scene.history.willing or ()) and person not in standing.still_asked
        ]
        places = places_of(len(told), len(asking))
        requests = [scene.request(person, places) for person in asking]
        return await self._offers(scene, requests, standing, told)

    # ---- when asked

    async def suggest_now(
        self, community: CommunityId, by: DiscordId, reach: Reach | None = None
    ) -> Outgoing | Notice:
        """Somebody new for a member who asks, or an honest word that there is nobody.

        Raises:
            Unknown: nobody set the community up, or whoever asks is no member.
            NotAllowed: they asked twice this week.
        """
        now = self._clock.now()
        scene = await self._scene(community)
        person = person_of_member(by)
        member = None if scene is None else scene.members.get(person)
        if scene is None or not scene.community.is_set_up:
            raise Unknown("not_set_up")
        if member is None:
            raise Unknown("not_a_member")
        async with self._db.read() as tx:
            await _refuse_a_third(tx, by, now)
            standing = await standing_of(tx, now)
            told = await answers_of(tx, community, now)
        out = {p for p, times in standing.wanted.items() if times >= ON_REQUEST_PER_WEEK}
        scene = _without(scene, (out | standing.resting.keys()) - {person})
        distance = None if reach is None else _REACHES[reach]
        begun: frozenset[PersonId] = frozenset()  # while we looked
        while True:
            request = scene.request(person, PLACES, distance=distance, also_not=begun)
            offers = await self._offers(scene, [request], standing, told, near=reach == "near")
            if not offers:
                return await self._nobody(scene.community, person)
            async with self._db.write() as tx:
                await _refuse_a_third(tx, by, now)  # asked for at the same time
                introduction = await begin(tx, self._ids, now, community, offers[0])
                if introduction is not None:
                    prompt = self._asked_for(introduction, by)
                    await store_prompts.add_prompt(tx, prompt)
                    break
            begun |= {offers[0].option.draft.about}
        card = await self._introductions.card_of(prompt)
        if card is None:
            return await self._nobody(scene.community, person)
        return Outgoing(prompt, card, member.locale)

    async def _nobody(self, community: Community, person: PersonId) -> Notice:
        """That there is nobody, and a post of somebody outside, where one is talked of."""
        now = self._clock.now()
        next_look = next_round(community, now)
        async with self._db.read() as tx:
            post = await store_study.talked_of(
                tx, community.id, person, now - _TALKED_OF_LATELY, self._public_posts
            )
        card = None if post is None else TalkedOfCard(next_look, post.link, post.about)
        return Notice("suggest_nobody", {"when": _stamp(next_look)}, card=card)

    def _asked_for(self, introduction: Introduction, by: DiscordId) -> Prompt:
        now = self._clock.now()
        return Prompt(
            id=PromptId(self._ids.next()),
            community=introduction.community,
            kind=PromptKind.SUGGESTION,
            subject=introduction.id,
            recipient=by,
            channel=None,
            due_at=now,
            expires_at=now + LASTS,
            unasked=False,
            state=PromptState.WAITING,
        )

    async def had_one(self, community: CommunityId, by: DiscordId) -> bool:
        """Whether this member was suggested somebody since the last round."""
        async with self._db.read() as tx:
            found = await store_members.get_community(tx, community)
            if found is None:
                return False
            since = last_round(found, self._clock.now())
            return await store.had_one_since(tx, community, person_of_member(by), since)

    async def has_looked(self, community: CommunityId) -> bool:
        """Whether this community ever had a round."""
        async with self._db.read() as tx:
            return await store_members.get_setting(tx, f"round:{community}") is not None

    async def next_look(self, community: CommunityId) -> datetime:
        """When this community's next suggestions are made.

        Raises:
            Unknown: nobody set it up.
        """
        async with self._db.read() as tx:
            found = await store_members.get_community(tx, community)
        if found is None:
            raise Unknown("not_set_up")
        return next_round(found, self._clock.now())

    async def resting_until(self, by: DiscordId) -> datetime | None:
        """Until when somebody is asked nothing, since their last questions passed in silence."""
        async with self._db.read() as tx:
            standing = await standing_of(tx, self._clock.now())
        return standing.resting.get(person_of_member(by))

    async def learned(self, community: CommunityId) -> Learned:
        """What this community's past taught, and what is known of the good of it."""
        async with self._db.read() as tx:
            profile = await profile_of(tx, community)
            outcomes = await outcomes_of(tx, community, self._clock.now())
        found = Learned(0.0, 0) if profile is None else Learned(profile.gain, profile.askers)
        by_answers, plainly = (estimate(outcomes, plain=plain) for plain in (False, True))
        if not (by_answers.may_be_claimed and plainly.may_be_claimed):
            return replace(found, ended=len(outcomes))
        return replace(found, ended=len(outcomes), made=by_answers.made, made_plainly=plainly.made)

    # ---- how

    async def _drafts(
        self, scene: Scene, requests: Sequence[Request], *, near: bool = False
    ) -> list[Draft]:
        rules = Rules(
            cross_field=0 if near else Rules().cross_field,
            cap=self._cap,
            exposure=scene.exposure,
        )
        history, kept = scene.history, None
        if history.talk is not None and len(requests) * len(history.talk) > _MOST_LOOKED_AT:
            history = replace(history, talk=None)  # the graph alone speaks
        elif history.talk is not None:
            signals = await self._prepared.signals(history.talk)
            history = replace(history, signals=signals)
        now, community = self._clock.now(), scene.community.id
        if len(requests) == 1:
            kept = await asyncio.to_thread(self._prepared.pool, community, history, requests, now)
        # A stream of its own, so that a thread never shares a random.Random.
        rng = type(self._rng)(self._rng.getrandbits(64))
        return await asyncio.to_thread(suggest, history, requests, rules, now, rng, kept)

    async def _offers(
        self,
        scene: Scene,
        requests: Sequence[Request],
        standing: Standing,
        told: Sequence[Answered],
        *,
        near: bool = False,
    ) -> list[Offer]:
        """Drafts of the engine, of which those are offered that will most likely come about."""
        now = self._clock.now()
        drafts = await self._drafts(scene, requests, near=near)
        async with self._db.read() as tx:
            options = await options_of(tx, scene, drafts, now)
        waiting = {request.member for request in requests} - standing.asked
        rng = np.random.default_rng(self._rng.getrandbits(64))
        return await asyncio.to_thread(
            lambda: offers_of(options, believed(told), waiting, standing.load, rng)
        )

    async def _scene(self, community: CommunityId) -> Scene | None:
        graph, talk = await self._network.graph(), await self._network.talk()
        async with self._db.read() as tx:
            scene = await scene_of(tx, community, graph, self._clock.now())
            profile = await profile_of(tx, community)
        if scene is None or talk is None:
            return scene
        work = {p: work_of(fields) for p, fields in scene.history.fields.items()}
        talk = talk.with_fields(
            {p: max(f, key=lambda name: (f[name], name)) for p, f in work.items() if f}
        )
        return replace(scene, history=replace(scene.history, talk=talk, profile=profile))

    async def _learned(self, scene: Scene) -> Profile | None:
        """What the community's own past says now; None: there is nothing to learn from."""
        talk = scene.history.talk
        kept = scene.history.profile
        if talk is None or (kept is not None and len(talk) < _LEARNS_AGAIN_AT * kept.events):
            return kept
        chance = np.random.default_rng(0)
        found = await asyncio.to_thread(choose, talk, to_us(self._clock.now()), chance)
        return replace(found, events=len(talk))


async def _refuse_a_third(tx: Reader, by: DiscordId, now: datetime) -> None:
    before = await store.asked_for_since(tx, by, now - WEEK)
    if len(before) >= ON_REQUEST_PER_WEEK:
        raise NotAllowed("suggest_enough", when=_stamp(before[0] + WEEK))


def _without(scene: Scene, out: Collection[PersonId]) -> Scene:
    """The scene in which some are neither asked nor suggested."""
    willing = (scene.history.willing or frozenset()) - frozenset(out)
    return replace(scene, history=replace(scene.history, willing=willing))


def _mark(community: Community) -> str:
    return f"round:{community.id}"


def _stamp(when: datetime) -> str:
    """The instant as Discord shows it to each reader in their own time: relative."""
    return f"<t:{int(when.timestamp())}:R>"
