"""The first evening of a new community, as its people read it: sixty invented people, nobody known.

`python -m benchmarks.first_evening` prints it; with `--write` it becomes docs/first-evening.md.
Everything is said by the real bot in a local Discord, in replayed time; nothing is asked outside.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.app import App
from bot.clock import ReplayClock
from bot.demo.reading import jetstream
from bot.demo.season_chat import Hour, play_chat
from bot.demo.season_people import people
from bot.demo.season_stage import Stage
from bot.demo.season_texts import texts
from bot.demo.season_wire import Wire
from bot.demo.world import World
from bot.demo.world_client import attach
from bot.demo.world_seen import Answer
from bot.model.people import (
    CommunityId,
    Delivery,
    DiscordId,
    Naming,
    Platform,
    Stance,
    account_key,
    person_of_member,
)
from bot.model.policy import FOLLOWABLE
from bot.settings import DatabaseSection, HealthSection, PublicSection, Settings
from cogs.transcript import markdown

if TYPE_CHECKING:
    from bot.demo.season_people import Someone
    from bot.demo.season_wire import Delivered
    from bot.demo.world_seen import Seen

ZONE = "Europe/Madrid"
STARTS = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
PEOPLE, MEMBERS = 60, 45
_LINK = "UPDATE accounts SET person_id = :person WHERE id = :account"
_STAMP = re.compile(r"<t:(\d+):([A-Za-z])>")
_MASKED = re.compile(r"\[((?:\\.|[^\]\\])+)\]\([^)\s]+\)")


@dataclass
class Evening:
    """The world, and what was said in it."""

    world: World
    app: App
    clock: ReplayClock
    guild: int
    chats: int
    prompts: int
    host: int
    lines: list[str]

    async def beat(self) -> None:
        for heartbeat in (*self.app.heartbeats, *self.app.client.heartbeats):
            await heartbeat.run()

    def say(self, *lines: str) -> None:
        self.lines += lines

    def show(self, message: Seen | Answer | None) -> None:
        """A message as its readers see it, with its buttons."""
        seen = message.message if isinstance(message, Answer) else message
        if seen is None:
            self.say("> (nothing)", "")
            return
        for line in _read(seen.text, self.clock.now()).splitlines():
            self.say(f"> {line}  ")
        buttons = " ".join(f"[{button.label}]" for button in seen.buttons)
        files = " ".join(f"📎 {name}" for name in seen.files)
        if buttons or files:
            self.say(">", f"> {' '.join(filter(None, (files, buttons)))}")
        self.say("")


def _read(text: str, now: datetime) -> str:
    """What a reader in Madrid sees: labels without addresses, dates as Discord writes them."""

    def told(match: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(match[1]), UTC)
        local = at.astimezone(ZoneInfo(ZONE))
        if match[2] == "R":
            minutes = round((at - now) / timedelta(minutes=1))
            size, unit = next(
                (n, u) for n, u in ((1440, "day"), (60, "hour"), (1, "minute"))
                if abs(minutes) >= n or n == 1
            )  # fmt: skip
            count = round(abs(minutes) / size)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if minutes >= 0 else f"{words} ago"
        form = {"t": "%H:%M", "D": "%-d %B %Y", "F": "%A, %-d %B %Y %H:%M"}
        return local.strftime(form.get(match[2], "%-d %B %Y %H:%M"))

    return _MASKED.sub(r"[\1]", _STAMP.sub(told, text)).replace("\u200b", "")


async def _joins(evening: Evening, who: Someone, user: int, *, named: bool) -> None:
    services, here, me = evening.app.services, CommunityId(evening.guild), DiscordId(user)
    community = await services.communities.get(here)
    await services.people.join(community, me, who.name, "en-GB")
    fields = {Stance.WORK: who.fields[0], Stance.CURIOUS: ", ".join(who.fields[1:])}
    await services.people.tell_fields(here, me, fields)
    await services.people.change(
        here,
        me,
        description=who.does,
        zone=ZONE,
        naming=Naming.NAME if named else Naming.DESCRIBE,
        show_posts=True,
        delivery=Delivery.DM if user == evening.host else Delivery.CARD,
    )


async def _set_up(evening: Evening) -> None:
    world, host, chats = evening.world, evening.host, evening.chats
    evening.say("## The organiser sets it up, in the afternoon", "", "`/admin setup`", "")
    setup = await world.slash(
        host, chats, "admin setup", chat_channel=chats, prompt_channel=evening.prompts, zone=ZONE
    )
    evening.show(setup)
    evening.say("`/host chat`", "")
    evening.show(
        await world.slash(
            host, chats, "host chat", name="Learning chat", hashtags="#lrnchat", day="Thursday",
            time="20:00",
        )
    )  # fmt: skip
    for _ in range(2):
        await evening.beat()
    evening.say("## The host's message", "", "Nothing is planned a day ahead, so, once, by DM:", "")
    for message in world.dms(host):
        evening.show(message)
    form = await world.slash(host, chats, "host plan", what="#lrnchat")
    asked = [ways[0].format(topic="learning across fields") for _, ways in texts().questions]
    typed = {"topic": "Learning across fields", "questions": "\n".join(asked), "cohosts": ""}
    evening.say("`/host plan`, and its panel:", "")
    evening.show(await world.submit(host, form, typed))


def _hour(rng: random.Random) -> tuple[list[Someone], tuple[Delivered, ...]]:
    found = people(rng)
    crowd = [next(found) for _ in range(PEOPLE)]
    wire = Wire(rng)
    for who in crowd:
        wire.hello(who, STARTS - timedelta(hours=1))
    stage = Stage(wire, rng)
    play_chat(stage, Hour(STARTS, "lrnchat", "learning across fields", crowd[0], crowd[1:], ()))
    return crowd, wire.delivered()


async def _held(evening: Evening, delivered: tuple[Delivered, ...], reader: int) -> None:
    read, waiting = jetstream(), list(delivered)
    for minute in range(-60, 91):
        now = STARTS + timedelta(minutes=minute)
        await evening.clock.move_to(max(now, evening.clock.now()))
        lines = [one.line for one in waiting if one.at <= now]
        waiting = [one for one in waiting if one.at > now]
        if lines:
            await evening.app.services.ingest.take(read(lines), "evening")
        if minute >= -2:
            await evening.beat()
        if minute == 55:
            _going_on(evening, reader)


def _going_on(evening: Evening, reader: int) -> None:
    world = evening.world
    evening.say("## The chat channel and the thread, five minutes before the end", "")
    for message in world.messages(evening.chats, by=reader):
        evening.show(message)
    [thread] = world.threads(evening.chats)
    for message in world.messages(thread.id):
        if message.buttons:
            evening.show(message)


async def _today(evening: Evening, name: str, user: int) -> None:
    evening.say(f"### {name}", "")
    shown = await evening.world.slash(user, evening.chats, "today")
    evening.show(shown)
    while shown.message is not None and any(b.label == "Later" for b in shown.message.buttons):
        shown = await evening.world.click(user, shown.message, "Later")
        if shown.message is None or not shown.message.buttons:
            break
        evening.say("then:", "")
        evening.show(shown)


async def evening(rng: random.Random, folder: Path) -> list[str]:
    """The whole evening, as lines of Markdown."""
    clock = ReplayClock(STARTS - timedelta(hours=3))
    world = World(clock.now, deadlines=False)
    crowd, delivered = _hour(rng)
    host = world.add_user(crowd[0].name)
    guild = world.add_guild("Learning people", owner=host)
    chats, prompts = world.add_channel(guild, "chats"), world.add_channel(guild, "introductions")
    users = {crowd[0]: host}
    for who in crowd[1:MEMBERS]:
        users[who] = world.add_user(who.name, locale="en-GB")
        world.join(guild, users[who])
    settings = Settings(
        database=DatabaseSection(url=f"sqlite:///{folder / 'evening.db'}"),
        public=PublicSection(listen=""),
        health=HealthSection(listen=""),
    )
    async with (
        App.open(settings, clock=clock, rng=rng, followed=FOLLOWABLE) as app,
        attach(world, app.client),
    ):
        await world.until(app.client.connected.is_set)
        told = Evening(world, app, clock, guild, chats, prompts, host, [])
        told.say(
            "# The first evening of a new community", "",
            f"{PEOPLE} invented people meet under #lrnchat for the first time; {MEMBERS} of them "
            "joined in the afternoon, nobody is known. What follows was said by the bot, whole "
            "(`python -m benchmarks.first_evening --write` says it again). Addresses of links are "
            "left out, times are those of Madrid.", "",
        )  # fmt: skip
        for who, user in users.items():
            if user == host:
                await world.slash(host, chats, "admin setup", chat_channel=chats, zone=ZONE)
            await _joins(told, who, user, named=rng.random() < 0.65)
        await _set_up(told)
        async with app.db.write() as tx:
            for who, user in users.items():
                account = account_key(Platform.BLUESKY, who.did)
                await tx.execute(
                    "INSERT INTO accounts"
                    " (id, platform, native_id, handle, name, person_id, seen_us)"
                    " VALUES (:id, 'bluesky', :native, :handle, :name, :person, 0)",
                    id=account, native=who.did, handle=who.handle, name=who.name,
                    person=person_of_member(DiscordId(user)),
                )  # fmt: skip
        app.services.network.outdated()
        await _held(told, delivered, next(reversed(users.values())))
        await _told(told, users)
        await app.client.close()
    return told.lines


async def _told(evening: Evening, users: dict[Someone, int]) -> None:
    world = evening.world
    evening.say("## The chat channel, when it is over", "")
    for message in world.messages(evening.chats, by=next(reversed(users.values()))):
        evening.show(message)
    [thread] = world.threads(evening.chats)
    evening.say("## The recap", "")
    for message in world.messages(thread.id):
        if message.files:
            evening.show(message)
    card = await evening.app.services.recaps.latest(CommunityId(evening.guild))
    file = markdown(card, "en-GB").splitlines()
    evening.say(f"The file beside it has {len(file)} lines; it begins", "", "```markdown")
    evening.say(*file[:24], "…", *file[-4:], "```", "")
    evening.say("## The prompt channel", "")
    for message in world.messages(evening.prompts):
        evening.show(message)
    evening.say("## What the host was sent since", "")
    late = [m for m in world.dms(evening.host) if m.at >= STARTS]
    for message in late:
        evening.show(message)
    if not late:
        evening.say(
            "Nothing: of first-timers nothing is said before four sessions were held, for "
            "everybody is new.", "",
        )  # fmt: skip
    evening.say("## Everybody's /today, half an hour after the end", "")
    for who, user in users.items():
        await _today(evening, who.name, user)


def main() -> None:
    """Prints it, or writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        lines = asyncio.run(evening(random.Random(4), Path(folder)))
    text = "\n".join(lines).rstrip() + "\n"
    if "--write" in sys.argv:
        page = Path(__file__).parent.parent / "docs" / "first-evening.md"
        page.write_text(text, "utf-8")
        print(page, file=sys.stderr)
    else:
        print(text)


if __name__ == "__main__":
    main()
