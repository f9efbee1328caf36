"""What members of the demo do in Discord: look, press yes, no or nothing, sometimes add a line.

They see only what the local Discord shows them, and act only through slash commands, buttons and
forms, as people do. How each one decides comes from a seed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

    from bot.demo.agenda import Agenda
    from bot.demo.plan import Guest
    from bot.demo.world import Answer, Seen, World

_PROMPT = re.compile(r"prompt:(\d+):([a-z_]+)")
_BUG = "Something went wrong on my side"
_LINES = (
    "",
    "",
    "What would you try first?",
    "How did you begin?",
    "I'd like to hear what went wrong, too.",
    "Could we compare notes over a tea?",
)
_NOTHING = "nothing"
_INCLINED: Mapping[str, float] = {
    "yes": 6,
    "no": 1.5,
    "why": 0.6,
    "known": 0.6,
    "never": 0.1,
    "done": 4,
    "keep": 4,
    "weekly": 2,
    "fortnightly": 3,
    "later": 1,
    "drop": 1.5,
    _NOTHING: 1.2,
}
"""How people tend to answer, by the name of the answer; of those that a card offers."""
_CARDS_A_VISIT = 3


@dataclass(slots=True)
class Sightings:
    """What members had on their screens."""

    interactions: int = 0
    prompts: set[int] = field(default_factory=set)
    """Ids of prompts whose buttons were seen, in messages that everybody or only one could see."""
    faults: list[str] = field(default_factory=list)
    """Answers by which the bot said that it had failed."""

    def saw(self, answer: Answer) -> list[Seen]:
        """Notes an act and what it brought to the screen."""
        self.interactions += 1
        shown = answer.messages
        for message in shown:
            self.read(message)
            if _BUG in message.text:
                self.faults.append(message.text)
        if not answer.responded:
            self.faults.append("the application did not respond")
        return shown

    def read(self, message: Seen) -> None:
        """Notes the prompts in a message."""
        self.prompts.update(prompt for prompt, _, _ in answers_in(message))


def answers_in(message: Seen) -> Iterator[tuple[int, str, str]]:
    """The prompt, the name of the answer and the custom id of every button that takes one."""
    for button in message.buttons:
        match = _PROMPT.fullmatch(button.custom_id or "")
        if match is not None and not button.disabled:
            yield int(match[1]), match[2], match[0]


class Visitor:
    """One member."""

    def __init__(
        self,
        guest: Guest,
        user: int,
        channel: int,
        world: World,
        sightings: Sightings,
        rng: random.Random,
    ) -> None:
        self.guest = guest
        self.user = user
        self.channel = channel
        """The community's prompt channel, where commands are run."""
        self._world = world
        self._sightings = sightings
        self._rng = rng
        self._keen = rng.betavariate(2, 3)
        """How likely a planned visit happens."""
        self._done: set[int] = set()

    def plan_visits(self, agenda: Agenda, until: datetime, after: datetime) -> None:
        """A look in some weeks, and more in the two weeks from `after`, the conference's end."""
        day = self.guest.joins_at
        while day < until:
            if self._rng.random() < self._keen:
                agenda.plan(
                    self._hour_of(day + timedelta(days=self._rng.uniform(1, 6))), self.visit
                )
            day += timedelta(days=7)
        for days in (2.6, 4, 15):
            if self._rng.random() < self._keen:
                agenda.plan(self._hour_of(after + timedelta(days=days)), self.visit)

    async def visit(self) -> None:
        """Looks at direct messages, then at what waits, and answers some of it."""
        for message in self._world.dms(self.user):
            self._sightings.read(message)
            await self._answer(message)
        await self._look_through(await self._what_waits())

    async def _what_waits(self) -> Answer:
        """Through [See mine] where a message offers it, else by /today."""
        if self._rng.random() < 0.5:
            for message in reversed(self._world.messages(self.channel, by=self.user)[-20:]):
                for _, answer, custom_id in answers_in(message):
                    if answer == "mine" and not message.ephemeral:
                        return await self._world.click(self.user, message, custom_id=custom_id)
        return await self._world.slash(self.user, self.channel, "today")

    async def _look_through(self, answer: Answer) -> None:
        shown = self._sightings.saw(answer)
        for _ in range(_CARDS_A_VISIT):
            following = None
            for message in shown:
                following = await self._answer(message) or following
            if following is None:
                return
            shown = following

    async def _answer(self, message: Seen) -> list[Seen] | None:
        """Presses one of a card's buttons, or none; what was on the screen then."""
        offered = {name: (prompt, custom_id) for prompt, name, custom_id in answers_in(message)}
        offered = {
            name: (prompt, custom_id)
            for name, (prompt, custom_id) in offered.items()
            if name in _INCLINED and prompt not in self._done
        }
        if not offered:
            return None
        names = [*offered, _NOTHING]
        chosen = self._rng.choices(names, [_INCLINED[name] for name in names])[0]
        if chosen == _NOTHING:
            self._done.add(next(iter(offered.values()))[0])
            return None
        prompt, custom_id = offered[chosen]
        if chosen != "why":
            self._done.add(prompt)
        answer = await self._world.click(self.user, message, custom_id=custom_id)
        shown = self._sightings.saw(answer)
        if answer.modal is not None:
            line = self._rng.choice(_LINES)
            box = next(iter(text_inputs(answer.modal)))
            shown = self._sightings.saw(await self._world.submit(self.user, answer, {box: line}))
        return shown

    def _hour_of(self, day: datetime) -> datetime:
        """A waking hour of that day where they live."""
        zone = ZoneInfo(self.guest.zone)
        local = day.astimezone(zone)
        hour = time(self._rng.randrange(9, 21), self._rng.randrange(60))
        return datetime.combine(local.date(), hour, zone).astimezone(day.tzinfo)


def text_inputs(modal: Mapping[str, object]) -> Iterator[str]:
    """The custom ids of a form's text boxes, in their order."""
    parts = modal.get("components")
    for part in parts if isinstance(parts, list) else []:
        if part.get("type") == _TEXT_INPUT:
            yield part["custom_id"]
        inner = part.get("component")
        yield from text_inputs({"components": part.get("components") or ([inner] if inner else [])})


_TEXT_INPUT = 4
