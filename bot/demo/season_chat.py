"""One hour of a weekly chat: a host, six numbered questions, answers, and talk between people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.demo.season_people import Someone
    from bot.demo.season_stage import Stage
    from bot.demo.season_wire import Written

_MINUTES = (4, 13, 22, 31, 40, 49)
"""When each question is asked."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One session of a chat as it is planned."""

    starts_at: datetime
    tag: str
    topic: str
    host: Someone
    guests: Sequence[Someone]
    newcomers: Sequence[Someone]
    """Who takes part for the first time; they are not among the guests."""


def play_chat(stage: Stage, hour: Hour) -> None:
    """Everybody's posts of one session, and a few late answers of the next day."""
    rng, talk = stage.rng, stage.words.talk
    start, said = hour.starts_at, {"tag": hour.tag, "topic": hour.topic}
    everybody = [hour.host, *hour.guests, *hour.newcomers]
    welcome = stage.post(
        hour.host, _at(stage, start, 0.3), stage.say(talk["welcome"], hour.host, start, **said)
    )
    for guest in hour.guests:
        if rng.random() < 0.35:
            at = _at(stage, start, rng.uniform(1, 6))
            stage.post(guest, at, stage.say(talk["hello"], guest, at, **said))
    for newcomer in hour.newcomers:
        _first_words(stage, hour, newcomer, everybody)
    answers: list[Written] = []
    for number, minute in enumerate(_MINUTES, start=1):
        answers += _question(stage, hour, number, start + timedelta(minutes=minute), everybody)
    for _ in range(stage.several(len(everybody) / 6)):
        _pass_on(stage, hour, rng.choice(everybody), rng.choice(answers))
    at = start + timedelta(minutes=58.5)
    end = stage.post(hour.host, at, stage.say(talk["thanks"], hour.host, at, **said))
    for what in (welcome, end):
        for guest in rng.sample(list(hour.guests), k=min(2, len(hour.guests))):
            stage.wire.repost(guest, stage.after(what.at, 4), what)


def _question(
    stage: Stage, hour: Hour, number: int, at: datetime, everybody: Sequence[Someone]
) -> list[Written]:
    rng = stage.rng
    kind, ways = stage.words.questions[number - 1]
    asked = rng.choice(ways).format(topic=hour.topic)
    question = stage.post(hour.host, at, f"Q{number} {asked} #{hour.tag}")
    answers = []
    for who in everybody:
        eager = 0.75 if who is hour.host else min(0.85, 0.25 + 0.12 * who.drive)
        if rng.random() > eager:
            continue
        late = rng.random() < 0.03
        moment = stage.after(at, 2.2) if not late else at + timedelta(hours=rng.uniform(9, 20))
        body = stage.line(who, kind)
        text = f"A{number} {rng.choice(stage.words.talk['open'])}{body}"
        text += f"{rng.choice(stage.words.talk['close'])} #{hour.tag}"
        if rng.random() < 0.12:
            text += f" #{stage.interest(who)}"
        answers.append(
            stage.post(who, moment, text, reply_to=question if rng.random() < 0.15 else None)
        )
    for answer in answers:
        _talk_about(stage, hour, answer, everybody)
    return answers


def _talk_about(stage: Stage, hour: Hour, what: Written, everybody: Sequence[Someone]) -> None:
    rng, talk = stage.rng, stage.words.talk
    new = what.author in hour.newcomers
    for _ in range(stage.several(0.75 if new else 0.42)):
        other = stage.someone_for(what.author, everybody)
        if other is None:
            continue
        text = stage.say(talk["reply"], other, what.at, name=what.author.given)
        tag = f" #{hour.tag}" if rng.random() < 0.9 else ""
        reply = stage.post(other, stage.after(what.at, 2.5), text + tag, reply_to=what)
        if rng.random() < 0.34:
            back = stage.say(talk["answer_back"], what.author, reply.at)
            stage.post(what.author, stage.after(reply.at, 2), f"{back} #{hour.tag}", reply_to=reply)
    for _ in range(stage.several(0.16)):
        stage.wire.repost(rng.choice(everybody), stage.after(what.at, 6), what)


def _pass_on(stage: Stage, hour: Hour, who: Someone, what: Written) -> None:
    """A quote, a mention or a link, between the answers."""
    rng, talk = stage.rng, stage.words.talk
    said = {"tag": hour.tag, "topic": hour.topic, "name": what.author.given}
    at, kind = stage.after(what.at, 5), rng.random()
    if kind < 0.4 and who is not what.author:
        stage.post(who, at, stage.say(talk["quote"], who, at, **said), quote=what)
    elif kind < 0.8:
        other = stage.someone_for(who, [*hour.guests, hour.host])
        if other is not None:
            text = stage.say(talk["mention"], who, at, handle=other.handle, **said)
            stage.post(who, at, text)
            stage.met(who, other)
    else:
        stage.post(who, at, stage.say(talk["share"], who, at, link=stage.link(who), **said))


def _first_words(stage: Stage, hour: Hour, newcomer: Someone, everybody: Sequence[Someone]) -> None:
    """A newcomer says hello; most are welcomed soon, some late, some by nobody."""
    rng, talk = stage.rng, stage.words.talk
    at = _at(stage, hour.starts_at, rng.uniform(2, 14))
    hello = stage.post(newcomer, at, stage.say(talk["newcomer"], newcomer, at, tag=hour.tag))
    luck = rng.random()
    if luck > 0.85:
        return
    other = hour.host if rng.random() < 0.4 else stage.someone_for(newcomer, everybody)
    if other is not None and other is not newcomer:
        minutes = rng.uniform(1, 7) if luck < 0.65 else rng.uniform(12, 25)
        text = stage.say(talk["welcome_back"], other, at, name=newcomer.given)
        stage.post(other, _at(stage, at, minutes), f"{text} #{hour.tag}", reply_to=hello)


def _at(stage: Stage, start: datetime, minutes: float) -> datetime:
    return start + timedelta(minutes=minutes, seconds=stage.rng.uniform(0, 20))
