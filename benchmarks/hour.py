"""One hour of a chat on the wire: 600 posts, 81 people; and the same, killed again and again.

The bot is a process between Discord and Bluesky on loopback, with Discord's rate limits; both live
in a time that runs faster. Twelve people asked for a reminder, five answer by [Answer here]. The
same hour is then held while the bot is killed (-9) or asked to stop (SIGTERM), in turn, at random
moments, and what Discord shows in the end is compared line by line with the undisturbed hour.
CROSSTIE_BENCH_RESTARTS says how often (30), CROSSTIE_BENCH_SPEED how much faster (8: an hour takes
seven and a half minutes; a restart costs about half a minute of it).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import Row
from benchmarks.hosted import (
    POSTS,
    REMINDED,
    STARTS,
    Counted,
    counted,
    hosting,
    memory_mb,
    pace_of,
    rest,
    said,
    uri_of,
)
from bot.demo.world import WorldError
from tests.sandbox.pace import run_paced

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from benchmarks.hosted import Scene
    from bot.demo.world_seen import Seen
    from tests.sandbox.pace import Pace

QUESTIONS = 6
_ANSWERING = 5
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_ENDS = STARTS + _HOUR
_OVER = _ENDS + timedelta(minutes=22)
_PATIENCE_S = 900.0
_LOOKS_AGAIN_S = 60.0
_QUESTION = re.compile(r"\[#[^\]]*\] Q\d\n")


@dataclass(frozen=True, slots=True)
class Held:
    """What came of an hour."""

    went: Counted
    said: list[str]
    missing: int
    """Posts that the database does not hold."""
    restarts: int
    failures: str
    memory_mb: float


async def held(folder: Path, pace: Pace, restarts: int) -> Held:
    """The hour, from the reminders to the last edit."""
    async with hosting(folder, pace) as scene:
        await scene.crosstie.start(within_s=_PATIENCE_S)
        posting = asyncio.ensure_future(scene.post())
        acting = asyncio.ensure_future(_act(scene))
        logs = await _disturbed(scene, restarts)
        await asyncio.gather(posting, acting)
        await scene.until(_OVER)
        kept = await scene.kept()
        posted = {uri_of(e) for at, e in scene.events if e.kind == "commit" and at >= STARTS}
        logs.append(scene.crosstie.log)
        return Held(
            went=counted(scene.sandbox),
            said=said(scene.sandbox),
            missing=len(posted - kept),
            restarts=restarts,
            failures="\n".join(log for log in logs if "Traceback" in log),
            memory_mb=memory_mb(scene.crosstie),
        )


async def _disturbed(scene: Scene, restarts: int) -> list[str]:
    """Ends the bot that often within the hour, and starts it again at once."""
    rng, logs = random.Random(9), list[str]()
    moments = sorted(rng.uniform(-1, 62) for _ in range(restarts))
    for number, minutes in enumerate(moments):
        await scene.until(STARTS + minutes * _MINUTE)
        bot = scene.crosstie.process
        assert bot is not None
        if number % 2:
            await bot.stop(within_s=_PATIENCE_S)
        else:
            await bot.kill()
        logs.append(scene.crosstie.log)
        await scene.crosstie.start(within_s=_PATIENCE_S)
    return logs


async def _act(scene: Scene) -> None:
    """Some are here, answer in the thread, and catch up; if nothing comes of it, once more."""
    people = list(scene.users.values())[1 : _ANSWERING + 1]
    for number, user in enumerate(people, 1):
        await scene.until(STARTS + (9 * number - 1) * _MINUTE)
        words = f"What helps me is number {number}"
        await _tried(partial(_press, scene, user, "I'm here"))
        while not any(words in message.text for message in _thread(scene)):
            await _tried(partial(_answer, scene, user, number, words))
            await rest(_LOOKS_AGAIN_S)
        await _tried(partial(_press, scene, user, "Catch me up"))


async def _tried(act: Callable[[], Awaitable[object]]) -> None:
    with suppress(TimeoutError, StopIteration, ValueError, *WorldError):
        await act()


async def _press(scene: Scene, user: int, label: str) -> None:
    opening = next(m for m in scene.sandbox.world.messages(scene.chats) if m.buttons)
    await scene.sandbox.world.click(user, opening, label)


async def _answer(scene: Scene, user: int, number: int, words: str) -> None:
    world = scene.sandbox.world
    card = next(m for m in _thread(scene) if f"Q{number}" in m.text and m.buttons)
    form = await world.click(user, card, "Answer here")
    await world.submit(user, form, {"words": words})


def _thread(scene: Scene) -> list[Seen]:
    threads = scene.sandbox.world.threads(scene.chats)
    return scene.sandbox.world.messages(threads[0].id) if threads else []


def play(restarts: int, speed: float) -> Held:
    """One hour in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        quick = [(STARTS - timedelta(minutes=11), speed), (_ENDS + 4 * _MINUTE, 3 * speed)]
        pace = pace_of(3 * speed, quick)
        made: Held = run_paced(pace, held(Path(folder), pace, restarts))
        return made


def measure() -> list[Row]:
    """The undisturbed hour, and the one with restarts beside it."""
    speed = float(os.environ.get("CROSSTIE_BENCH_SPEED", "8"))
    restarts = int(os.environ.get("CROSSTIE_BENCH_RESTARTS", "30"))
    calm = play(0, speed)
    rows = _rows(f"an hour, {POSTS} posts", calm)
    if restarts:
        rows += _compared(calm, play(restarts, speed))
    return rows


def _rows(what: str, hour: Held) -> list[Row]:
    went = hour.went
    kinds = (
        ("opening", sum("Remind me" in each for each in hour.said)),
        ("questions", sum(bool(_QUESTION.match(each)) for each in hour.said)),
        ("reminders", sum(each.startswith("[to ") and "I'm here" in each for each in hour.said)),
        ("recap", sum(".md" in each for each in hour.said)),
    )
    wanted = {"opening": 1, "questions": QUESTIONS, "reminders": REMINDED, "recap": 1}
    told = ", ".join(f"{name} {n}" for name, n in kinds)
    missing = sum(abs(wanted[name] - n) for name, n in kinds)
    bounds = (
        ("429s met", went.limited, 0),
        ("messages doubled", went.doubled, 0),
        ("messages missing", missing, 0),
        ("posts missing", hour.missing, 0),
        ("most edits of a card in a minute", went.most_edits, 1),
        ("requests that Discord would refuse", len(went.refused), 0),
        ("tracebacks in the log", hour.failures.count("Traceback"), 0),
    )
    if hour.failures or went.refused:
        print(*hour.failures.split("Traceback")[1:3], went.refused[:3])
    return [
        Row(f"{what}: messages sent", f"{went.messages} ({told})", ""),
        Row(f"{what}: edits", str(went.edits), ""),
        *(Row(f"{what}: {name}", str(n), str(most), n <= most) for name, n, most in bounds),
        Row(f"{what}: memory", f"{hour.memory_mb:.0f} MB", ""),
    ]


def _compared(calm: Held, disturbed: Held) -> list[Row]:
    wanted = calm.said
    lost = [each for each in wanted if each not in disturbed.said]
    more = [each for each in disturbed.said if each not in wanted]
    for name, some in (("only undisturbed", lost), ("only disturbed", more)):
        for each in some:
            print(f"{name}: {each[:600]}")
    what = f"the same with {disturbed.restarts} restarts"
    return [
        *_rows(what, disturbed),
        Row(f"{what}: messages not as undisturbed", f"{len(lost)} of {len(wanted)}", "0", not lost),
    ]
