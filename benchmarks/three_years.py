"""Three years of one member in replayed time: every message that she got, in two languages.

The whole bot runs in the local Discord; what people press and post is told below, what the bot
says is its own. `python -m benchmarks.three_years` writes docs/three-years.md.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import Row
from benchmarks.three_years_page import (
    BEGIN,
    DAY,
    DOC,
    END,
    Told,
    busiest,
    date_of,
    document,
    picture_of,
    readable,
)
from benchmarks.three_years_words import HELPS, PEOPLE, WORDS
from bot.app import App
from bot.clock import ReplayClock
from bot.demo.agenda import Agenda
from bot.demo.visitors import answers_in, text_inputs
from bot.demo.world import World
from bot.demo.world_client import attach
from bot.model.people import Account, CommunityId, DiscordId, Platform, account_key
from bot.model.policy import FOLLOWABLE
from bot.model.posts import Page, Post, PostId, Reference, hashtag_of, post_key
from bot.scheduler import replay
from bot.settings import DatabaseSection, Settings
from bot.store import sessions as store_sessions
from bot.store.claims import settle_claims
from bot.texts import commands_named
from cogs.picture import map_png

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.demo.world import Answer, Seen
    from cogs.picture import Theme

LAPSE = (400, 640)
"""Days in which she neither posts nor presses."""
TOGETHER = (740, 880)
"""Days in which four of them answer each other in every session."""
LEAVES_CIRCLE = 852
_CODE = re.compile(r"`([A-Za-z0-9-]{6,})`")
_YES: Mapping[str, str] = {
    "yes": "yes", "done": "done", "near": "near", "thanks": "thanks", "note": "note",
    "fortnightly": "fortnightly",
}  # fmt: skip
ANA, ZOE = "Ana Ruiz", "Zoe"


@dataclass
class Life:
    """The community, its people, and what Ana saw."""

    locale: str
    world: World
    app: App
    clock: ReplayClock
    agenda: Agenda
    guild: int
    chats: int
    prompts: int
    users: dict[str, int]
    said: list[str] = field(default_factory=list)
    sent_at: list[datetime] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    posts: int = 0
    maps: dict[str, bytes] = field(default_factory=dict)
    """Her network as it is drawn, by its colours."""

    @property
    def ana(self) -> int:
        """Her user."""
        return self.users[ANA]

    @property
    def day(self) -> int:
        """Days since the beginning."""
        return (self.clock.now() - BEGIN).days

    @property
    def is_away(self) -> bool:
        """Whether she has lapsed."""
        return LAPSE[0] <= self.day < LAPSE[1]

    # ---- the transcript

    def tell(self, what: str, text: str, buttons: tuple[str, ...] = ()) -> None:
        """Writes down one thing that she saw."""
        said = readable(text)
        for name, user in self.users.items():
            said = said.replace(f"<@{user}>", f"@{name}")
        if buttons:
            said += "\n\n" + " ".join(f"`{b}`" for b in buttons)
        quoted = "\n".join(f"> {line}".rstrip() for line in said.splitlines())
        self.said.append(f"**{date_of(self.clock.now())}** · {what}\n\n{quoted}\n")

    def read(self) -> None:
        """Whatever came to her since she looked last: direct messages, threads she is in."""
        for message in self.world.dms(self.ana):
            if message.by_bot and message.id not in self.seen:
                self.seen.add(message.id)
                self.sent_at.append(message.at)
                self.tell(self._word("dm"), message.text, _buttons(message))
        for thread in self.world.threads(self.prompts):
            if not thread.private or self.ana not in thread.member_ids:
                continue
            for message in self.world.messages(thread.id):
                if (
                    message.by_bot
                    and message.kind == 0
                    and not message.ephemeral
                    and message.id not in self.seen
                ):
                    self.seen.add(message.id)
                    where = f"{self._word('thread')} “{thread.name}”"
                    self.tell(where, message.text, _buttons(message))

    def told(self) -> Told:
        """What is left of it in the end."""
        return Told(self.locale, self.said, self.sent_at, self.maps)

    def _word(self, key: str) -> str:
        return WORDS[self.locale[:2]][key]

    # ---- what people do

    async def run(self, command: str, **options: Any) -> Answer:
        """She runs a command; what she reads is written down."""
        answer = await self.world.slash(self.ana, self.chats, command, **options)
        self._tell_command(command, answer)
        return answer

    def _tell_command(self, command: str, answer: Answer) -> None:
        called = commands_named(self.locale, f"/{command}")
        self.tell(f"{self._word('command')} `{called}`", answer.text, _of(answer))

    async def press(self, answer: Answer, custom_id: str, **lines: str) -> Answer:
        """She presses a button of what was shown, and fills in a form where one opens."""
        if answer.message is None:
            raise AssertionError("nothing is shown")
        after = await self.world.click(self.ana, answer.message, custom_id=custom_id)
        if after.modal is not None:
            boxes = list(text_inputs(after.modal))
            filled = {box: lines.get(box, "") for box in boxes}
            after = await self.world.submit(self.ana, after, filled)
        return after

    async def look(self, name: str) -> None:
        """Somebody looks at their direct messages, and answers what is new to them."""
        user = self.users[name]
        if name == ANA:
            self.read()
            if self.is_away:
                return
        messages = self.world.dms(user)
        if name == ANA:
            for thread in self.world.threads(self.prompts):
                messages += [m for m in self.world.messages(thread.id) if not m.ephemeral]
        for message in messages:
            if self.clock.now() - message.at > 21 * DAY:
                continue  # nobody scrolls back so far
            offered = {n: (p, c) for p, n, c in answers_in(message) if p not in self.done}
            chosen = next((n for n in _YES if n in offered), None)
            if chosen is None:
                continue
            prompt, custom_id = offered[chosen]
            self.done.add(prompt)
            answer = await self.world.click(user, message, custom_id=custom_id)
            if answer.modal is not None:
                line = self._word("line") if name == ANA else ""
                box = next(iter(text_inputs(answer.modal)))
                answer = await self.world.submit(user, answer, {box: line})
            if name == ANA and message.id in self.seen:
                label = next(b.label for b in message.buttons if b.custom_id == custom_id)
                said = answer.text.replace(message.text, "").strip()
                if said:
                    self.tell(f"{self._word('pressed')} `{label}`", said)

    async def session(self) -> None:
        """What is said in one session: some answer the third question, she turns to Zoe."""
        now = self.clock.now()
        there = [n for n in PEOPLE["en"] if n != ANA and (self.day // 14 + len(n)) % 3]
        if not self.is_away:
            there.append(ANA)
        said = {name: self._post(name, now, answer=3) for name in there}
        posts = [*said.values(), zoe := self._post(ZOE, now + timedelta(minutes=3))]
        if ANA in there and self.day % 3 == 0:
            posts.append(self._post(ANA, now + timedelta(minutes=6), to=zoe))
        if "Cyd Marsh" in there and self.day // 14 % 7 == 1:
            link = f"https://example.org/contracts/{self.day}"
            posts.append(self._post("Cyd Marsh", now + timedelta(minutes=8), link=link))
        if TOGETHER[0] <= self.day < TOGETHER[1]:
            four = (ANA, "Ben Ode", "Dora Lind", "Eli Tal")
            said |= {n: self._post(n, now, answer=3) for n in four if n not in said}
            posts += [said[n] for n in four if said[n] not in posts]
            posts += [
                self._post(a, now + timedelta(minutes=9), to=said[b])
                for a in four
                for b in four
                if a != b
            ]
        accounts = tuple(self._account(name) for name in (*PEOPLE["en"], ZOE))
        await self.app.services.ingest.take(Page(tuple(posts), accounts), "life")

    def _account(self, name: str) -> Account:
        native = f"did:plc:{name.split()[0].lower()}"
        handle = f"{name.split()[0].lower()}.example"
        return Account(
            account_key(Platform.BLUESKY, native), Platform.BLUESKY, native, handle, None,
            seen_at=BEGIN,
        )  # fmt: skip

    def _post(
        self,
        name: str,
        at: datetime,
        *,
        answer: int | None = None,
        to: Post | None = None,
        link: str = "",
    ) -> Post:
        self.posts += 1
        account = self._account(name)
        native = f"at://{account.native_id}/app.bsky.feed.post/{self.posts}"
        return Post(
            id=PostId(post_key(Platform.BLUESKY, native)),
            platform=Platform.BLUESKY,
            native_id=native,
            author=account.id,
            at=at,
            text=None,
            hashtags=(hashtag_of("lrnchat"),),
            answer=answer,
            reply_to=None if to is None else Reference(to.id, to.author),
            links=(link,) if link else (),
        )

    # ---- the script

    def plan(self) -> None:
        """All that is going to happen, by day."""

        def on(day: float, act: Callable[[], Awaitable[object]]) -> None:
            self.agenda.plan(BEGIN + day * DAY, act)

        on(0, self._begin)
        for day in range(1, END, 14):
            on(day, self._plan_sessions)
        for day in range(3, END, 4):
            for name in PEOPLE["en"]:
                on(day + 0.3, partial(self.look, name))
        on(31.4, self._keeps_zoe)
        on(45.4, self._notes_what_she_learned)
        on(150.4, lambda: self._asks(self._word("simulation")))
        on(200.4, lambda: self.run("network map"))
        on(300.4, lambda: self.run("today"))
        on(655.4, lambda: self.run("today"))
        on(700.4, lambda: self.run("network show"))
        on(720.4, self._introduces_two)
        on(800.4, lambda: self._asks(self._word("beekeeping")))
        on(900.4, lambda: self.run("learn list"))
        on(766.4, self._finds_a_circle)
        on(LEAVES_CIRCLE, self._leaves_the_circle)
        on(1000.4, self._looks_at_her_map)
        on(END - 5.6, self._leaves)

    async def _begin(self) -> None:
        await self.world.slash(
            self.users["Hana Host"], self.chats, "host chat", name="Learn chat",
            hashtags="#lrnchat", day="Wednesday", time="19:00", zone="Europe/Madrid",
            rhythm="fortnightly",
        )  # fmt: skip
        for name, (work, does) in PEOPLE[self.locale[:2]].items():
            await self._joins(name, work, does)

    async def _joins(self, name: str, work: str, does: str) -> None:
        user, ana = self.users[name], name == ANA
        asked = await self.world.slash(user, self.chats, "me join")
        if asked.message is None:
            raise AssertionError("/me join shows a screen")
        if ana:
            self._tell_command("me join", asked)
        screen = await self.world.click(user, asked.message, custom_id="me:join")
        message = screen.message
        if message is None:
            raise AssertionError("joining shows a screen")
        if ana:
            self.tell(self._word("joined"), screen.text, _buttons(message))
        form = await self.world.click(user, message, custom_id="me:fields")
        said = {"work": work, "description": does, "help": HELPS[self.locale[:2]].get(name, "")}
        if ana:
            said |= {"curious": self._word("curious"), "leave": self._word("leave")}
        boxes = set(text_inputs(form.modal or {}))
        await self.world.submit(user, form, {box: said.get(box, "") for box in boxes})
        await self.world.click(user, message, custom_id="me:naming")
        await self.world.click(user, message, custom_id="me:posts")
        await self.world.pick(user, message, ["dm"], custom_id="me-choice:delivery")
        shown = await self.world.click(user, message, custom_id="me:handle")
        code = _CODE.search(shown.text)
        if code is not None:
            await self.app.services.ingest.take(Page(accounts=(self._account(name),)), "life")
            async with self.app.db.write() as tx:
                await settle_claims(tx, {code[1]: self._account(name).id}, self.clock.now())
            self.app.services.network.outdated()

    async def _plan_sessions(self) -> None:
        now = self.clock.now()
        async with self.app.db.read() as tx:
            soon = await store_sessions.sessions_between(tx, now, now + 14 * DAY)
        for session in soon:
            if session.starts_at >= now:
                self.agenda.plan(session.starts_at + timedelta(minutes=20), self.session)

    async def _keeps_zoe(self) -> None:
        draft = await self.run("network add", who="@zoe.example")
        if draft.message is None:
            return
        keep = next(
            b.custom_id for b in draft.message.buttons if (b.custom_id or "").startswith("net-keep")
        )
        entry = await self.press(draft, keep or "")
        self.tell(self._word("kept"), entry.text)

    async def _notes_what_she_learned(self) -> None:
        for _ in range(4):
            shown = await self.world.slash(self.ana, self.chats, "today")
            if shown.message is None or not shown.message.buttons:
                return
            note = [c for _, n, c in answers_in(shown.message) if n == "note"]
            if note:
                self._tell_command("today", shown)
                words = {
                    "learned": self._word("learned"), "connects_to": "", "link": "",
                    "will_try": self._word("will_try"),
                }  # fmt: skip
                said = await self.press(shown, note[0], **words)
                self.tell(self._word("noted"), said.text)
                return
            answers = [c for _, n, c in answers_in(shown.message) if n in ("no", "done", "drop")]
            if not answers:
                return
            await self.press(shown, answers[0])

    async def _asks(self, about: str) -> None:
        form = await self.world.slash(self.ana, self.chats, "ask", what="question", about=about)
        words = {"question": self._word("question"), "field": about}
        said = await self.world.submit(self.ana, form, words)
        self._tell_command("ask", said)

    async def _introduces_two(self) -> None:
        member = await self.app.services.people.member(CommunityId(self.guild), DiscordId(self.ana))
        entries = await self.app.services.connections.show(member)
        known = [e for e in entries if e.face.mention is not None][:2]
        if len(known) == 2:
            first, second = known
            await self.app.services.bridges.propose(
                member, first.connection.id, second.connection.id, self._word("bridge")
            )
            names = f"{first.face.name}, {second.face.name}"
            self.tell(self._word("bridged"), f"{names}: “{self._word('bridge')}”")

    async def _looks_at_her_map(self) -> None:
        await self.run("network map")
        member = await self.app.services.people.member(CommunityId(self.guild), DiscordId(self.ana))
        shown, _ = await self.app.services.mirror.of(member)
        themes: tuple[Theme, ...] = ("dark", "light")
        self.maps = {theme: map_png(shown, self.locale, theme) for theme in themes}
        shown_as = [f"![{t}]({picture_of(self.locale, t).name})" for t in themes]
        self.said.append(" ".join(shown_as) + "\n")

    async def _finds_a_circle(self) -> None:
        """After so many messages without an answer none comes by itself: it waits in /today."""
        shown = await self.run("today")
        if shown.message is not None:
            for _, name, custom_id in answers_in(shown.message):
                if name == "fortnightly":
                    label = next(b.label for b in shown.message.buttons if b.custom_id == custom_id)
                    said = await self.press(shown, custom_id)
                    self.tell(f"{self._word('pressed')} `{label}`", said.text)

    async def _leaves_the_circle(self) -> None:
        for thread in self.world.threads(self.prompts):
            for message in self.world.messages(thread.id):
                leave = [c for _, n, c in answers_in(message) if n == "leave"]
                if leave and self.ana in thread.member_ids:
                    answer = await self.world.click(self.ana, message, custom_id=leave[0])
                    label = next(b.label for b in message.buttons if b.custom_id == leave[0])
                    self.tell(f"{self._word('pressed')} `{label}`", answer.text)
                    return

    async def _leaves(self) -> None:
        self.read()
        await self.run("me data")
        asked = await self.run("me leave")
        if asked.message is None:
            return
        erase = next(b for b in asked.message.buttons if "erase" in (b.custom_id or ""))
        said = await self.press(asked, erase.custom_id or "")
        self.tell(f"{self._word('pressed')} `{erase.label}`", said.text)


def _buttons(message: Seen) -> tuple[str, ...]:
    return tuple(b.label for b in message.buttons if b.label)


def _of(answer: Answer) -> tuple[str, ...]:
    return () if answer.message is None else _buttons(answer.message)


async def live(locale: str, until_day: int = END) -> Life:
    """Plays it; what she saw, and when messages came to her."""
    clock = ReplayClock(BEGIN)
    world = World(clock.now, deadlines=False)
    host = world.add_user("Hana Host", locale=locale)
    guild = world.add_guild("Learning Town", owner=host, locale=locale)
    chats = world.add_channel(guild, "chats")
    prompts = world.add_channel(guild, "introductions")
    users = {name: world.add_user(name, locale=locale) for name in PEOPLE["en"]}
    for user in users.values():
        world.join(guild, user)
    users["Hana Host"] = host
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database=DatabaseSection(url=f"sqlite:///{folder}/life.db"))
        rng = random.Random(3)
        async with App.open(settings, clock=clock, rng=rng, followed=FOLLOWABLE) as app:
            async with attach(world, app.client):
                await world.until(lambda: app.client.connected.is_set())
                await world.slash(
                    host, chats, "admin setup", chat_channel=chats, prompt_channel=prompts,
                    zone="Europe/Madrid", language=locale[:2],
                )  # fmt: skip
                agenda = Agenda(clock)
                life = Life(locale, world, app, clock, agenda, guild, chats, prompts, users)
                life.plan()
                heartbeats = (*app.heartbeats, *app.client.heartbeats, agenda.heartbeat)
                until = BEGIN + until_day * DAY
                await replay(
                    heartbeats, clock, lambda: None, _nothing, until,
                    lambda: (app.db.written, agenda.planned),
                )  # fmt: skip
                life.read()
            await app.client.close()
    return life


async def _nothing(_: datetime) -> None:
    """There is no stream: what is said comes by the agenda."""


def measure() -> list[Row]:
    """The messages of three years, held against the two a week of the contract."""
    life = asyncio.run(live("en-GB"))
    most = busiest(life.told())
    return [Row("most unasked messages in seven days", str(most), "2 at most", most <= 2)]


def main() -> None:
    """Writes the page."""
    with ProcessPoolExecutor(2) as pool:
        lives = list(pool.map(_told, ("en-GB", "es-ES")))
    DOC.write_text(document(lives), "utf-8")
    for life in lives:
        for theme, drawn in life.maps.items():
            picture_of(life.locale, theme).write_bytes(drawn)
    print(f"{DOC}: {[(len(life.said), len(life.sent_at), busiest(life)) for life in lives]}")


def _told(locale: str) -> Told:
    life = asyncio.run(live(locale))
    return life.told()


if __name__ == "__main__":
    main()
