"""Introductions on the wire, in any order of what A, B, time and the process can do."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.model.people import Delivery, Naming
from bot.model.suggestions import IntroductionState
from bot.services.introductions import LASTS
from tests.sandbox.introducing import A, B, wired

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from bot.demo.world import Answer, Seen
    from tests.sandbox.introducing import Pair, Wire

_T = TypeVar("_T")
_F = TypeVar("_F", bound="Callable[..., Any]")
_S = IntroductionState
_WHO = st.sampled_from([A, B])
_MOMENTS = {_S.ASKED_A: "before A answers", _S.ASKED_B: "between", _S.MADE: "after two yeses"}
_ASK = "Yes, ask them"
YES, NO, SILENCE = "yes/yes", "yes/no", "yes/silence"
BETWEEN = ("leaves", "erases", "blocks", "restarts", "at once")
HAPPENINGS = (*BETWEEN, "days pass")
_MAY_A = precondition(lambda self: not self.a_answered and A not in self.pair.erased)
_MAY_B = precondition(lambda self: self.b_was_asked)


def _may_happen(what: str) -> Callable[[_F], _F]:
    """On ways on which it may, once before A answers and once afterwards."""

    def is_due(self: Introducing) -> bool:
        return what in self.may and self.happened <= self.b_was_asked == self.a_answered

    return precondition(is_due)


class Introducing(RuleBasedStateMachine):
    """One pair: what each pressed, and what that must have led to.

    No precondition asks what came of a race: hypothesis draws the same ways in every run.
    """

    wire: Wire
    runner: asyncio.Runner
    walked: ClassVar[Counter[str]]
    failed: ClassVar[list[AssertionError]]

    pair: Pair
    card: Seen

    def __init__(self) -> None:
        super().__init__()
        self.state = _S.ASKED_A
        self.since = self.wire.clock.now()
        self.happened = 0
        self.a_answered = False
        self.b_was_asked = False

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            return self.runner.run(work)
        except AssertionError as exc:
            self.failed.append(exc)
            raise

    @property
    def is_open(self) -> bool:
        """Whether both are there, and nobody wants them apart."""
        return not self.pair.gone and not self.pair.apart

    def _happens(self, what: str) -> None:
        self.happened += 1
        moment = _MOMENTS.get(self.state, "when it is over")
        self.walked[f"{what}, {moment}"] += 1

    def _becomes(self, state: IntroductionState) -> None:
        self.state, self.since = state, self.wire.clock.now()
        self.pair.made |= state is _S.MADE

    # ---- what A and B answer

    @initialize(
        naming=st.sampled_from(Naming),
        delivery=st.sampled_from((Delivery.DM, Delivery.CARD)),
        may=st.sets(st.sampled_from(HAPPENINGS), min_size=1, max_size=2),
    )
    def a_is_shown_b(self, naming: Naming, delivery: Delivery, may: set[str]) -> None:
        """What may come in between is drawn first: else most ways would be full of restarts."""
        self.may = may
        self.pair = self._run(self.wire.pair(naming, delivery))
        answer = self._run(self.wire.slash(self.pair, A, "suggest"))
        assert answer.message is not None
        self.card = answer.message
        assert _ASK in {b.label for b in self.card.buttons}, answer.text

    @_MAY_A
    @rule()
    def a_agrees(self) -> None:
        self._run(self._yes_of_a([self.card]))

    @_MAY_A
    @rule()
    def a_agrees_twice_at_once(self) -> None:
        """On the card and in /today."""
        waits = self._run(self.wire.slash(self.pair, A, "today")).message
        cards = [self.card]
        self._run(self._yes_of_a(cards + ([waits] if waits and _has(waits, _ASK) else [])))

    @_MAY_A
    @rule()
    def a_declines(self) -> None:
        self.a_answered = True
        self._run(self.wire.click(self.pair, A, self.card, "Not now"))
        if self.state is _S.ASKED_A:
            self.walked["no"] += 1
            self._becomes(_S.DECLINED)

    async def _yes_of_a(self, cards: list[Seen]) -> None:
        self.a_answered = True
        pair, wire = self.pair, self.wire
        before = len(wire.dms(pair, A))
        forms = [await wire.click(pair, A, card, _ASK) for card in cards]
        said = await asyncio.gather(
            *(wire.submit(pair, A, form, "How?") for form in forms if form.modal is not None)
        )
        told = sum("You'll hear only" in answer.text for answer in said)
        # What A reads is the same whether B can still be asked or not; only if so B is asked.
        counts = self.state is _S.ASKED_A and self.is_open
        assert told <= 1
        assert told or not counts
        if counts:
            pair.a_said_yes, pair.dms_to_a_before_yes = True, before
            self.b_was_asked = True
            self._becomes(_S.ASKED_B)
        elif told:
            self._becomes(_S.WITHDRAWN)
        await wire.beat()

    @_MAY_B
    @rule(times=st.integers(1, 2))
    def b_agrees(self, times: int) -> None:
        """Whenever there still is something to press, also when it is too late."""
        self._run(self._answer_of_b(YES, times))

    @_MAY_B
    @rule(times=st.integers(1, 2))
    def b_declines(self, times: int) -> None:
        self._run(self._answer_of_b(NO, times))

    async def _answer_of_b(self, says: str, times: int) -> None:
        pair, wire, counts = self.pair, self.wire, self._b_may_answer()
        question = await self._question()
        if question is None:
            assert not counts
            return
        press = [_press(wire, pair, question, says) for _ in range(times)]
        answers = await asyncio.gather(*press)
        made = any("A private thread" in answer.text for answer in answers)
        assert made is (counts and says == YES), [a.text for a in answers]
        if counts:
            self.walked[says] += 1
            self._becomes(_S.MADE if says == YES else _S.DECLINED)
        await wire.beat()
        if made:
            [thread] = wire.threads(pair)
            assert {pair.a, pair.b} <= thread.member_ids

    def _b_may_answer(self) -> bool:
        return self.state is _S.ASKED_B and self.is_open

    async def _question(self) -> Seen | None:
        """What B was asked, as a direct message or in /today."""
        pair, wire = self.pair, self.wire
        shown = wire.dms(pair, B)[::-1]
        if B not in pair.gone:
            waits = (await wire.slash(pair, B, "today")).message
            shown += [] if waits is None else [waits]
        return next((m for m in shown if _has(m, "No, thanks")), None)

    @_MAY_B
    @_may_happen("at once")
    @precondition(lambda self: not self.pair.gone)
    @rule(says=st.sampled_from((YES, NO)), of_a=st.sampled_from(("leaves", "erases", "blocks")))
    def both_press_at_once(self, says: str, of_a: str) -> None:
        self._happens("at once")
        self._run(self._at_once(says, of_a))

    async def _at_once(self, says: str, of_a: str) -> None:
        pair, wire, counted = self.pair, self.wire, self._b_may_answer()
        question = await self._question()
        act = await self._about_to(A, of_a)
        press = [] if question is None else [_press(wire, pair, question, says)]
        _, *answers = await asyncio.gather(act, *press)
        made = any("A private thread" in answer.text for answer in answers)
        assert not made or (counted and says == YES)
        if counted:
            # Whoever was first: it was made and then ended, or it was not made.
            self._becomes(_S.MADE if made else _S.DECLINED)
        self._ended_by(A, of_a)
        await wire.beat()

    # ---- what comes in between

    @_may_happen("leaves")
    @rule(who=_WHO)
    def somebody_leaves(self, who: str) -> None:
        self._run(self._ends_it(who, "leaves"))

    @_may_happen("erases")
    @rule(who=_WHO)
    def somebody_erases_themselves(self, who: str) -> None:
        self._run(self._ends_it(who, "erases"))

    @_may_happen("blocks")
    @rule(who=_WHO)
    def somebody_blocks(self, who: str) -> None:
        self._run(self._ends_it(who, "blocks"))

    async def _ends_it(self, who: str, act: str) -> None:
        if who not in self.pair.gone:
            self._happens(act)
            await (await self._about_to(who, act))
            self._ended_by(who, act)
            await self.wire.beat()

    async def _about_to(self, who: str, act: str) -> Coroutine[Any, Any, Answer]:
        """All but the last press."""
        if act == "blocks":
            return self.wire.menu(self.pair, who, "Never introduce us")
        asked = (await self.wire.slash(self.pair, who, "me leave")).message
        assert asked is not None
        label = {"leaves": "Leave", "erases": "Erase"}[act]
        return self.wire.click(self.pair, who, asked, label)

    def _ended_by(self, who: str, act: str) -> None:
        """What was said until now was said before."""
        self.wire.check_requests()
        if act == "blocks":
            self.pair.apart = True
            return
        self.pair.gone.add(who)
        if act == "erases":
            self.pair.erased.add(who)

    @_MAY_B
    @rule(who=_WHO)
    def something_is_wrong(self, who: str) -> None:
        self._run(self._wrong(who))

    async def _wrong(self, who: str) -> None:
        for thread in self.wire.threads(self.pair):
            for message in self.wire.world.messages(thread.id):
                if who not in self.pair.gone and _has(message, "Something's wrong"):
                    self.walked["wrong, after two yeses"] += 1
                    await self.wire.click(self.pair, who, message, "Something's wrong")
                    self.pair.apart = True
                    await self.wire.beat()
                    return

    @_may_happen("restarts")
    @rule()
    def the_process_restarts(self) -> None:
        self._happens("restarts")
        self._run(self.wire.restart())

    @_may_happen("days pass")
    @rule(days=st.sampled_from((8, 15)))
    def time_passes(self, days: int) -> None:
        self._happens(f"{days} days")
        self._run(self.wire.later(timedelta(days=days)))
        if not self.state.is_over and self.wire.clock.now() - self.since >= LASTS:
            self.walked[SILENCE if self._b_may_answer() else "silence"] += 1
            self._becomes(_S.EXPIRED)

    @rule(who=_WHO)
    def somebody_looks(self, who: str) -> None:
        """What waits in /today is a message, too."""
        if who not in self.pair.gone:
            self._run(self.wire.slash(self.pair, who, "today"))

    # ---- who learns which name when

    @invariant()
    def names_are_told_only_to_whom_and_when_they_may(self) -> None:
        """Of each request since the step before, and of all that can be seen now."""

        async def look() -> None:
            self.wire.check()

        self._run(look())

    def teardown(self) -> None:
        """The bot is taken from their server: what is due there costs the next ways nothing."""
        client, guild = self.wire.app.client, self.pair.guild
        self.wire.world.remove_bot(guild)
        self._run(self.wire.sandbox.until(lambda: client.get_guild(guild) is None))


def _has(message: Seen, label: str) -> bool:
    return message.by_bot and any(b.label == label for b in message.buttons)


def _press(wire: Wire, pair: Pair, question: Seen, says: str) -> Coroutine[Any, Any, Answer]:
    return wire.click(pair, B, question, {YES: "Yes", NO: "No, thanks"}[says])


_Step = tuple[str, dict[str, Any]]
_AGREES: _Step = ("a_agrees", {})
_B_AGREES: _Step = ("b_agrees", {"times": 2})
ALWAYS: tuple[tuple[_Step, ...], ...] = (
    (_AGREES, _B_AGREES, ("something_is_wrong", {"who": A})),
    (("a_agrees_twice_at_once", {}), ("b_declines", {"times": 2})),
    (_AGREES, ("time_passes", {"days": 15}), _B_AGREES),
    (("a_declines", {}), ("somebody_looks", {"who": B})),
    (_AGREES, ("somebody_leaves", {"who": A}), _B_AGREES),
    (_AGREES, ("somebody_erases_themselves", {"who": A}), _B_AGREES),
    (_AGREES, ("somebody_blocks", {"who": B}), _B_AGREES),
    (_AGREES, ("the_process_restarts", {}), _B_AGREES, ("time_passes", {"days": 8})),
    (_AGREES, ("both_press_at_once", {"says": YES, "of_a": "blocks"})),
    (_AGREES, _B_AGREES, ("somebody_erases_themselves", {"who": B})),
)
"""What hypothesis need not find first: one way of each kind, in steps of the same machine."""


def _go(machine: Introducing, steps: Sequence[_Step], *, named: bool, by_dm: bool) -> None:
    naming = Naming.NAME if named else Naming.DESCRIBE
    delivery = Delivery.DM if by_dm else Delivery.CARD
    machine.a_is_shown_b(naming=naming, delivery=delivery, may=set())
    machine.names_are_told_only_to_whom_and_when_they_may()
    for name, arguments in steps:
        getattr(machine, name)(**arguments)
        machine.names_are_told_only_to_whom_and_when_they_may()
    machine.teardown()


def walk(folder: Path, shared: Path, *, ways: int, by_chance: bool) -> tuple[Wire, Counter[str]]:
    """ALWAYS, and so many drawn ways, each with a pair of its own; what happened, on which wire."""
    with asyncio.Runner() as of_all:
        stack = AsyncExitStack()
        the_wire = of_all.run(stack.enter_async_context(wired(folder, shared)))

        class Here(Introducing):
            wire = the_wire
            runner = of_all
            walked: ClassVar[Counter[str]] = Counter()
            failed: ClassVar[list[AssertionError]] = []

        try:
            for number, steps in enumerate(ALWAYS):
                _go(Here(), steps, named=number % 4 > 1, by_dm=number % 2 == 0)
            run_state_machine_as_test(
                Here,
                settings=settings(
                    max_examples=ways,
                    stateful_step_count=7,
                    deadline=None,
                    derandomize=not by_chance,
                    database=None,
                    phases=(Phase.generate,),  # a way is short: shrinking it costs minutes
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except Flaky as exc:
            # A race that did not come again: what was wrong the first time is what is told.
            if Here.failed:
                raise Here.failed[0] from exc
            raise
        finally:
            of_all.run(stack.aclose())
    return the_wire, Here.walked
