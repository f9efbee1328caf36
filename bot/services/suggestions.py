"""Suggestions: once a week for every community at its hour, and when a member asks.

Invariants:
  1. Nobody is suggested who did not join, left, paused, was blocked by either, works for the same
     employer, is connected, was suggested to this member within a year, or ended without an
     introduction within eight weeks.
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

from bot.engine.fields import work_of
from bot.engine.history import Request, Rules
from bot.engine.learn import choose
from bot.engine.suggest import ENGINE, suggest
from bot.errors import NotAllowed, Unknown
from bot.model.cards import Notice
from bot.model.people import DiscordId, person_of_member
from bot.model.posts import to_us
from bot.model.suggestions import (
    Introduction,
    IntroductionId,
    IntroductionState,
    Learned,
    Prompt,
    PromptId,
    PromptKind,
    PromptState,
    Suggestion,
    SuggestionId,
)
from bot.services.introductions import LASTS
from bot.services.learned import keep_profile, profile_of
from bot.services.matched import matched
from bot.services.prompts import Outgoing, plan_personal, plan_public
from bot.services.rounds import WEEK, last_round, next_round, week_of
from bot.services.scene import Scene, scene_of
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import suggestions as store

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from bot.clock import Clock
    from bot.engine.history import Draft
    from bot.engine.learn import Profile
    from bot.ids import Ids
    from bot.model.people import Community, CommunityId
    from bot.services.introductions import Introductions
    from bot.services.network import Network
    from bot.services.prompts import Prompts
    from bot.store.database import Database, Reader, Writer

Reach = Literal["near", "far"]

ON_REQUEST_PER_WEEK = 2
WEEKLY_LASTS = timedelta(days=2)
_LEARNS_AGAIN_AT = 2.0
"""The back-test takes seconds: it is done again when twice as much was said."""
_LIST = 3
"""How many the engine is asked for, so that one with a reason to check is likely among them."""
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
        drafts: list[Draft] = []
        if scene is not None and profile is not None:
            scene = replace(scene, history=replace(scene.history, profile=profile))
        if scene is not None and self._per_week:
            drafts = await self._drafts(scene, await self._asked_this_week(scene))
        now = self._clock.now()
        made = 0
        async with self._db.write() as tx:
            if scene is not None:
                for draft in await matched(tx, scene, drafts, now):
                    member = scene.members[draft.member]
                    introduction = await self._start(tx, community.id, draft)
                    made += await plan_personal(
                        tx,
                        self._ids,
                        member,
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

    async def _asked_this_week(self, scene: Scene) -> list[Request]:
        """Who gets something unasked: nobody who was given theirs, or has not answered the last."""
        now = self._clock.now()
        async with self._db.read() as tx:
            given = await store.unasked_since(tx, now - WEEK + timedelta(hours=12))
            still_asked = await store.still_asked(tx)
        return [
            Request(person, scene.never[person], member.distance, _LIST)
            for person, member in scene.members.items()
            if member.accepts_suggestions(now)
            and person not in still_asked
            and given.get(person, 0) < self._per_week
        ]

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
        distance = member.distance if reach is None else _REACHES[reach]
        request = Request(person, scene.never[person], distance, _LIST)
        drafts = await self._drafts(scene, [request], near=reach == "near")
        async with self._db.write() as tx:
            await _refuse_a_third(tx, by, now)  # asked for at the same time
            chosen = await matched(tx, scene, drafts, now)
            if not chosen:
                looks_again = _stamp(next_round(scene.community, now))
                return Notice("suggest_nobody", {"when": looks_again})
            introduction = await self._start(tx, community, chosen[0])
            prompt = Prompt(
                id=PromptId(self._ids.next()),
                community=community,
                kind=PromptKind.SUGGESTION,
                subject=introduction.id,
                recipient=by,
                channel=None,
                due_at=now,
                expires_at=now + LASTS,
                unasked=False,
                state=PromptState.WAITING,
            )
            await store_prompts.add_prompt(tx, prompt)
        card = await self._introductions.card_of(prompt)
        if card is None:
            return Notice("suggest_nobody", {"when": _stamp(next_round(scene.community, now))})
        return Outgoing(prompt, card, member.locale)

    async def had_one(self, community: CommunityId, by: DiscordId) -> bool:
        """Whether this member was suggested somebody since the last round."""
        async with self._db.read() as tx:
            found = await store_members.get_community(tx, community)
            if found is None:
                return False
            since = last_round(found, self._clock.now())
            return await store.had_one_since(tx, community, person_of_member(by), since)

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

    async def learned(self, community: CommunityId) -> Learned:
        """What the last round's back-test on this community's past gave."""
        async with self._db.read() as tx:
            profile = await profile_of(tx, community)
        return Learned(0.0, 0) if profile is None else Learned(profile.gain, profile.askers)

    # ---- how

    async def _drafts(
        self, scene: Scene, requests: Sequence[Request], *, near: bool = False
    ) -> list[Draft]:
        rules = Rules(
            cross_field=0 if near else Rules().cross_field,
            cap=self._cap,
            exposure=scene.exposure,
        )
        # A stream of its own, so that a thread never shares a random.Random.
        rng = type(self._rng)(self._rng.getrandbits(64))
        return await asyncio.to_thread(
            suggest, scene.history, requests, rules, self._clock.now(), rng
        )

    async def _start(self, tx: Writer, community: CommunityId, draft: Draft) -> Introduction:
        """Keeps the suggestion, and the introduction in which A is to be asked."""
        now = self._clock.now()
        suggestion = Suggestion(
            id=SuggestionId(self._ids.next()),
            community=community,
            member=draft.member,
            about=draft.about,
            score=draft.score,
            cross_field=draft.cross_field,
            engine=ENGINE,
            created_at=now,
            reasons=draft.reasons,
        )
        await store.add_suggestion(tx, suggestion)
        introduction = Introduction(
            id=IntroductionId(self._ids.next()),
            community=community,
            suggestion=suggestion.id,
            a=draft.member,
            b=draft.about,
            state=IntroductionState.ASKED_A,
            line="",
            created_at=now,
            changed_at=now,
        )
        await store.add_introduction(tx, introduction)
        return introduction

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


def _mark(community: Community) -> str:
    return f"round:{community.id}"


def _stamp(when: datetime) -> str:
    """The instant as Discord shows it to each reader in their own time: relative."""
    return f"<t:{int(when.timestamp())}:R>"
