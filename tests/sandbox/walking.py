"""One introduction on the wire, from its first card to its end, with one thing in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from bot.model.people import Delivery, Naming
from tests.sandbox.introducing import A, B

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.demo.world import Answer, Seen
    from tests.sandbox.introducing import Pair, Wire

YES, NO, SILENCE = "yes", "no", "silence"
AT_ONCE = "yes while A says never"
TWICE = "yes, pressed twice at once"
NOTHING = "nothing"
BETWEEN = (
    NOTHING, "a leaves", "b leaves", "a erases", "b erases", "a never", "b never", "restart",
    "8 days", "15 days",
)  # fmt: skip
AFTER = (*BETWEEN, "a wrong", "b wrong")
_PRESSED = {YES: "Yes", NO: "No, thanks", AT_ONCE: "Yes"}


@dataclass(frozen=True, slots=True)
class Path:
    """What A answers, what B answers, and what happens before each of the two and afterwards."""

    of_a: str
    of_b: str
    before_a: str = NOTHING
    before_b: str = NOTHING
    after: str = NOTHING
    naming: Naming = Naming.DESCRIBE
    delivery: Delivery = Delivery.DM


def every_path() -> list[Path]:
    """All ways with at most one thing in between; B is named and described, by DM and not."""
    looks = list(product((Naming.DESCRIBE, Naming.NAME), (Delivery.DM, Delivery.CARD)))
    ways = [(of_a, of_b) for of_a in (YES, TWICE) for of_b in (YES, NO, SILENCE, AT_ONCE)]
    found: list[Path] = []

    def add(of_a: str, of_b: str, **between: str) -> None:
        naming, delivery = looks[len(found) % len(looks)]
        found.append(Path(of_a, of_b, naming=naming, delivery=delivery, **between))

    for of_a, of_b in ways:
        add(of_a, of_b)
    for what in BETWEEN[1:]:
        for of_b in (YES, NO, SILENCE, AT_ONCE):
            add(YES, of_b, before_a=what)
            add(YES, of_b, before_b=what)
    for what, of_b in product(AFTER[1:], (YES, NO, SILENCE, AT_ONCE)):
        add(YES, of_b, after=what)
    for what in BETWEEN:
        add(NO, SILENCE, before_a=what)
        add(NO, SILENCE, after=what)
    return found


FEW = (
    Path(YES, YES),
    Path(TWICE, NO, naming=Naming.NAME, delivery=Delivery.CARD),
    Path(YES, SILENCE, after="15 days"),
    Path(NO, SILENCE, naming=Naming.NAME),
    Path(YES, YES, before_b="a leaves"),
    Path(YES, YES, before_b="b never", delivery=Delivery.CARD),
    Path(YES, YES, before_b="a erases"),
    Path(YES, YES, after="b erases", naming=Naming.NAME),
    Path(YES, YES, before_b="restart", after="8 days"),
    Path(YES, AT_ONCE),
    Path(YES, YES, after="a wrong"),
)
"""One of each kind: what the suite has time for."""


@dataclass
class Walk:
    """One pair on its way."""

    wire: Wire
    path: Path
    pair: Pair
    card: Seen
    met: list[str] = field(default_factory=list)

    @classmethod
    async def begin(cls, wire: Wire, path: Path) -> Walk:
        """A sees the first card."""
        pair = await wire.pair(path.naming, path.delivery)
        answer = await wire.slash(pair, A, "suggest")
        assert answer.message is not None
        assert "Yes, ask them" in {b.label for b in answer.message.buttons}, (pair, answer.text)
        wire.check()
        return cls(wire, path, pair, answer.message)

    async def go(self) -> None:
        """To the end; after each step every message is looked at."""
        path = self.path
        await self._happens(path.before_a)
        await self._a_answers()
        await self._happens(path.before_b)
        if path.of_b != SILENCE and self.pair.a_said_yes:
            await self._b_answers()
        await self._happens(path.after)
        await self.wire.beat()
        self.wire.check()
        self._ended_as_it_should()

    def _ended_as_it_should(self) -> None:
        path = self.path
        open_until_b = {NOTHING, "restart", "8 days"}
        lasting = path.before_a in open_until_b and path.before_b in open_until_b
        both = path.of_a in (YES, TWICE) and path.of_b == YES and lasting
        if path.of_b != AT_ONCE:
            assert self.pair.made is both, (path, self.met)

    @property
    def is_open(self) -> bool:
        """Whether both are there, and nobody wants them apart."""
        return not self.pair.gone and not self.pair.apart

    async def _happens(self, what: str) -> None:
        self.met.append(what)
        who, _, act = what.partition(" ")
        person = A if who == "a" else B
        if what == "restart":
            await self.wire.restart()
        elif act == "days":
            await self.wire.later(timedelta(days=int(who)))
        elif act in ("leaves", "erases"):
            await self._leaves(person, erases=act == "erases")
        elif act == "never":
            await self.wire.menu(self.pair, person, "Never introduce us")
            self.pair.apart = True
        elif act == "wrong":
            await self._wrong(person)
        self.wire.check()

    async def _a_answers(self) -> None:
        pair, wire = self.pair, self.wire
        if A in pair.erased:
            return
        if self.path.of_a == NO:
            await wire.click(pair, A, self.card, "Not now")
            wire.check()
            return
        forms = [await wire.click(pair, A, self.card, "Yes, ask them")]
        if self.path.of_a == TWICE:
            shown = (await wire.slash(pair, A, "today")).message
            assert shown is not None
            assert forms[0].modal is not None
            forms.append(await wire.click(pair, A, shown, "Yes, ask them"))
        pair.dms_to_a_before_yes = len(wire.dms(pair, A))
        open_ = [f for f in forms if f.modal is not None]  # none where B erased themselves
        said = await asyncio.gather(*(wire.submit(pair, A, f, "How?") for f in open_))
        told = sum("You'll hear only" in s.text for s in said)
        assert told <= 1
        # What A reads is the same whether B can still be asked; only if so B is asked.
        pair.a_said_yes = bool(told) and self.is_open
        await wire.beat()
        wire.check()

    async def _b_answers(self) -> None:
        pair, wire, was_open = self.pair, self.wire, self.is_open
        question = await self._question()
        if question is None:
            assert not was_open or "15 days" in self.met
            return
        acts = [wire.click(pair, B, question, _PRESSED[self.path.of_b])]
        if self.path.of_b == AT_ONCE and A not in pair.gone:
            acts.append(wire.menu(pair, A, "Never introduce us"))
        answers: Sequence[Answer] = await asyncio.gather(*acts)
        made = "A private thread" in answers[0].text
        assert not made or was_open
        if self.path.of_b == AT_ONCE:
            pair.apart = True
        pair.made = made
        await wire.beat()
        wire.check()
        if made and not pair.apart:
            [thread] = wire.threads(pair)
            assert {pair.a, pair.b} <= thread.member_ids

    async def _question(self) -> Seen | None:
        """B's question, as a direct message or in /today."""
        pair, wire = self.pair, self.wire
        shown = wire.dms(pair, B)[::-1]
        if B not in pair.gone:
            waits = (await wire.slash(pair, B, "today")).message
            shown += [] if waits is None else [waits]
        asking = (m for m in shown if any(b.label == "No, thanks" for b in m.buttons))
        return next(asking, None)

    async def _leaves(self, who: str, *, erases: bool) -> None:
        asked = (await self.wire.slash(self.pair, who, "me leave")).message
        assert asked is not None
        await self.wire.click(self.pair, who, asked, "Erase" if erases else "Leave")
        self.wire.check_requests()
        self.pair.gone.add(who)
        if erases:
            self.pair.erased.add(who)
        await self.wire.beat()

    async def _wrong(self, who: str) -> None:
        for thread in self.wire.threads(self.pair):
            for message in self.wire.world.messages(thread.id):
                if message.by_bot and any(b.label == "Something's wrong" for b in message.buttons):
                    await self.wire.click(self.pair, who, message, "Something's wrong")
                    self.pair.apart = True
                    return


async def walk(wire: Wire, paths: Sequence[Path]) -> Counter[str]:
    """All of them, one after the other; how they ended."""
    ends: Counter[str] = Counter()
    for path in paths:
        one = await Walk.begin(wire, path)
        try:
            await one.go()
        except AssertionError as exc:
            exc.add_note(f"on {path}, after {one.met}")
            raise
        asked = "B was asked, no more" if one.pair.a_said_yes else "B was not asked"
        ends["made" if one.pair.made else asked] += 1
    return ends
