"""Which of the engine's drafts become suggestions: those with something to check, one a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.matching import match
from bot.model.people import PersonId
from bot.model.suggestions import ReasonTerm
from bot.services import shown
from bot.services.scene import LOOKS_BACK
from bot.store import network as store_network
from bot.store import suggestions as store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.engine.history import Draft
    from bot.model.posts import PostId
    from bot.services.scene import Scene
    from bot.store.database import Reader

OFFERED_WITHIN = timedelta(weeks=4)
"""Whoever is willing is asked at least once in this time, as long as there is anybody for them."""
_OTHER_FIELD_FIRST = 10.0
_LONG_WAITING_FIRST = 100.0


async def matched(tx: Reader, scene: Scene, drafts: Iterable[Draft], now: datetime) -> list[Draft]:
    """Of a round's drafts those to keep: nobody is in two of them, on whichever side.

    Who was asked nothing for four weeks comes first, then other fields, then the score. Drafts
    without anything to check, or of a pair that is asked about already, make place for others.
    Called in the transaction that keeps them: no pair is asked about twice at once.
    """
    asked = await store.unasked_since(tx, now - OFFERED_WITHIN)
    left = {(draft.member, draft.about): draft for draft in drafts}
    worth: dict[tuple[int, int], float] = {
        pair: draft.score
        + _OTHER_FIELD_FIRST * (draft.cross_field is True)
        + _LONG_WAITING_FIRST * (draft.member not in asked)
        for pair, draft in left.items()
    }
    contacts = _Contacts(tx, now - LOOKS_BACK)
    good: dict[tuple[int, int], Draft] = {}
    while True:
        pairs = match(worth)
        for pair in pairs:
            if pair not in good:
                draft = left[PersonId(pair[0]), PersonId(pair[1])]
                found = None
                if not await store.open_between(tx, draft.member, draft.about):
                    found = await _checked(tx, scene, draft, contacts)
                if found is None:
                    del worth[pair]
                else:
                    good[pair] = found
        if all(pair in good for pair in pairs):
            return [good[pair] for pair in pairs]


async def _checked(tx: Reader, scene: Scene, draft: Draft, contacts: _Contacts) -> Draft | None:
    """The draft with posts for every reason that can have some; None: nothing to check."""
    a, b = scene.members[draft.member], scene.members[draft.about]
    reasons = []
    for reason in draft.reasons:
        found = reason
        if reason.term is ReasonTerm.SHARED_CONTACT:
            own, theirs = await contacts.of(a.person), await contacts.of(b.person)
            both = [contact for contact in own if contact in theirs]
            if both:
                found = replace(reason, own_post=own[both[0]], other_post=theirs[both[0]])
        reasons.append(found)
    can_be_checked = await shown.reasons_shown(
        tx, scene.community.id, reasons, a, b, link_other=True
    )
    return replace(draft, reasons=tuple(reasons)) if can_be_checked else None


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
