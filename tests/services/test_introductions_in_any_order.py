"""Introductions, in any order of presses, leavings, blocks, restarts, over a real database."""

from __future__ import annotations

import asyncio
import random
import shutil
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.model.people import Naming
from bot.model.suggestions import IntroductionState, PromptKind
from bot.services.introductions import LASTS
from bot.store import privacy
from bot.store.open import open_database
from cogs.render import rendered
from tests.services.asking import (
    ANA,
    BEN,
    Asked,
    meet,
    prompt_of,
    services,
    state_of,
)
from tests.services.gatherings import MONDAY, NURSES

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.services.prompts import Outgoing
    from bot.store.database import Database

_T = TypeVar("_T")
WHO = st.sampled_from(["Ana", "Ben"])


class Introducing(RuleBasedStateMachine):
    """A and B press, leave, block and wait in any order; the process restarts at any time."""

    template: Path
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        path = self.folder / f"{random.SystemRandom().getrandbits(64):x}.db"
        shutil.copy(self.template, path)
        self._stack = AsyncExitStack()
        self._db = self._run(self._opened(path))
        self.path = path
        self.heard_by_a: list[str] = []
        self.expected = IntroductionState.ASKED_A
        self.gone: set[str] = set()
        self.blocked = False
        self.erased = False
        self.changed = MONDAY

    async def _opened(self, path: Path) -> Database:
        return await self._stack.enter_async_context(open_database(f"sqlite:///{path}"))

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.people = self._run(meet(self._db))
        self._run(self.people.world.change("Ben", naming=Naming.DESCRIBE))
        self._run(self.people.suggestions.suggest_now(NURSES, ANA))
        self.asked = Asked(self.people)

    def _expect(self, state: IntroductionState) -> None:
        self.expected = state
        self.changed = self.now

    @property
    def now(self) -> datetime:
        return self.people.clock.now()

    @property
    def grounded(self) -> bool:
        return not self.gone and not self.blocked

    def _is_open(self, kind: PromptKind) -> bool:
        if not hasattr(self, "asked") or self.erased:
            return False
        prompt = self._run(prompt_of(self._db, kind))
        return prompt is not None and prompt.answered_at is None and prompt.expires_at > self.now

    @precondition(lambda self: not self.erased)
    @rule(answer=st.sampled_from(["yes", "no", "known", "never"]), times=st.integers(1, 2))
    def a_presses(self, answer: str, times: int) -> None:
        counts = self.expected is IntroductionState.ASKED_A and self._is_open(PromptKind.SUGGESTION)
        for _ in range(times):
            notice = self._run(self.asked.press(PromptKind.SUGGESTION, answer, ANA))
            self.heard_by_a.append(notice.key)
        if answer == "never":
            self.blocked = True
            if not self.expected.is_over:
                self._expect(IntroductionState.WITHDRAWN)
        elif counts and answer == "yes":
            yes = IntroductionState.ASKED_B if self.grounded else IntroductionState.WITHDRAWN
            self._expect(yes)
        elif counts:
            self._expect(IntroductionState.DECLINED)

    @precondition(lambda self: self._is_open(PromptKind.INTRODUCTION))
    @rule(answer=st.sampled_from(["yes", "no"]), times=st.integers(1, 2))
    def b_presses(self, answer: str, times: int) -> None:
        for _ in range(times):
            self._run(self.asked.press(PromptKind.INTRODUCTION, answer, BEN))
        if self.expected is not IntroductionState.ASKED_B:
            return
        if answer == "no":
            self._expect(IntroductionState.DECLINED)
        else:
            yes = IntroductionState.MADE if self.grounded else IntroductionState.WITHDRAWN
            self._expect(yes)

    @precondition(lambda self: not self.erased)
    @rule(who=WHO)
    def leaves(self, who: str) -> None:
        self._run(self.people.world.change(who, left_at=self.now))
        self.gone.add(who)

    @precondition(lambda self: self._is_open(PromptKind.INTRODUCTION))
    @rule(of_a=st.sampled_from(["yes", "never"]), of_b=st.sampled_from(["yes", "no"]))
    def both_press_at_once(self, of_a: str, of_b: str) -> None:
        was, grounded = self.expected, self.grounded

        async def press() -> None:
            of_one = self.asked.press(PromptKind.SUGGESTION, of_a, ANA)
            heard, _ = await asyncio.gather(
                of_one, self.asked.press(PromptKind.INTRODUCTION, of_b, BEN)
            )
            self.heard_by_a.append(heard.key)

        self._run(press())
        self.blocked |= of_a == "never"
        if was is not IntroductionState.ASKED_B:
            return
        state = self._run(state_of(self._db))
        answered = {
            "yes": IntroductionState.MADE if grounded else IntroductionState.WITHDRAWN,
            "no": IntroductionState.DECLINED,
        }[of_b]
        ways = {answered} | ({IntroductionState.WITHDRAWN} if of_a == "never" else set())
        assert state in ways
        self._expect(state)

    @precondition(lambda self: not self.erased)
    @rule(who=WHO)
    def erases(self, who: str) -> None:
        async def erase() -> None:
            async with self._db.write() as tx:
                person = self.people.world.person(who)
                await privacy.erase_person(tx, person, at=self.now, keep_out=True)

        self._run(erase())
        self.erased = True

    @precondition(lambda self: not self.erased)
    @rule()
    def b_never_wants_it(self) -> None:
        people = self.people.world
        self._run(self.people.introductions.never(people.person("Ben"), people.person("Ana")))
        self.blocked = True
        if not self.expected.is_over:
            self._expect(IntroductionState.WITHDRAWN)

    @rule(days=st.integers(1, 15))
    def time_passes(self, days: int) -> None:
        self._run(self.people.clock.move_to(self.now + timedelta(days=days)))
        self._run(self.people.introductions.expire_due())
        if not self.expected.is_over and self.now - self.changed >= LASTS:
            self._expect(IntroductionState.EXPIRED)

    @rule()
    def delivers(self) -> None:
        self._run(self.asked.deliver())
        self._withdrawn_if_groundless()

    @precondition(lambda self: not self.erased)
    @rule(who=WHO)
    def looks(self, who: str) -> None:
        """What waits in /today is a message, too."""
        waits = self._run(self.people.waits_for(who))
        if waits is not None:
            self._is_said_in_time(waits)
        self._withdrawn_if_groundless()

    def _withdrawn_if_groundless(self) -> None:
        """When a card is to be made whose ground is gone, and not before, it is withdrawn."""
        if self.erased or self.grounded or self.expected.is_over:
            return
        state = self._run(state_of(self._db))
        assert state in (self.expected, IntroductionState.WITHDRAWN)
        self.expected = state

    @rule()
    def restarts(self) -> None:
        people = services(self._db, self.people.clock)
        people.world = self.people.world
        self.people.introductions = people.introductions
        self.people.prompts = people.prompts

    @invariant()
    def the_state_is_as_told(self) -> None:
        if hasattr(self, "asked") and not self.erased:
            assert self._run(state_of(self._db)) is self.expected

    @invariant()
    def connections_and_the_thread_come_with_two_yeses_only(self) -> None:
        if not hasattr(self, "asked"):
            return
        made = self.expected is IntroductionState.MADE and not self.erased

        async def count() -> tuple[int, int]:
            async with self._db.read() as tx:
                connections = await tx.fetch("SELECT id FROM connections")
                threads = await tx.fetch("SELECT id FROM prompts WHERE kind = 'introduced'")
            return len(connections), len(threads)

        assert self._run(count()) == ((2, 1) if made else (0, 0))
        if self.expected is not IntroductionState.MADE:
            assert self.asked.post.cards(PromptKind.INTRODUCED) == []

    @invariant()
    def nobody_learns_a_name_before_its_time(self) -> None:
        """Of every message that was sent, and every card that could be seen now."""
        if not hasattr(self, "asked"):
            return
        told = {"suggestion_yes", "suggestion_no", "suggestion_known", "suggestion_never"}
        assert set(self.heard_by_a) <= told | {"answer_taken", "answer_over"}
        for outgoing in self.asked.post.sent:
            self._is_said_in_time(outgoing)

    def _is_said_in_time(self, outgoing: Outgoing) -> None:
        shown = rendered(outgoing)
        said = f"{shown.content} {shown.embed.to_dict()}"
        kind = outgoing.prompt.kind
        if outgoing.prompt.recipient == ANA and kind is PromptKind.SUGGESTION:
            # Ben is described: neither his name nor his post, which would tell it.
            assert "Ben" not in said
            assert "/ben/" not in said
        elif outgoing.prompt.recipient == BEN and kind is PromptKind.INTRODUCTION:
            assert "suggestion_yes" in self.heard_by_a
        else:
            assert kind in (PromptKind.INTRODUCED, PromptKind.CHECK_IN, PromptKind.CHANGED)
            assert self.expected is IntroductionState.MADE

    def teardown(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()
        self.path.unlink()


def test_any_order_of_presses_leavings_blocks_and_restarts_keeps_the_promises(
    sqlite_url: str, tmp_path: Path
) -> None:
    class Here(Introducing):
        template = Path(sqlite_url.removeprefix("sqlite:///"))
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=30, stateful_step_count=10, deadline=None),
    )
