"""`crosstie demo` with its page: the season at a chosen speed, and whoever looks in its midst."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.demo.play import midnight_after, plan_people, staged, started
from bot.demo.world import WorldError
from bot.demo.world_client import attach, environment, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simcord.preview import Preview

    from bot.demo.plan import Plan
    from bot.demo.stage import Play, Spot

_STEP = timedelta(seconds=0.5)
_LIVE_BEFORE = timedelta(hours=6)
"""So long before the conference's end the page opens."""
_YOU = "You"
_SEATS = 10
"""As how many members of the first place the page can be seen."""
_GUIDE = """\
Crosstie plays a season in a local Discord; nothing of it leaves this machine.

  {url}

You see #{channel} of "{place}" with its threads. Time goes on {speed:,.0f} times as fast as life:
the conference ends, its recap comes, on day 2 its follow-ups, every Monday introductions.
Choose above as whom you look: "{you}" has not joined yet, "{host}" hosts.
Try, as "{you}":    /me join   then [Join], [Fields], and /today in a week or two of the season
Try, as a member:   [See mine] below the weekly message, /today, /suggest, /me settings
Try, as the host:   /chat list, /host chat, /admin status
The season ends on day 15 after its conference; the page stays until you press Ctrl-C here.
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
        say(f"Playing everything up to the last evening of {conference.name}; half a minute …")
        async with started(play) as app, attach(play.world, app.client):
            await play.noticed()
            plan_people(play)
            await play.run(live_from)
        spot = play.spots[0]
        async with (
            started(play) as app,
            environment(play.world, app.client) as local,
            page(
                play.world,
                local,
                spot.prompt_channel,
                _seats(play, spot),
                port=port,
                zone=spot.place.zone,
            ) as preview,
        ):
            say(_guide(spot, preview.url, speed))
            if plan.placeholder:
                say(plan.placeholder)
            if open_page:
                webbrowser.open(preview.url)
            await _play_on(play, preview, speed, real.now())
            say("The season is over. Look around; Ctrl-C ends the demo.")
            while True:
                await real.sleep_until(real.now() + _STEP)


async def _play_on(play: Play, preview: Preview, speed: float, began: datetime) -> None:
    real, plan, live_from = SystemClock(), play.plan, play.clock.now()
    while play.clock.now() < plan.ends_at:
        reached = live_from + (real.now() - began) * speed
        await play.run(min(reached, plan.ends_at))
        await _refresh(preview)
        await real.sleep_until(real.now() + _STEP)


async def _refresh(preview: Preview) -> None:
    """Shows what has changed; left for the next time while somebody's act is being answered."""
    with suppress(*WorldError):
        await preview.refresh()


def _seats(play: Play, spot: Spot) -> list[int]:
    """You, the host, and some members."""
    you = play.world.add_user(_YOU)
    play.world.join(spot.guild, you)
    return [you, *(visitor.user for visitor in spot.visitors[:_SEATS])]


def _guide(spot: Spot, url: str, speed: float) -> str:
    return _GUIDE.format(
        url=url,
        channel="crosstie",
        place=spot.place.name,
        speed=speed,
        you=_YOU,
        host=spot.place.guests[0].name,
    )
