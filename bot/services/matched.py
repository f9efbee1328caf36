"""From the engine's drafts to introductions: only those with something to check are offered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.engine.answers import features_of
from bot.engine.offers import Option, as_kept
from bot.engine.suggest import ENGINE
from bot.model.people import PersonId
from bot.model.suggestions import (
    Introduction,
    IntroductionId,
    IntroductionState,
    ReasonTerm,
    Suggestion,
    SuggestionId,
)
from bot.services import shown
from bot.services.scene import LOOKS_BACK
from bot.store import network as store_network
from bot.store import suggestions as store
from bot.store.namings import post_naming
from bot.store.offers import Chosen, add_offer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.engine.history import Draft
    from bot.engine.offers import Offer
    from bot.engine.talk import Talk
    from bot.ids import Ids
    from bot.model.people import CommunityId
    from bot.model.posts import PostId
    from bot.services.scene import Scene
    from bot.store.database import Reader, Writer


async def options_of(
    tx: Reader, scene: Scene, drafts: Iterable[Draft], now: datetime
) -> list[Option]:
    """The drafts whose reasons can be checked, each with its posts and what speaks for a yes."""
    contacts = _Contacts(tx, now - LOOKS_BACK)
    namings = _Namings(tx, scene.history.talk)
    options = []
    for draft in drafts:
        found = await _checked(tx, scene, draft, contacts, namings)
        if found is not None:
            a, b = scene.members[draft.member], scene.members[draft.about]
            of_a = features_of(found, a, b, second=False)
            of_b = features_of(found, b, a, second=True)
            options.append(Option(found, of_a, of_b))
    return options


async def _checked(
    tx: Reader, scene: Scene, draft: Draft, contacts: _Contacts, namings: _Namings
) -> Draft | None:
    """The draft with posts for every reason that can have some; None: nothing to check.

    One reason is enough, so the others are not looked up: the card does, once somebody is asked.
    """
    a, b = scene.members[draft.member], scene.members[draft.about]
    reasons = []
    for reason in draft.reasons:
        found = reason
        if reason.term is ReasonTerm.SHARED_CONTACT:
            own, theirs = await contacts.of(a.person), await contacts.of(b.person)
            both = [contact for contact in own if contact in theirs]
            if both:
                found = replace(reason, own_post=own[both[0]], other_post=theirs[both[0]])
        if reason.term is ReasonTerm.NAMED_TOGETHER:
            # Each sees it before the other said yes.
            post = None
            if shown.link_before_yes(a) and shown.link_before_yes(b):
                post = await namings.of(a.person, b.person)
            found = replace(reason, own_post=post, other_post=post)
        reasons.append(found)
    # Told fields are known without asking the database.
    for reason in sorted(reasons, key=lambda one: one.term is not ReasonTerm.CURIOUS):
        if await shown.reasons_shown(tx, scene.community.id, [reason], a, b, link_other=True):
            return replace(draft, reasons=tuple(reasons))
    return None


async def begin(
    tx: Writer, ids: Ids, now: datetime, community: CommunityId, offer: Offer
) -> Introduction | None:
    """Keeps the suggestion, and the introduction in which A is to be asked.

    None: the two are asked about each other already.
    """
    draft = offer.option.draft
    if await store.open_between(tx, draft.member, draft.about):
        return None
    suggestion = Suggestion(
        id=SuggestionId(ids.next()),
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
    chosen = Chosen(
        chance_a=offer.chance_a,
        chance_b=offer.chance_b,
        propensity=offer.propensity,
        planned=offer.planned,
        plain=offer.plain,
        of_a=as_kept(offer.option.of_a),
        of_b=as_kept(offer.option.of_b),
    )
    await add_offer(tx, suggestion.id, chosen)
    introduction = Introduction(
        id=IntroductionId(ids.next()),
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


class _Namings:
    """Which post last named two people, read once a person."""

    def __init__(self, tx: Reader, talk: Talk | None) -> None:
        self._tx = tx
        self._talk = talk
        self._known: dict[PersonId, frozenset[tuple[int, int]]] = {}

    async def of(self, a: PersonId, b: PersonId) -> PostId | None:
        """None: there is none any more."""
        if self._talk is None:
            return None
        for person in (a, b):
            if person not in self._known:
                self._known[person] = self._talk.named(person)
        both = self._known[a] & self._known[b]
        if not both:
            return None
        at_us, by = max(both)
        return await post_naming(self._tx, PersonId(by), at_us, a, b)


class _Contacts:
    """With whom people talked lately, read once a person."""

    def __init__(self, tx: Reader, since: datetime) -> None:
        self._tx = tx
        self._since = since
        self._known: dict[PersonId, dict[PersonId, PostId]] = {}

    async def of(self, person: PersonId) -> dict[PersonId, PostId]:
        if person not in self._known:
            self._known[person] = await store_network.contacts_since(self._tx, person, self._since)
        return self._known[person]
