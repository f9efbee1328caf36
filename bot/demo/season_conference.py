"""Three days of a conference: few speak, many repost; see docs/demo.md for the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.demo.season_stage import plain_tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.demo.season_people import Someone
    from bot.demo.season_stage import Stage
    from bot.demo.season_wire import Written

_DAYS = (32, 38, 30)
_HOURS = (0, 0, 0, 0, 0, 1, 3, 8, 16, 25, 22, 20, 17, 15, 22, 19, 18, 16, 12, 10, 11, 7, 4, 1)
"""How much is posted in each local hour, much as at the conferences measured."""
_COPY = 0.45
"""How often a repost goes to what others repost already: it makes few posts famous."""
_SHARES_PRAISE = 0.5
"""How often somebody who was named shares the post that names them."""
_REPOSTS_OF_MIXED = 0.41
"""The share of reposts of those who also write."""


@dataclass(frozen=True, slots=True)
class Days:
    """A conference as it is planned."""

    first_midnight: datetime
    """Local midnight of the first day."""
    zone: str
    tag: str
    speakers: Sequence[Someone]
    insiders: Sequence[Someone]
    """Members and regulars of the chats who come; they post more than once."""
    crowd: Sequence[Someone]


def play_conference(stage: Stage, days: Days) -> None:
    """Everybody's posts of the conference."""
    reposts: list[Written] = []
    shared: set[tuple[Someone, str]] = set()
    recent: list[Written] = []
    slots = [
        (moment, who)
        for who, count in _how_many(stage, days)
        for moment in (_moment(stage, days) for _ in range(count))
    ]
    for at, who in sorted(slots, key=lambda slot: slot[0]):
        share = 1.0 if who.reposts_only else _REPOSTS_OF_MIXED
        if stage.rng.random() < share and len(recent) > 5:
            what = _worth_sharing(stage, who, recent, reposts)
            if what is not None and (who, what.uri) not in shared:
                shared.add((who, what.uri))
                stage.wire.repost(who, at, what)
                reposts.append(what)
                if not who.reposts_only and stage.rng.random() < 0.5:
                    stage.met(who, what.author)
                continue
        if who.reposts_only and len(recent) > 5:
            continue
        recent.append(_own(stage, days, who, at, recent))


def _how_many(stage: Stage, days: Days) -> list[tuple[Someone, int]]:
    """Heavy-tailed counts: most of the crowd posts once, speakers and insiders carry the rest."""
    rng = stage.rng
    counts = [
        (who, 1 if rng.random() < 0.62 else min(90, 1 + int(1.7 * rng.paretovariate(1.25))))
        for who in days.crowd
    ]
    counts += [(who, min(170, 2 + int(4 * rng.paretovariate(1.0)))) for who in days.insiders]
    return counts


def _own(
    stage: Stage, days: Days, who: Someone, at: datetime, recent: Sequence[Written]
) -> Written:
    rng, says = stage.rng, stage.words.conference
    interest = stage.interest(who)
    said = {"tag": days.tag, "interest": interest, "interest_plain": plain_tag(interest)}
    said["link"] = stage.link(who)
    said["talk"] = rng.choice(stage.words.trades[who.fields[0]].talks)
    said["line"] = stage.line(who)
    kind = rng.random()
    if kind < 0.14 and recent:
        what = _answerable(stage, who, recent)
        if what is not None:
            if kind < 0.075:
                asks = rng.random() < 0.5
                text = stage.say(
                    says["ask"] if asks else stage.words.talk["reply"], who, at, **said
                )
                reply = stage.post(who, at, f"{text} #{days.tag}", reply_to=what)
                if rng.random() < 0.2:
                    back = stage.say(stage.words.talk["answer_back"], what.author, at)
                    stage.post(
                        what.author, stage.after(at, 40), f"{back} #{days.tag}", reply_to=reply
                    )
                return reply
            said["name"] = what.author.given
            return stage.post(who, at, stage.say(says["quote"], who, at, **said), quote=what)
    if kind < 0.72:
        return _about_others(stage, days, who, at, said)
    return stage.post(
        who, at, stage.say(says["arrive" if rng.random() < 0.12 else "plain"], who, at, **said)
    )


def _about_others(
    stage: Stage, days: Days, who: Someone, at: datetime, said: dict[str, str]
) -> Written:
    """A post that names one or two others: a speaker, or somebody met."""
    rng, says = stage.rng, stage.words.conference
    thanks = rng.random() < 0.35
    among = (days.crowd if rng.random() < 0.6 else days.insiders) if thanks else days.speakers
    first = stage.someone_for(who, among) or days.speakers[0]
    second = stage.someone_for(who, among)
    if second is None or second is first:
        second = next(each for each in days.speakers if each is not first)
    said |= {"handle": first.handle, "handle2": second.handle}
    spoken = stage.words.trades[first.fields[0]]
    said |= {"talk": rng.choice(spoken.talks), "line": rng.choice(spoken.lines)}
    text = stage.say(says["thanks" if thanks else "now"], who, at, **said)
    written = stage.post(who, at, text)
    for other in (first, second):
        if other is not who and f"@{other.handle}" in text:
            stage.named[other].append(written)
            if rng.random() < 0.3:
                stage.met(who, other)
    return written


def _worth_sharing(
    stage: Stage, who: Someone, recent: Sequence[Written], reposts: Sequence[Written]
) -> Written | None:
    """What is shared: what others share, or something new, rather of one's own field."""
    rng = stage.rng
    if stage.named[who] and rng.random() < _SHARES_PRAISE:
        return stage.named[who].pop()
    for _ in range(8):
        copied = bool(reposts) and rng.random() < _COPY
        what = rng.choice(reposts[-400:] if copied else recent[-120:])
        near = not set(what.author.fields).isdisjoint(who.fields)
        if what.author is not who and (near or rng.random() < 0.28):
            return what
    return None


def _pull(stage: Stage, who: Someone, author: Someone) -> float:
    """How likely somebody is to share a post of this author when they see it."""
    if stage.knows(who, author):
        return 0.9
    return 0.14 if set(author.fields).isdisjoint(who.fields) else 0.6


def _answerable(stage: Stage, who: Someone, recent: Sequence[Written]) -> Written | None:
    lately = {post.author: post for post in recent[-80:] if post.author is not who}
    author = stage.someone_for(who, list(lately))
    return lately[author] if author is not None else None


def _moment(stage: Stage, days: Days) -> datetime:
    rng = stage.rng
    day = rng.choices(range(3), _DAYS)[0]
    hour = rng.choices(range(24), _HOURS)[0]
    local = days.first_midnight.astimezone(ZoneInfo(days.zone)).replace(tzinfo=None)
    local += timedelta(days=day, hours=hour, seconds=rng.uniform(0, 3600))
    return local.replace(tzinfo=ZoneInfo(days.zone)).astimezone(days.first_midnight.tzinfo)
