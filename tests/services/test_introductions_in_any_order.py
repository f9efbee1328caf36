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

from bot.model.suggestions import IntroductionState, PromptKind
from bot.services.introductions import LASTS
from bot.store.open import open_database
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
        self.changed = MONDAY

    async def _opened(self, path: Path) -> Database:
        return await self._stack.enter_async_context(open_database(f"sqlite:///{path}"))

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.people = self._run(meet(self._db))
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
        prompt = self._run(prompt_of(self._db, kind))
        return prompt is not None and prompt.answered_at is None and prompt.expires_at > self.now

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

    @rule(who=WHO)
    def leaves(self, who: str) -> None:
        self._run(self.people.world.change(who, left_at=self.now))
        self.gone.add(who)

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
        if self.expected is IntroductionState.ASKED_B and not self.grounded:
            # Withdrawn when the card was to be made, if it was still to be sent to somebody there.
            self.expected = self._run(state_of(self._db))
            assert self.expected in (IntroductionState.ASKED_B, IntroductionState.WITHDRAWN)

    @rule()
    def restarts(self) -> None:
        people = services(self._db, self.people.clock)
        people.world = self.people.world
        self.people.introductions = people.introductions
        self.people.prompts = people.prompts

    @invariant()
    def the_state_is_as_told(self) -> None:
        if hasattr(self, "asked"):
            assert self._run(state_of(self._db)) is self.expected

    @invariant()
    def connections_and_the_thread_come_with_two_yeses_only(self) -> None:
        if not hasattr(self, "asked"):
            return
        made = self.expected is IntroductionState.MADE

        async def count() -> tuple[int, int]:
            async with self._db.read() as tx:
                connections = await tx.fetch("SELECT id FROM connections")
                threads = await tx.fetch("SELECT id FROM prompts WHERE kind = 'introduced'")
            return len(connections), len(threads)

        assert self._run(count()) == ((2, 1) if made else (0, 0))
        assert len(self.asked.post.cards(PromptKind.INTRODUCED)) <= int(made)

    @invariant()
    def a_hears_nothing_of_b(self) -> None:
        if not hasattr(self, "asked"):
            return
        told = {"suggestion_yes", "suggestion_no", "suggestion_known", "suggestion_never"}
        assert set(self.heard_by_a) <= told | {"answer_taken", "answer_over"}
        to_a = [o for o in self.asked.post.sent if o.prompt.recipient == ANA]
        assert to_a == []

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
        settings=settings(max_examples=25, stateful_step_count=10, deadline=None),
    )
