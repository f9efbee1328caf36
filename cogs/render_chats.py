"""What hosts and visitors see of chats and conferences: their dates, and the buttons below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.model.budget import MICRO
from bot.model.chats import Rhythm
from bot.texts import text
from cogs.render import ACCENT
from cogs.render_sessions import parts
from cogs.render_sources import sources
from cogs.wording import PLATFORM_NAMES, lasting, plain, unix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.model.budget import Forecast, Level, Spending
    from bot.model.cards import RecapCard
    from bot.model.chats import Counts, Returned, Upcoming
    from bot.model.following import SourceStatus
    from bot.model.people import Community
    from bot.model.suggestions import Learned

LISTED_AT_MOST = 10
FEWEST_TOLD = 5


def hashtags(upcoming: Upcoming) -> str:
    """All of them, with #; and where it is held, if that was said."""
    tags = ", ".join(plain(f"#{h.shown}", 40) for h in upcoming.hashtags)
    there = [name for platform, name in PLATFORM_NAMES.items() if platform in upcoming.platforms]
    return f"{tags} ({', '.join(there)})" if there else tags


def dates(upcoming: Upcoming, locale: str) -> str:
    """The next dates, one a line; what runs now says until when."""
    lines = []
    if upcoming.running and upcoming.ends_at is not None:
        lines.append(text(locale, "chat_on_now", ends=unix(upcoming.ends_at)))
    elif upcoming.is_conference and upcoming.ends_at is not None:
        start, last = unix(upcoming.next[0]), unix(upcoming.ends_at) - 1
        lines.append(text(locale, "chat_from_to", at=start, ends=last))
    if not upcoming.is_conference:
        coming = upcoming.next[1:] if upcoming.running else upcoming.next
        lines += [text(locale, "chat_next", at=unix(start)) for start in coming]
    return "\n".join(lines)


def rhythm(upcoming: Upcoming, locale: str) -> str:
    """How often it returns, and until when, in words."""
    if upcoming.is_conference:
        return text(locale, "rhythm_conference")
    said = text(locale, f"rhythm_{upcoming.rhythm.value}")
    if upcoming.every > 1 and upcoming.rhythm is not Rhythm.ONCE:
        fortnights = upcoming.rhythm is Rhythm.FORTNIGHTLY
        unit = "months" if upcoming.rhythm is Rhythm.MONTHLY else "weeks"
        said = text(locale, f"rhythm_{unit}", count=upcoming.every * (2 if fortnights else 1))
    if upcoming.until is not None:
        said = text(locale, "rhythm_until", rhythm=said, day=upcoming.until.isoformat())
    return said


def _values(upcoming: Upcoming, locale: str) -> dict[str, object]:
    return {
        "name": plain(upcoming.name),
        "hashtags": hashtags(upcoming),
        "rhythm": rhythm(upcoming, locale),
        "dates": dates(upcoming, locale),
    }


def chat_list(listed: Sequence[Upcoming], locale: str) -> discord.Embed:
    """What goes on here, the soonest first."""
    items = [text(locale, "chat_list_item", **_values(u, locale)) for u in listed[:LISTED_AT_MOST]]
    if len(listed) > LISTED_AT_MOST:
        items.append(text(locale, "chat_list_more", count=len(listed) - LISTED_AT_MOST))
    return discord.Embed(
        title=text(locale, "chat_list_title"),
        description="\n\n".join(items) or text(locale, "chat_list_none"),
        colour=ACCENT,
    )


def recap(card: RecapCard, locale: str) -> discord.Embed:
    """A recap for one reader, without its buttons."""
    said = parts(card, locale)
    embed = discord.Embed(title=said.title, description=said.body, colour=ACCENT)
    for heading, block in said.blocks:
        embed.add_field(name=heading, value=block, inline=False)
    return embed


def added(upcoming: Upcoming, community: Community, locale: str) -> discord.Embed:
    """To the host, right after: the dates, to be looked at."""
    values = _values(upcoming, locale) | {
        "zone": upcoming.zone,
        "channel": community.chat_channel,
        "lasting": lasting(upcoming.duration, locale),
        "starts": unix(upcoming.next[0]) if upcoming.next else 0,
        "ends": unix(upcoming.ends_at) if upcoming.ends_at else 0,
    }
    key = "host_conference_added" if upcoming.is_conference else "host_chat_added"
    return discord.Embed(description=text(locale, key, **values), colour=ACCENT)


def forecast(costs: Forecast, spending: Spending, locale: str) -> discord.Embed:
    """To the host, below the dates: what following it on X costs, as far as can be said."""
    said = text(
        locale,
        "host_forecast",
        low=_dollars(costs.microusd[0]),
        high=_dollars(costs.microusd[1]),
        free=_dollars(spending.free),
        cap=_dollars(spending.cap),
    )
    return discord.Embed(description=said, colour=ACCENT)


def _dollars(microusd: int) -> str:
    return f"{microusd / MICRO:,.2f}"


def date_changed(upcoming: Upcoming, community: Community, locale: str) -> discord.Embed:
    """To the host, after one date was moved or cancelled: the next dates as they are now."""
    values = _values(upcoming, locale) | {"channel": community.chat_channel}
    return discord.Embed(description=text(locale, "host_date_done", **values), colour=ACCENT)


def edited(upcoming: Upcoming, locale: str) -> discord.Embed:
    """To the host: what there is to change."""
    said = text(locale, "host_edit", **_values(upcoming, locale))
    return discord.Embed(description=said, colour=ACCENT)


def buttons(upcoming: Upcoming, locale: str, *actions: str) -> discord.ui.View:
    """Buttons for a host."""
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(
            discord.ui.Button(
                label=text(locale, f"button_{action}"),
                custom_id=f"gathering:{upcoming.gathering}:{action}",
            )
        )
    return view


def set_up(community: Community, weekly_at: datetime, locale: str) -> discord.Embed:
    """To the organiser: what is settled, and the next step."""
    review = "on" if community.review_introductions else "off"
    said = text(
        locale,
        "setup_done",
        chats=community.chat_channel,
        prompts=community.prompt_channel,
        weekly=unix(weekly_at),
        zone=community.zone,
        review=text(locale, f"setup_review_{review}"),
    )
    return discord.Embed(description=said, colour=ACCENT)


def status(
    counts: Counts, soonest: Upcoming | None, following: Sequence[SourceStatus], locale: str
) -> discord.Embed:
    """Numbers; those of people only from five on."""
    few = text(locale, "status_few", few=FEWEST_TOLD)
    said = text(
        locale,
        "status",
        members=counts.members if counts.members >= FEWEST_TOLD else few,
        chats=counts.chats,
        conferences=counts.conferences,
        held=counts.sessions_held,
        missed=counts.sessions_missed,
        posts=counts.posts,
        introductions=counts.introductions_made,
    )
    if soonest is None:
        coming = text(locale, "status_no_next")
    else:
        at = unix(soonest.next[0])
        coming = text(locale, "status_next", name=plain(soonest.name), at=at)
    embed = discord.Embed(
        title=text(locale, "status_title"), description=f"{said}\n\n{coming}", colour=ACCENT
    )
    name = text(locale, "status_sources")
    return embed.add_field(name=name, value=sources(following, locale), inline=False)


def came_again(returned: Returned, locale: str) -> str:
    """How many first-timers came again; numbers of people only from five on."""
    if returned.newcomers < FEWEST_TOLD:
        return text(locale, "newcomers_too_few")
    few = text(locale, "status_few", few=FEWEST_TOLD)
    again = returned.came_again if returned.came_again >= FEWEST_TOLD else few
    return text(locale, "newcomers_came_again", again=again, newcomers=returned.newcomers)


def budget(spending: Spending, level: Level, resumes_at: datetime, locale: str) -> str:
    """What X has cost this month, at most, and what is left out for it."""
    said = text(
        locale,
        "budget_used",
        spent=_dollars(spending.gone),
        cap=_dollars(spending.cap),
        percent=spending.percent,
    )
    until = unix(resumes_at)
    return f"{said} {text(locale, f'budget_{level.name.lower()}', until=until)}"


def learned(learned: Learned, locale: str) -> str:
    """What the community's own past gained, and what answers did; no more than is known."""
    if not learned.askers:
        weights = text(locale, "learned_too_little")
    elif learned.gain <= 0:
        weights = text(locale, "learned_nothing_better", askers=learned.askers)
    else:
        gain = f"{100 * learned.gain:.1f}"
        weights = text(locale, "learned_better", askers=learned.askers, gain=gain)
    if learned.ended < FEWEST_TOLD:
        return weights
    if learned.made is None or learned.made_plainly is None:
        return f"{weights}\n{text(locale, 'learned_answers_early', ended=learned.ended)}"
    answers = text(
        locale,
        "learned_answers",
        made=round(100 * learned.made),
        plainly=round(100 * learned.made_plainly),
        ended=learned.ended,
    )
    return f"{weights}\n{answers}"
