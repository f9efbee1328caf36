"""`crosstie demo` with its page: the season at a chosen speed, and whoever looks in its midst."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.demo.play import opened, plan_people
from bot.demo.world import WorldError
from bot.demo.world_client import environment, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from simcord.preview import Preview

    from bot.demo.plan import Plan
    from bot.demo.stage import Play, Spot

_STEP = timedelta(seconds=0.5)
_YOU = "You"
_SEATS = 10
"""As how many members of the first place the page can be seen."""
_GUIDE = """\
Crosstie plays a season in a local Discord; nothing of it leaves this machine.

  {url}

You see #{channel} of "{place}" with its threads, now at {speed:,.0f} times the speed of life.
Choose above as whom you look: "{you}" has not joined yet, "{host}" hosts.
Try, as "{you}":    /me join   then [Join], [Fields], and /today in a week or two of the season
Try, as a member:   [See mine] below the weekly message, /today, /suggest, /me settings
Try, as the host:   /chat list, /host chat, /admin status
The season ends after day 14 of its conference; the page stays until you press Ctrl-C here.
"""


async def show(
    plan: Plan, seed: int, *, speed: float, port: int, open_page: bool, say: Callable[[str], None]
) -> None:
    """Serves the page and plays; returns when it is cancelled."""
    real = SystemClock()
    async with opened(plan, seed, one_channel=True) as play:
        spot = play.spots[0]
        viewers = _seats(play, spot)
        async with (
            environment(play.world, play.app.client) as local,
            page(
                play.world,
                local,
                spot.prompt_channel,
                viewers,
                port=port,
                zone=spot.place.zone,
            ) as preview,
        ):
            await play.noticed()
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
    real, plan = SystemClock(), play.plan
    while play.clock.now() < plan.ends_at:
        reached = plan.starts_at + (real.now() - began) * speed
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
    plan_people(play)
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
