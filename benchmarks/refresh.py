"""A whole community's lists at once, in a thread beside a running loop, as a round makes them.

Ten thousand members in a crowd of as many, and of ten times as many, `engine.suggest` with reasons
(by the graph alone: what was said is too much to be looked at one by one), then the weekly matching
of all that came of it; and two thousand members with all signals of their talk. Meanwhile the loop
counts how late it is: its worst stall is what a member who presses a button would have waited.
CROSSTIE_BENCH_MEMBERS gives another number than 10,000.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import threading
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from benchmarks import Row
from benchmarks.crowd import Crowd
from benchmarks.engine import FIELDS, NOW
from bot.engine.answers import NAMES, believed
from bot.engine.graph import Building
from bot.engine.history import History, Request, Rules
from bot.engine.offers import Option, offers_of
from bot.engine.suggest import suggest
from bot.engine.talk import Talk
from bot.model.people import FieldOf, PersonId, Stance

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBERS = 10_000
WITH_TALK = 2_000
WANTED_S = 60.0
_TICK_S, _IDLE_S = 0.005, 3.0
_Result = TypeVar("_Result")


def measure() -> list[Row]:
    members = int(os.environ.get("CROSSTIE_BENCH_MEMBERS", MEMBERS))
    rows = []
    for people, count, with_talk in (
        (WITH_TALK, WITH_TALK, True),
        (members, members, False),
        (10 * members, members, False),
    ):
        rows += refreshed(people, count, with_talk=with_talk)
    return rows


def refreshed(people: int, members: int, *, with_talk: bool) -> list[Row]:
    """The rows of one community."""
    history = history_of(people, members, with_talk=with_talk)
    requests = [Request(person) for person in sorted(history.willing or ())]
    what = f"{members:,} members of {people:,} who talk"
    lists = asyncio.run(beside(lambda: suggest(history, requests, Rules(), NOW, random.Random(7))))
    drafts = lists.result
    of_a, of_b = (0.5,) * len(NAMES), (0.5,) * len(NAMES)
    options = [Option(draft, of_a, of_b) for draft in drafts]
    waiting = {request.member for request in requests}
    chance = np.random.default_rng(7)
    matching = asyncio.run(beside(lambda: offers_of(options, believed(()), waiting, {}, chance)))
    offers = matching.result
    whole = lists.seconds + matching.seconds
    worst = max(lists.worst_ms, matching.worst_ms)
    idle = asyncio.run(beside(lambda: threading.Event().wait(_IDLE_S)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row(
            f"{what}: all lists and the matching",
            f"{whole:.1f} s ({lists.seconds:.1f} + {matching.seconds:.1f}; on the processor "
            f"{lists.cpu:.1f} + {matching.cpu:.1f}), {len(drafts):,} suggestions, "
            f"{len(offers):,} offers; process at most {peak:.0f} MB",
            f"< {WANTED_S:.0f} s",
            whole < WANTED_S,
        ),
        Row(
            f"{what}: the loop meanwhile",
            f"worst stall {worst:.0f} ms, 99 % under {max(lists.p99_ms, matching.p99_ms):.0f} ms "
            f"(with nothing to do: {idle.worst_ms:.0f}, {idle.p99_ms:.0f} ms)",
            "",
        ),
    ]


def history_of(people: int, members: int, *, with_talk: bool) -> History:
    """What a round is given."""
    parts = list(Crowd(people, 7, NOW).parts())
    building = Building(now=NOW, half_life=timedelta(days=30))
    for part in parts:
        building.add(*part)
    graph = building.graph()
    known = graph.ids[graph.contacts > 0]
    chosen = np.random.default_rng(7).choice(known, min(members, len(known)), replace=False)
    works = [(FieldOf(field, Stance.WORK),) for field in FIELDS]
    fields = {PersonId(p): works[p % len(works)] for p in chosen.tolist()}
    talk = None
    if with_talk:
        src, dst, _, at_us = (np.concatenate(column) for column in zip(*parts, strict=True))
        main = {int(p): of[0].field for p, of in fields.items()}
        talk = Talk.of(src, dst, at_us, fields=main)
    return History(graph=graph, fields=fields, willing=frozenset(fields), talk=talk)


@dataclass(frozen=True, slots=True)
class Beside(Generic[_Result]):
    """What work in a thread gave, what it took, and how late the loop was meanwhile."""

    result: _Result
    seconds: float
    cpu: float
    worst_ms: float
    p99_ms: float


async def beside(work: Callable[[], _Result]) -> Beside[_Result]:
    """Does it in a thread, as the bot does, and looks at the loop every 5 ms."""
    late: list[float] = []
    loop = asyncio.get_running_loop()

    def look(due: float) -> None:
        late.append((loop.time() - due) * 1e3)
        again = loop.time() + _TICK_S
        loop.call_at(again, look, again)

    look(loop.time())
    start, cpu = perf_counter(), process_time()
    result = await asyncio.to_thread(work)
    seconds, cpu = perf_counter() - start, process_time() - cpu
    return Beside(result, seconds, cpu, max(late), float(np.percentile(late, 99)))
