"""What is to be said to somebody, before it is put into words and rendered for Discord.

A card holds facts only. Who may learn which name is decided by the service that makes the card, so
that nothing further on can say too much.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.model.own_cards import AskCard as AskCard
from bot.model.own_cards import AskOpenCard as AskOpenCard
from bot.model.own_cards import CheckInCard as CheckInCard
from bot.model.own_cards import CircleCard as CircleCard
from bot.model.own_cards import CircleOfferCard as CircleOfferCard
from bot.model.own_cards import CircleOverCard as CircleOverCard
from bot.model.own_cards import CircleTurnCard as CircleTurnCard
from bot.model.own_cards import DormantCard as DormantCard
from bot.model.own_cards import HelpCard as HelpCard
from bot.model.own_cards import LearnedCard as LearnedCard
from bot.model.own_cards import LetterCard as LetterCard
from bot.model.own_cards import LinkedCard as LinkedCard
from bot.model.own_cards import LookBackCard as LookBackCard
from bot.model.own_cards import ReadingCard as ReadingCard
from bot.model.own_cards import TalkedOfCard as TalkedOfCard
from bot.model.own_cards import ThankedCard as ThankedCard
from bot.model.own_cards import TriedCard as TriedCard
from bot.model.shown import GoBetween as GoBetween  # noqa: TC001 read here by all
from bot.model.shown import PersonShown as PersonShown  # noqa: TC001 read here by all
from bot.model.shown import ReasonShown as ReasonShown  # noqa: TC001 read here by all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.model.people import DiscordId, Platform
    from bot.model.suggestions import FollowUpKind


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """To A: somebody from another field, and why."""

    about: PersonShown
    own_field: str
    other_field: str
    reasons: tuple[ReasonShown, ...]
    asked: bool = False
    """True when the member asked for it (/suggest)."""
    by: GoBetween | None = None


@dataclass(frozen=True, slots=True)
class WhyCard:
    """To A, who asked why: everything that can be checked, one line each."""

    about: PersonShown
    reasons: tuple[ReasonShown, ...]
    by: GoBetween | None = None


@dataclass(frozen=True, slots=True)
class IntroductionCard:
    """To B, after A's yes, with A's name and line."""

    asker: PersonShown
    line: str
    own_field: str
    other_field: str
    reasons: tuple[ReasonShown, ...]
    """Seen from B: own_link is B's post."""
    by: GoBetween | None = None


@dataclass(frozen=True, slots=True)
class IntroducedCard:
    """To both, in their private thread; reasons as seen from A."""

    a: PersonShown
    b: PersonShown
    line: str
    reasons: tuple[ReasonShown, ...]
    by: GoBetween | None = None

    @property
    def together(self) -> tuple[PersonShown, ...]:
        """Who is to be in the thread."""
        return (self.a, self.b)


@dataclass(frozen=True, slots=True)
class ByLinksCard:
    """To each of two who said yes, where no private thread could be opened."""

    other: PersonShown
    links: tuple[str, ...]
    """Public addresses of accounts that the other has proved to be theirs."""
    site: str = ""
    """Their own blog or site, where they told one."""


@dataclass(frozen=True, slots=True)
class FollowUpCard:
    """One open thing after a conference."""

    gathering: str
    kind: FollowUpKind
    about: PersonShown
    link: str | None
    """Their post, or for ONE_WAY the reader's own."""
    field: str
    """MISSED: the other person's field."""
    reasons: tuple[ReasonShown, ...] = ()
    left: int = 0
    """How many more wait after this one."""
    handle: str = ""
    """Of the public account that wrote the post, where nobody may be named."""
    may_note: bool = False
    """Whether there is somebody to keep: a post of theirs is still there."""


@dataclass(frozen=True, slots=True)
class WeeklyCard:
    """To the prompt channel, once a week, alike for all."""

    next_at: datetime
    people: int | None = None
    """How many have an introduction waiting; None below five."""


@dataclass(frozen=True, slots=True)
class DigestCard:
    """One DM a week: how many things wait in /today."""

    waiting: int
    community: str


@dataclass(frozen=True, slots=True)
class FieldCard:
    """To the prompt channel after a session: two fields met."""

    field_a: str
    field_b: str
    question: str
    """"Q3", or empty."""
    gathering: str


@dataclass(frozen=True, slots=True)
class OpeningCard:
    """To the chat channel when a session starts; its thread hangs on this message."""

    name: str
    hashtags: tuple[str, ...]
    """With #."""
    host: DiscordId
    starts_at: datetime
    ends_at: datetime
    is_conference: bool
    late: bool
    """True when the bot opened it more than five minutes after its start."""
    zone: str = "UTC"
    """Where its date is told."""
    topic: str = ""
    host_name: str = ""
    """As the host appears here as a member: a mention in an embed is a number to many apps."""
    platforms: tuple[Platform, ...] = ()
    """Where it is followed."""
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class DateNewsCard:
    """To the chat channel: one date of a chat, or all of it, is moved or cancelled."""

    name: str
    was: datetime
    """When its rule puts it."""
    now: datetime | None
    """None: cancelled."""
    next_at: datetime | None
    as_a_whole: bool = False
    """All further dates of it, or a conference."""


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """To the session's thread: a numbered question, where to answer it, how often it was."""

    number: int
    hashtag: str
    """With #."""
    text: str
    """As it was planned, or as asked where the platform lets it be quoted; may be empty."""
    links: tuple[tuple[str, str], ...]
    """(platform, permalink) of the posts that ask it, one a platform."""
    answers: int
    is_open: bool = True
    """Whether it can still be answered here; no button is left below it afterwards."""
    platforms: tuple[Platform, ...] = ()
    """Where it is followed."""


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """To the session's thread: what a member answered by our form, under their name."""

    name: str
    question: str
    """"Q3"."""
    text: str


@dataclass(frozen=True, slots=True)
class TalksCard:
    """To a conference's thread: what begins next, by its programme."""

    gathering: str
    starts_at: datetime
    talks: tuple[tuple[str, str, str], ...]
    """(title, room, link), by room; room and link may be empty."""


@dataclass(frozen=True, slots=True)
class LiveCard:
    """To a conference's thread: what is being answered just now; edited, and calls nobody."""

    gathering: str
    posts: tuple[tuple[Platform, str, int], ...]
    """(where, permalink, how many people answered it in the last six hours), at most three."""
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class ReminderCard:
    """To a member who asked for it: a session begins."""

    gathering: str
    starts_at: datetime
    channel: int | None
    """Its thread, or the channel in which that will open."""


@dataclass(frozen=True, slots=True)
class PlanCard:
    """To the host, once: a session of tomorrow has no plan; or it is their turn to host one."""

    gathering: str
    starts_at: datetime
    planned: bool = False
    in_turn: bool = False
    """They offered, and were chosen for this session."""
    others_could: bool = False
    """Whether somebody else offered to host."""


@dataclass(frozen=True, slots=True)
class NewcomersCard:
    """To the host: first-timers whose answer has had no reply."""

    gathering: str
    answers: tuple[tuple[str, datetime, str | None], ...]
    """("A2", when, permalink), the oldest first, at most five; empty: all have one now."""


@dataclass(frozen=True, slots=True)
class GoingCard:
    """To the session's thread: those who asked to be called there."""

    who: tuple[DiscordId, ...]
    gathering: str


@dataclass(frozen=True, slots=True)
class CatchUpCard:
    """To one reader: what came in a session since they last looked."""

    gathering: str
    since: datetime
    to_reader: tuple[str, ...]
    """Permalinks of what turns to the reader, at most five."""
    to_reader_count: int
    questions: tuple[tuple[str, int, tuple[str, ...]], ...]
    """("Q3", new answers, the newest three permalinks)."""
    others: int
    """New posts that answer no question and do not turn to the reader."""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """A question of a session and the answers that drew conversation."""

    question: str
    answers: int
    links: tuple[str, ...]
    """Permalinks, the most replied first, at most three; empty where posts have none."""
    words: str = ""
    """The question as it was planned, or as it was asked; empty where that may not be quoted."""


@dataclass(frozen=True, slots=True)
class LinkShown:
    """An address that was shared, and what its page calls itself, where that is known."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class SaidPost:
    """One post of a session, as far as its platform and its author let it be passed on."""

    at: datetime
    question: int | None
    answer: int | None
    link: str | None
    text: str = ""
    """Empty where the platform does not let it be quoted, or it is no longer kept."""
    name: str = ""
    """Only of who answered in Discord, under their name."""


@dataclass(frozen=True, slots=True)
class RecapCard:
    """What happened in a session. Numbers of people below five are None and not told."""

    name: str
    gathering: str
    starts_at: datetime
    posts: int
    people: int | None
    questions: tuple[AnswerShown, ...]
    resources: tuple[LinkShown, ...]
    """Links that were shared, most shared first, at most five."""
    first_time_pairs: int | None
    """At least five; of whom each learns theirs privately."""
    newcomers: tuple[str, ...]
    """Names of members only."""
    next_at: datetime | None
    topic: str = ""
    transcript: tuple[SaidPost, ...] = ()
    """The session itself, the earliest first, for the file beside the recap."""
    zone: str = "UTC"
    """Where its times are told in that file."""


Card = (
    SuggestionCard
    | WhyCard
    | IntroductionCard
    | IntroducedCard
    | ByLinksCard
    | CheckInCard
    | AskCard
    | AskOpenCard
    | HelpCard
    | ThankedCard
    | CircleOfferCard
    | CircleCard
    | CircleTurnCard
    | CircleOverCard
    | LetterCard
    | LookBackCard
    | DormantCard
    | LearnedCard
    | TriedCard
    | ReadingCard
    | TalkedOfCard
    | LinkedCard
    | FollowUpCard
    | WeeklyCard
    | DigestCard
    | FieldCard
    | OpeningCard
    | DateNewsCard
    | QuestionCard
    | AnswerCard
    | ReminderCard
    | GoingCard
    | NewcomersCard
    | PlanCard
    | TalksCard
    | LiveCard
    | CatchUpCard
    | RecapCard
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A short answer to somebody who pressed something, by its name in the catalogue."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    next_waits: bool = False
    """Whether what waits next in /today is to be shown below it."""
    answers: tuple[tuple[str, str], ...] = ()
    """More answers to the same prompt, to be offered with it: (answer, name of the label)."""
    card: Card | None = None
    """Said instead of the text `key`, where a line is not enough."""
