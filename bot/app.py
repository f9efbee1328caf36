"""The composition root: `App.open()` builds everything and yields it; `App.run()` starts it.

Life: logging → database (migrated, or refused) → services → client, each owned by the one before
it; then one TaskGroup. SIGTERM and SIGINT ask it to stop, a second one forces.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import random
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from bot.client import Client, point_at
from bot.clock import SystemClock
from bot.errors import ConfigError, StoreUnavailable
from bot.ids import Ids
from bot.model.budget import MICRO, Prices
from bot.model.permissions import application_id_of, invite_link
from bot.model.suggestions import PromptKind
from bot.scheduler import Heartbeat, Scheduler
from bot.services.all import Services
from bot.services.asks import Asks
from bot.services.bridges import Bridges
from bot.services.budget import Budget
from bot.services.calendars import Calendars
from bot.services.chats import Chats
from bot.services.check_ins import CheckIns
from bot.services.circles import Circles
from bot.services.communities import Communities
from bot.services.compliance import Compliance
from bot.services.connections import Connections
from bot.services.corrections import Corrections
from bot.services.dates import Dates
from bot.services.edits import Edits
from bot.services.first_pairs import FirstPairs
from bot.services.follow_ups import FollowUps
from bot.services.followed import FollowedPosts
from bot.services.following import Following
from bot.services.goings import Goings
from bot.services.health import Health
from bot.services.hosting import Hosting
from bot.services.ingest import Ingest
from bot.services.introductions import Introductions
from bot.services.learning import LearningNotes
from bot.services.letters import Letters
from bot.services.linking import Linking
from bot.services.live_corner import LiveCorner
from bot.services.look_backs import LookBacks
from bot.services.mirror import Mirror
from bot.services.moderation import Moderation
from bot.services.native_events import NativeEvents
from bot.services.network import Network
from bot.services.newcomers import Newcomers
from bot.services.news import GatheringNews
from bot.services.notices import Notices
from bot.services.owner import OwnerNews
from bot.services.people import People
from bot.services.privacy import Privacy
from bot.services.programmes import Programmes
from bot.services.prompts import Prompts
from bot.services.questions import Questions
from bot.services.recaps import Recaps
from bot.services.rounds import WeeklyMessage
from bot.services.sessions import Sessions
from bot.services.stewardship import Stewardship
from bot.services.study import Study
from bot.services.suggestions import Suggestions
from bot.services.titles import LinkTitles
from bot.services.upkeep import Upkeep
from bot.sources.live import live_sources, x_compliance
from bot.sources.programme import read_programme
from bot.sources.titles import PageTitles
from bot.store import migrate
from bot.store.open import open_database
from bot.web import serve_health
from bot.web.page import PublicPage, serve_public

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from bot.clock import Clock
    from bot.config import Settings
    from bot.model.people import Platform
    from bot.services.prompts import Owner
    from bot.sources.base import AsksCompliance
    from bot.store.database import Database

log = logging.getLogger(__name__)

_TURN_S = 0.001
"""A thread that makes suggestions lets the loop, so whoever pressed a button, go on this soon."""


class _Calls:
    """Counts heartbeats for the health page."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def heartbeat_ran(self, name: str, error: Exception | None) -> None:
        """Counted by name, a failure too; the database is as ready as it was for the last one."""
        self._health.count(f"heartbeat_{name}_total")
        if error is not None:
            self._health.count(f"heartbeat_{name}_failed_total")
        if isinstance(error, StoreUnavailable):
            self._health.is_waiting("database", "it can not be reached, or is locked")
        elif error is None:
            self._health.is_ready("database")


@dataclass(frozen=True, slots=True)
class App:
    """A whole Crosstie, built but not started."""

    settings: Settings
    db: Database
    services: Services
    client: Client
    health: Health
    heartbeats: tuple[Heartbeat, ...]
    """Those of the services; the cogs that deliver add theirs to `client.heartbeats`."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        migrate_first: bool = False,
        followed: frozenset[Platform] | None = None,
        opens: Callable[[str], AbstractAsyncContextManager[Database]] = open_database,
    ) -> AsyncIterator[App]:
        """Builds everything on an open database, and closes it on leaving.

        A new database is given its schema; one of another version is refused, unless
        `migrate_first`. `followed` is for a replay, whose posts come from no source of ours, and
        so is `opens`, which opens the database at an address.

        Raises:
            SchemaMismatch: the database has another version.
            StoreUnavailable: it can not be opened.
        """
        clock = clock or SystemClock()
        rng = rng or random.SystemRandom()
        ids = Ids(clock, rng)
        async with opens(settings.database_url) as db:
            if migrate_first:
                await migrate.upgrade(db)
            await migrate.ensure_current(db, make_empty=True)
            health = Health("database", "discord")
            health.is_ready("database")
            services = _services(
                settings, db, clock, ids, rng, health, followed or settings.followed
            )
            client = Client(services)
            yield cls(settings, db, services, client, health, _heartbeats(services))

    async def run(self, stop: asyncio.Event) -> None:
        """Connects to Discord and keeps everything going until `stop` is set.

        Raises:
            ConfigError: the token is missing or refused.
        """
        token = self.settings.discord_token()
        async with (
            serve_health(self.settings.health.listen, self.health),
            serve_public(self.settings.public.listen, self._public_page(token)),
            live_sources(
                self.settings, self.services.clock, FollowedPosts(self.db), self.services.budget
            ) as sources,
            x_compliance(self.settings, self.services.clock) as asks_x,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self.services.following.run(sources, stop))
            if self.settings.suggestions.compiled:
                group.create_task(walk_compiled(self.services.network))
            connection = group.create_task(self.client.keep_connected(token))
            beats = group.create_task(self._beat(stop, asks_x))
            await stop.wait()
            log.info("stopping")
            await asyncio.wait({beats}, timeout=self.settings.run.shutdown_grace_s)
            beats.cancel()
            await self.client.close()
            connection.cancel()

    def _public_page(self, token: str) -> PublicPage:
        application = self.settings.discord.application_id or application_id_of(token)
        return PublicPage(
            self.services.calendars,
            self.services.privacy,
            None if application is None else invite_link(application),
            self.services.clock.now,
        )

    async def _beat(self, stop: asyncio.Event, asks_x: AsksCompliance | None) -> None:
        """Starts the heartbeats once Discord is there: the cogs have added theirs by then."""
        await self.client.connected.wait()
        self.health.is_ready("discord")
        outside = (*self._asking_pages(), *self._asking_x(asks_x))
        heartbeats = (*self.heartbeats, *self.client.heartbeats, *outside)
        await Scheduler(heartbeats, _Calls(self.health)).run(stop)

    def _asking_pages(self) -> tuple[Heartbeat, ...]:
        """Not among the others: a replay asks nobody outside."""
        if not self.settings.recaps.link_titles:
            return ()
        titles = LinkTitles(self.db, self.services.clock, PageTitles())

        async def unknown() -> None:
            """When somebody will share a link can not be told."""

        return (Heartbeat("titles", timedelta(seconds=20), titles.look_after, unknown),)

    def _asking_x(self, asks: AsksCompliance | None) -> tuple[Heartbeat, ...]:
        """What X wants gone."""
        if asks is None:
            return ()
        services = self.services
        compliance = Compliance(self.db, services.clock, services.ingest, asks, self.health)
        every = timedelta(minutes=1)
        return (Heartbeat("compliance", every, compliance.look_after, compliance.next_due),)


def _services(  # noqa: PLR0913, RUF100 what everything is made of
    settings: Settings,
    db: Database,
    clock: Clock,
    ids: Ids,
    rng: random.Random,
    health: Health,
    followed: frozenset[Platform],
) -> Services:
    rules = settings.suggestions
    days = rules.half_life
    network = Network(db, clock, None if days == "auto" else timedelta(days=days))
    connections = Connections(db, clock, ids, network)
    introductions = Introductions(db, clock, ids, review_all=rules.review_introductions)
    check_ins = CheckIns(db, clock)
    asks = Asks(db, clock, ids, network)
    circles = Circles(db, clock, ids)
    letters = Letters(db, clock, ids)
    linking = Linking(db, clock, ids)
    look_backs = LookBacks(db, clock, ids)
    upkeep = Upkeep(db, clock, ids, connections)
    study = Study(db, clock, ids)
    chats = Chats(db, clock, ids)
    dates = Dates(db, clock, ids, chats)
    sessions = Sessions(db, clock, ids, followed)
    recaps = Recaps(db, clock, chats)
    follow_ups = FollowUps(db, clock, ids, rng, network)
    ingest = Ingest(db, clock, network)
    questions = Questions(db, clock, ids, ingest, followed)
    goings = Goings(db, clock, ids, sessions)
    hosting = Hosting(db, clock, ids, questions)
    newcomers = Newcomers(db, clock, ids)
    programmes = Programmes(db, clock, ids, sessions, read_programme)
    live_corner = LiveCorner(db, clock, ids)
    kind = PromptKind
    owners: dict[PromptKind, Owner] = {
        **_owned(introductions, kind.SUGGESTION, kind.INTRODUCTION),
        **_owned(introductions, kind.INTRODUCED, kind.BY_LINKS),
        **_owned(check_ins, kind.CHECK_IN, kind.CHANGED),
        **_owned(asks, kind.ASK, kind.ASK_OPEN, kind.ASK_PUBLIC),
        **_owned(asks, kind.HELPING, kind.HELP_BY_LINKS, kind.THANKED),
        **_owned(circles, kind.CIRCLE_OFFER, kind.CIRCLE, kind.CIRCLE_TURN, kind.CIRCLE_OVER),
        **_owned(letters, kind.LETTER),
        **_owned(linking, kind.LINKED),
        **_owned(look_backs, kind.LOOK_BACK),
        **_owned(upkeep, kind.DORMANT),
        **_owned(study, kind.LEARNED, kind.TRIED, kind.READING),
        **_owned(follow_ups, kind.FOLLOW_UP),
        **_owned(sessions, kind.OPENING),
        **_owned(dates, kind.DATE_NEWS),
        **_owned(GatheringNews(db, clock), kind.GATHERING_NEWS),
        **_owned(questions, kind.QUESTION, kind.ANSWER),
        **_owned(goings, kind.REMINDER, kind.GOING),
        **_owned(hosting, kind.PLAN),
        **_owned(newcomers, kind.NEWCOMERS),
        **_owned(programmes, kind.TALKS),
        **_owned(live_corner, kind.LIVE),
        **_owned(recaps, kind.RECAP, kind.FIELD),
        **_owned(WeeklyMessage(db, clock), kind.WEEKLY),
    }
    prompts = Prompts(db, clock, ids, owners)
    budget = _budget(settings, db, clock, ids)
    following = Following(db, clock, rng, ingest, sessions.watches, health)
    return Services(
        budget=budget,
        clock=clock,
        ids=ids,
        chats=chats,
        dates=dates,
        native_events=NativeEvents(db, clock, ids),
        moderation=Moderation(db),
        calendars=Calendars(db, clock, chats, settings.public.url),
        sessions=sessions,
        recaps=recaps,
        communities=Communities(db, clock, settings.run.zone),
        people=People(db, clock),
        linking=linking,
        stewardship=Stewardship(db, clock),
        privacy=Privacy(
            db,
            clock,
            network,
            texts_days=settings.retention.texts_days,
            engagements_days=settings.retention.engagements_days,
        ),
        prompts=prompts,
        edits=Edits(db, clock, prompts),
        corrections=Corrections(db, clock, prompts),
        questions=questions,
        goings=goings,
        hosting=hosting,
        newcomers=newcomers,
        network=network,
        connections=connections,
        asks=asks,
        circles=circles,
        letters=letters,
        look_backs=look_backs,
        upkeep=upkeep,
        study=study,
        bridges=Bridges(db, clock, ids, connections),
        mirror=Mirror(db, clock, network, connections),
        learning=LearningNotes(db, clock, ids),
        ingest=ingest,
        introductions=introductions,
        suggestions=Suggestions(
            db,
            clock,
            ids,
            rng,
            network,
            introductions,
            prompts,
            per_member_per_week=rules.per_member_per_week,
            public_posts=rules.suggest_public_posts.platforms,
            exposure_cap=None if rules.exposure_cap == "auto" else rules.exposure_cap,
        ),
        follow_ups=follow_ups,
        first_pairs=FirstPairs(db, clock, follow_ups),
        notices=Notices(db, clock, network, follow_ups),
        programmes=programmes,
        live_corner=live_corner,
        following=following,
        owner_news=OwnerNews(clock, budget, following, health),
    )


async def walk_compiled(network: Network) -> None:
    """Compiles what walks over the graph, in a thread; until that is done numpy does it.

    Raises:
        ConfigError: numba does not work here.
    """
    start = perf_counter()
    try:
        module = await asyncio.to_thread(importlib.import_module, "bot.engine.compiled")
    except ImportError as exc:
        raise ConfigError(
            "settings",
            "suggestions.compiled",
            f"is true, and numba does not work here ({exc})",
            "pip install numba, or write compiled = false",
        ) from exc
    network.walk_with(module.compiled_push())
    log.info("the graph is walked by compiled code seconds=%.1f", perf_counter() - start)


def _owned(owner: Owner, *kinds: PromptKind) -> dict[PromptKind, Owner]:
    return dict.fromkeys(kinds, owner)


def _budget(settings: Settings, db: Database, clock: Clock, ids: Ids) -> Budget | None:
    """The governor of what X costs, where it is on."""
    x = settings.sources.x
    if not settings.x_is_on or x.monthly_budget_usd is None:
        return None
    post, user, counts = (round(p * MICRO) for p in (x.prices.post, x.prices.user, x.prices.counts))
    return Budget(db, clock, ids, Prices(post, user, counts), int(x.monthly_budget_usd * MICRO))


def _heartbeats(services: Services) -> tuple[Heartbeat, ...]:
    suggestions, follow_ups = services.suggestions, services.follow_ups
    introductions, sessions = services.introductions, services.sessions
    first_pairs, live = services.first_pairs, services.live_corner
    communities = services.communities
    questions, five_seconds = services.questions, timedelta(seconds=5)
    quarter_minute, hour = timedelta(seconds=15), timedelta(hours=1)
    minute = timedelta(minutes=1)
    return (
        Heartbeat("sessions", five_seconds, sessions.look_after, sessions.next_due),
        Heartbeat("questions", five_seconds, questions.look_after, questions.next_due),
        Heartbeat("goings", quarter_minute, services.goings.look_after, services.goings.next_due),
        Heartbeat("hosting", minute, services.hosting.look_after, services.hosting.next_due),
        Heartbeat("newcomers", minute, services.newcomers.look_after, services.newcomers.next_due),
        Heartbeat("introductions", minute, introductions.expire_due, introductions.next_due),
        Heartbeat("upkeep", hour, services.upkeep.plan_due, services.upkeep.next_due),
        Heartbeat("study", minute, services.study.plan_due, services.study.next_due),
        Heartbeat("asks", minute, services.asks.look_after, services.asks.next_due),
        Heartbeat("look_backs", hour, services.look_backs.plan_due, services.look_backs.next_due),
        Heartbeat("linking", minute, services.linking.tell_due, services.linking.next_due),
        Heartbeat("circles", minute, services.circles.look_after, services.circles.next_due),
        Heartbeat("suggestions", minute, suggestions.refresh_due, suggestions.next_due),
        Heartbeat("follow_ups", minute, follow_ups.plan_due, follow_ups.next_due),
        Heartbeat("notices", minute, services.notices.plan_due, services.notices.next_due),
        Heartbeat(
            "talks", quarter_minute, services.programmes.look_after, services.programmes.next_due
        ),
        Heartbeat("live_corner", minute, live.look_after, live.next_due),
        Heartbeat("first_pairs", minute, first_pairs.plan_due, first_pairs.next_due),
        Heartbeat("tidy", hour, services.privacy.tidy_due, services.privacy.next_tidying),
        Heartbeat("removed", hour, communities.delete_removed_due, communities.next_deletion),
    )


def run_bot(settings: Settings, *, migrate_first: bool) -> int:
    """`crosstie run`: the exit code, 0 after it was asked to stop."""
    point_at(settings.discord.api_base, settings.discord.gateway_url)
    sys.setswitchinterval(_TURN_S)
    return asyncio.run(_run(settings, migrate_first=migrate_first))


async def _run(settings: Settings, *, migrate_first: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def asked(number: int) -> None:
        if stop.is_set() and task is not None:
            log.warning("stopping at once signal=%d", number)
            task.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)
    async with App.open(settings, migrate_first=migrate_first) as app:
        try:
            await app.run(stop)
        except* ConfigError as group:
            raise group.exceptions[0] from None
    return 0
