"""The services of a running Crosstie, as the client and the cogs see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.services.asks import Asks
    from bot.services.bridges import Bridges
    from bot.services.budget import Budget
    from bot.services.calendars import Calendars
    from bot.services.chats import Chats
    from bot.services.circles import Circles
    from bot.services.communities import Communities
    from bot.services.connections import Connections
    from bot.services.corrections import Corrections
    from bot.services.dates import Dates
    from bot.services.edits import Edits
    from bot.services.first_pairs import FirstPairs
    from bot.services.follow_ups import FollowUps
    from bot.services.following import Following
    from bot.services.goings import Goings
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
    from bot.services.notices import Notices
    from bot.services.owner import OwnerNews
    from bot.services.people import People
    from bot.services.privacy import Privacy
    from bot.services.programmes import Programmes
    from bot.services.prompts import Prompts
    from bot.services.questions import Questions
    from bot.services.recaps import Recaps
    from bot.services.sessions import Sessions
    from bot.services.stewardship import Stewardship
    from bot.services.study import Study
    from bot.services.suggestions import Suggestions
    from bot.services.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a cog may call."""

    budget: Budget | None
    """None where X is off."""
    clock: Clock
    ids: Ids
    chats: Chats
    dates: Dates
    calendars: Calendars
    native_events: NativeEvents
    moderation: Moderation
    communities: Communities
    people: People
    linking: Linking
    stewardship: Stewardship
    privacy: Privacy
    prompts: Prompts
    edits: Edits
    corrections: Corrections
    questions: Questions
    goings: Goings
    hosting: Hosting
    newcomers: Newcomers
    network: Network
    connections: Connections
    asks: Asks
    circles: Circles
    letters: Letters
    look_backs: LookBacks
    upkeep: Upkeep
    study: Study
    bridges: Bridges
    learning: LearningNotes
    mirror: Mirror
    ingest: Ingest
    introductions: Introductions
    suggestions: Suggestions
    follow_ups: FollowUps
    notices: Notices
    programmes: Programmes
    live_corner: LiveCorner
    first_pairs: FirstPairs
    recaps: Recaps
    sessions: Sessions
    following: Following
    owner_news: OwnerNews
