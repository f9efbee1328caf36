"""What every scene of the season needs: the wire, chance, words, and who knows whom."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.demo.season_texts import Fresh, texts

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.demo.season_people import Someone
    from bot.demo.season_wire import Wire, Written

_FAITHFUL = 0.15
"""How much people turn to those they know when they could turn to anybody."""

MAX_CHARACTERS = 300
"""What one Bluesky post may hold."""


class Stage:
    """The season while it is being made."""

    def __init__(self, wire: Wire, rng: random.Random) -> None:
        self.wire = wire
        self.rng = rng
        self.words = texts()
        self.fresh = Fresh(rng)
        said = {**self.words.talk, **self.words.conference}
        self._fillers = {blank: said[blank] for blank in _FILLERS}
        self.posts: list[Written] = []
        """Everything written, reposts not among it."""
        self.named: defaultdict[Someone, list[Written]] = defaultdict(list)
        """The conference's posts that name somebody; people like to share those."""
        self._known: defaultdict[Someone, set[Someone]] = defaultdict(set)

    def met(self, one: Someone, other: Someone) -> None:
        """Notes that two have talked; they will talk again more easily."""
        self._known[one].add(other)
        self._known[other].add(one)

    def knows(self, one: Someone, other: Someone) -> bool:
        """Whether two have talked before."""
        return other in self._known[one]

    def someone_for(
        self, who: Someone, among: Sequence[Someone], tries: int = 12
    ) -> Someone | None:
        """Whom of them `who` turns to: rather people they know, rather people of their field."""
        best: Someone | None = None
        for other in self.rng.choices(among, k=tries) if among else ():
            if other is who:
                continue
            if other in self._known[who] and self.rng.random() < _FAITHFUL:
                return other
            if best is None or (
                other.fields[0] == who.fields[0] and best.fields[0] != who.fields[0]
            ):
                best = other
        return best

    def say(self, phrases: Sequence[str], who: Someone, at: datetime, /, **words: str) -> str:
        """One of the phrases with its blanks filled, never longer than a post may be."""
        known = {"place": who.place, "name": who.given, "does_i": who.does_i}
        known["hour"] = f"{at.hour + 1}:{at.minute // 15 * 15:02d}"
        known["field1"], known["field2"] = self.rng.sample(list(self.words.trades), k=2)
        known |= {blank: self.fresh.pick(self._fillers[blank]) for blank in self._fillers}
        while True:
            text = self.fresh.pick(phrases).format(**{**known, **words})
            if len(text) <= MAX_CHARACTERS:
                return text

    def line(self, who: Someone, kind: str | None = None) -> str:
        """A sentence out of somebody's field, for one kind of question or any."""
        trade = self.words.trades[self.rng.choices(who.fields, _FIRST[: len(who.fields)])[0]]
        return self.fresh.pick(trade.lines if kind is None else trade.says[kind])

    def post(
        self,
        who: Someone,
        at: datetime,
        text: str,
        reply_to: Written | None = None,
        quote: Written | None = None,
    ) -> Written:
        """Somebody posts, and whoever they answer or quote has met them."""
        written = self.wire.post(who, at, text, reply_to, quote)
        self.posts.append(written)
        for other in (reply_to, quote):
            if other is not None and other.author is not who:
                self.met(who, other.author)
        return written

    def after(self, at: datetime, mean_minutes: float) -> datetime:
        """A moment after `at`, exponentially far."""
        seconds = 15 + self.rng.expovariate(1 / (60 * mean_minutes))
        return at + timedelta(seconds=min(seconds, 5 * 60 * mean_minutes))

    def several(self, mean: float) -> int:
        """A Poisson number."""
        limit, product, count = math.exp(-mean), self.rng.random(), 0
        while product > limit:
            product *= self.rng.random()
            count += 1
        return count

    def link(self, who: Someone) -> str:
        """An address that nobody can own."""
        slug = self.rng.choice(("notes", "slides", "report", "kit", "reading-list", "zine"))
        return f"https://{who.handle}/{slug}-{self.rng.randrange(10, 99)}"

    def interest(self, who: Someone) -> str:
        """A hashtag of somebody's field."""
        field = self.rng.choices(who.fields, _FIRST[: len(who.fields)])[0]
        return self.rng.choice(self.words.trades[field].tags)


_FIRST: Sequence[int] = (6, 3, 1)
"""How much more somebody speaks out of the field they work in."""


def plain_tag(tag: str) -> str:
    """A hashtag as words: "PlainLanguage" gives "plain language"."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in tag)
    return _SPELT.get(tag, spaced.strip())


_FILLERS = ("nod", "asks", "more", "mood", "moment", "thing")
"""Phrases that stand inside other phrases."""

_SPELT: Mapping[str, str] = {
    "EngEd": "engineering education",
    "InfoLit": "information literacy",
    "HealthLit": "health literacy",
    "NursingEd": "nursing education",
    "MuseumEd": "museum education",
    "SimLearning": "simulation",
    "DataViz": "data pictures",
}
