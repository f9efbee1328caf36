"""How the demo's people join: consent, fields, naming, delivery, and the proof of their account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.demo.visitors import text_inputs
from bot.model.people import account_key
from bot.store.claims import settle_claims

if TYPE_CHECKING:
    from bot.demo.stage import Play, Spot
    from bot.demo.visitors import Visitor
    from bot.demo.world import Answer, Seen

_CODE = re.compile(r"crosstie-[a-z0-9]+")
_POSTED_AFTER = timedelta(minutes=5)


async def join(play: Play, spot: Spot, visitor: Visitor) -> None:
    """`/me join` with everything that this guest likes to tell."""
    guest, sightings = visitor.guest, play.sightings
    screen = _Screen(
        play, visitor, await play.world.slash(visitor.user, visitor.channel, "me join")
    )
    await screen.press("join")
    play.joined += 1
    form = await screen.press("fields")
    if form.modal is not None:
        said = {
            "work": ", ".join(guest.work),
            "curious": ", ".join(guest.curious),
            "description": guest.description,
        }
        boxes = set(text_inputs(form.modal))
        filled = {box: line for box, line in said.items() if box in boxes}
        sightings.saw(await play.world.submit(visitor.user, form, filled))
    if guest.named:
        await screen.press("naming")
    if guest.shows_posts:
        await screen.press("posts")
    if guest.delivery != "card":
        await screen.choose("me-choice:delivery", guest.delivery)
    code = _CODE.search((await screen.press("handle")).text)
    if code is not None:
        await _prove(play, spot, visitor, code[0])


async def _prove(play: Play, spot: Spot, visitor: Visitor, code: str) -> None:
    """They post the code; where nobody can post (an archive), the account is linked as if."""
    guest = visitor.guest
    if guest.post_with is not None:
        at = play.clock.now() + _POSTED_AFTER
        tag = spot.place.chat.tag if spot.place.chat else play.plan.conference.tag
        line = guest.post_with(f"Linking my account for our server: {code} #{tag}", at)
        play.add_line(at, line)
        return
    async with play.app.db.write() as tx:
        account = account_key(guest.platform, guest.native_id)
        await settle_claims(tx, {code: account}, play.clock.now())


class _Screen:
    """The private settings screen of one person."""

    def __init__(self, play: Play, visitor: Visitor, first: Answer) -> None:
        self._play = play
        self._user = visitor.user
        self._message = self._shown(first)

    async def press(self, action: str) -> Answer:
        """Presses one of its buttons."""
        answer = await self._play.world.click(self._user, self._message, custom_id=f"me:{action}")
        self._play.sightings.saw(answer)
        return answer

    async def choose(self, menu: str, value: str) -> None:
        """Picks from one of its menus."""
        answer = await self._play.world.pick(self._user, self._message, [value], custom_id=menu)
        self._play.sightings.saw(answer)

    def _shown(self, answer: Answer) -> Seen:
        self._play.sightings.saw(answer)
        if answer.message is None:
            raise AssertionError("/me join shows a screen")
        return answer.message
