"""`crosstie demo` with its page: the season at a chosen speed, and whoever looks in its midst."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.demo.play import midnight_after, plan_people, staged, started
from bot.demo.rooms import Room, rooms_of, typed_lines
from bot.demo.world import WorldError
from bot.demo.world_client import attach, environment, page

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime

    from simcord.preview import Preview

    from bot.demo.plan import Plan
    from bot.demo.stage import Play, Spot

_STEP = timedelta(seconds=0.5)
_LIVE_BEFORE = timedelta(hours=6)
"""So long before the conference's end the page opens."""
_STRIDE = timedelta(hours=2)
"""A slow machine falls behind the speed asked for, and does not catch up at once."""
_YOU = "You"
_SEATS = 10
"""As how many members of the first place the page can be seen."""
_GUIDE = """\
Crosstie plays a season in a local Discord; nothing of it leaves this machine. From here on you can
look on and act: the conference of "{place}" ends, its recap comes, on day 2 its follow-ups, every
Monday introductions. Above the page choose as whom you look: "{you}" has not joined yet, "{host}"
hosts. Try, as "{you}", /me join; as a member [See mine], /today, /suggest, /me settings; as the
host /chat list, /host chat, /admin status.
Press Enter here for the threads (recaps, introductions) and direct messages, and type a number to
see one. The season ends on day 15 after the conference; Ctrl-C ends the demo.
"""


async def show(
    plan: Plan, seed: int, *, speed: float, port: int, open_page: bool, say: Callable[[str], None]
) -> None:
    """Plays up to the conference's last evening at once, then serves the page and plays on.

    Returns when it is cancelled. In between the bot is started anew on its database, as after any
    restart: what it said before can still be answered.
    """
    real = SystemClock()
    conference = plan.conference
    live_from = midnight_after(conference.last_day, conference.zone) - _LIVE_BEFORE
    async with staged(plan, seed, one_channel=True) as play:
        say(f"Playing everything up to the last evening of {conference.name}; a minute or so …")
        async with started(play) as app, attach(play.world, app.client):
            await play.noticed()
            plan_people(play)
            await play.run(live_from)
        spot = play.spots[0]
        seats = _seats(play, spot)
        room = rooms_of(play.world, spot, seats)[0]
        say(_GUIDE.format(place=spot.place.name, you=_YOU, host=spot.place.guests[0].name))
        if plan.placeholder:
            say(plan.placeholder)
        async with started(play) as app, environment(play.world, app.client) as local:
            pace = _Pace(play, real.now(), speed, say)
            with typed_lines() as typed:
                while True:
                    async with page(
                        play.world,
                        local,
                        room.channel,
                        room.viewers,
                        port=port,
                        zone=spot.place.zone,
                    ) as preview:
                        say(f"{room.name}:  {preview.url}")
                        if open_page:
                            webbrowser.open(preview.url)
                        rooms = partial(rooms_of, play.world, spot, seats)
                        room = await _until_chosen(pace, preview, rooms, typed, say)


class _Pace:
    """Plays on as fast as was asked for, until the plan is over; says so once."""

    def __init__(
        self, play: Play, began: datetime, speed: float, say: Callable[[str], None]
    ) -> None:
        self._play = play
        self._last = began
        self._speed = speed
        self._say = say
        self._over = False

    async def step(self, now: datetime) -> None:
        """Plays on for the time that has passed; at most a stride, so that acts are answered."""
        passed = min((now - self._last) * self._speed, _STRIDE)
        self._last = now
        if not self._over:
            ends_at = self._play.plan.ends_at
            reached = min(self._play.clock.now() + passed, ends_at)
            await self._play.run(reached)
            if reached == ends_at:
                self._over = True
                self._say("The season is over. Look around; Ctrl-C ends the demo.")


async def _until_chosen(
    pace: _Pace,
    preview: Preview,
    rooms: Callable[[], list[Room]],
    typed: asyncio.Queue[str],
    say: Callable[[str], None],
) -> Room:
    """Keeps the page up to date until another room is chosen."""
    real = SystemClock()
    offered = rooms()
    while True:
        await pace.step(real.now())
        await _refresh(preview)
        await real.sleep_until(real.now() + _STEP)
        if typed.empty():
            continue
        line = typed.get_nowait()
        if line.isdecimal() and 1 <= int(line) <= len(offered):
            return offered[int(line) - 1]
        offered = rooms()
        say("\n".join(f"{number:3}  {room.name}" for number, room in enumerate(offered, start=1)))


async def _refresh(preview: Preview) -> None:
    """Shows what has changed; left for the next time while somebody's act is being answered."""
    with suppress(*WorldError):
        await preview.refresh()


def _seats(play: Play, spot: Spot) -> list[int]:
    """You, the host, and some members."""
    you = play.world.add_user(_YOU)
    play.world.join(spot.guild, you)
    return [you, *(visitor.user for visitor in spot.visitors[:_SEATS])]
