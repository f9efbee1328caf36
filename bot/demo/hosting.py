"""How each place's host sets Crosstie up and announces what is followed, by slash commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.demo.stage import Play, Spot


async def set_up(play: Play, spot: Spot) -> None:
    """`/admin setup`, `/host chat`, `/host conference`."""
    chat, conference = spot.place.chat, play.plan.conference
    await _run(
        play,
        spot,
        "admin setup",
        chat_channel=spot.chat_channel,
        prompt_channel=spot.prompt_channel,
        zone=spot.place.zone,
    )
    if chat is not None:
        await _run(
            play,
            spot,
            "host chat",
            name=chat.name,
            hashtags=f"#{chat.tag}",
            day=chat.first_local.date().isoformat(),
            time=f"{chat.first_local:%H:%M}",
            minutes=chat.minutes,
        )
    await _run(
        play,
        spot,
        "host conference",
        name=conference.name,
        hashtags=f"#{conference.tag}",
        first_day=conference.first_day.isoformat(),
        last_day=conference.last_day.isoformat(),
        zone=conference.zone,
    )
    if play.plan.placeholder:
        play.world.say(spot.host, spot.prompt_channel, play.plan.placeholder)


async def _run(play: Play, spot: Spot, path: str, **options: Any) -> None:
    answer = await play.world.slash(spot.host, spot.prompt_channel, path, **options)
    play.sightings.saw(answer)
