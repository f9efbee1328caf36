"""Suggestions, introductions, and the prompts that carry them to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.model.people import CommunityId, DiscordId, PersonId
    from bot.model.posts import PostId

SuggestionId = NewType("SuggestionId", int)
IntroductionId = NewType("IntroductionId", int)
PromptId = NewType("PromptId", int)


class ReasonTerm(StrEnum):
    """The named terms of a score; what is shown to a person are the terms that earned the place."""

    SAME_QUESTION = "same_question"
    """Both answered one question of one session; points at both answers."""
    SAME_SESSION = "same_session"
    """Both took part in one session; points at a post of each."""
    SHARED_CONTACT = "shared_contact"
    """Both talked with the same people (Adamic-Adar)."""
    CLOSE_BY = "close_by"
    """Many short ways lead from one to the other (personalised PageRank)."""
    OTHER_FIELD = "other_field"
    """Their fields differ."""
    SHARED_INTEREST = "shared_interest"
    """One hashtag both used, beside the session's own."""
    CURIOUS = "curious"
    """One works in a field that the other is curious about."""
    SAME_AUDIENCE = "same_audience"
    """The same people engage with both, or with those who engage with one of them."""
    NAMED_TOGETHER = "named_together"
    """Somebody named both in one post; points at it."""
    LED_TO = "led_to"
    """Whom somebody engages with leads on to the other, as do those who engage with the same."""
    FIELDS_MEET = "fields_meet"
    """Their fields talk with each other more than by chance."""
    SOUGHT = "sought"
    """Many engage with them lately. Like ACTIVE it is no reason alone to be shown."""
    ACTIVE = "active"
    """Talks with many people lately. It breaks ties; alone it is no reason to be shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a Suggestion's score, with its evidence; the weights add up to the score."""

    term: ReasonTerm
    weight: float
    own_post: PostId | None = None
    other_post: PostId | None = None
    detail: str = ""
    """What the term is about: "Q3", a hashtag, a field; never a person's text."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A ranked proposal to one Member about a Person, with Reasons that add up to its score."""

    id: SuggestionId
    community: CommunityId
    member: PersonId
    about: PersonId
    score: float
    cross_field: bool | None
    """None where a field of either is not known."""
    engine: str
    created_at: datetime
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a community's own past made of the weights, and its answers of the choice."""

    gain: float
    """By how much nDCG@10 was above the general weights'; 0 where these were kept."""
    askers: int
    """On how many people it was tried; 0: the past is too short to try anything."""
    ended: int = 0
    """How many introductions of the rounds came to an end, one way or the other."""
    made: float | None = None
    """What share comes about of those chosen by what answers taught; None: too early to say."""
    made_plainly: float | None = None
    """What share would come about had nothing been learned from answers; None as above."""


class IntroductionState(StrEnum):
    """Where the asking of both sides stands."""

    ASKED_A = "asked_a"
    HELD = "held"
    """A said yes; an organiser is asked first (`review_introductions`)."""
    ASKED_B = "asked_b"
    MADE = "made"
    DECLINED = "declined"
    """By either side; A never learns of B's."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Consent, a block or an objection ended it."""

    @property
    def is_over(self) -> bool:
        """Whether no answer counts any more."""
        return self not in _OPEN


_OPEN = frozenset({IntroductionState.ASKED_A, IntroductionState.HELD, IntroductionState.ASKED_B})


@dataclass(frozen=True, slots=True)
class Introduction:
    """The asking of both sides: A first, then B; it happens on two yeses."""

    id: IntroductionId
    community: CommunityId
    suggestion: SuggestionId
    a: PersonId
    b: PersonId
    state: IntroductionState
    line: str
    """What A adds, shown to B; may be empty; at most 200 characters."""
    created_at: datetime
    changed_at: datetime
    thread: int | None = None
    by: PersonId | None = None
    """Who has both in their network and proposed it; None: it came of a suggestion."""
    by_line: str = ""
    """What they say to both; at most 140 characters."""


class PromptKind(StrEnum):
    """What a Prompt is, and so which service composes it and takes its answer."""

    SUGGESTION = "suggestion"
    """The card to A. Subject: the Introduction."""
    INTRODUCTION = "introduction"
    """The question to B. Subject: the Introduction."""
    INTRODUCED = "introduced"
    """Two yeses: the private thread with both in it. Subject: the Introduction."""
    BY_LINKS = "by_links"
    """Two yeses, and no thread could be opened: to each of the two. Subject: the Introduction."""
    FOLLOW_UP = "follow_up"
    """After a conference, one open thing at a time. Subject: the follow-up."""
    WEEKLY = "weekly"
    """To the prompt channel: this week's introductions are ready. Subject: the ISO week, 202647."""
    FIELD = "field"
    """To the prompt channel after a session: two fields met. Subject: the Session."""
    OPENING = "opening"
    """To the chat channel: the session's thread; edited. Subject: the Session."""
    DATE_NEWS = "date_news"
    """To the chat channel: a date is moved or cancelled. Subject: the change."""
    GATHERING_NEWS = "gathering_news"
    """To the chat channel: a chat or conference is moved or cancelled. Subject: the change."""
    TALKS = "talks"
    """To the thread of a conference: what begins now. Subject: the first of those talks."""
    LIVE = "live"
    """To the thread of a conference: what is talked of just now; edited. Subject: the Session."""
    RECAP = "recap"
    """To the session's thread. Subject: the Session."""
    DIGEST = "digest"
    """One DM a week: what waits in /today. Subject: the ISO week, 202647."""
    QUESTION = "question"
    """To the session's thread: a question and its buttons; edited. Subject: the question."""
    ANSWER = "answer"
    """To the session's thread: what a member answered by our form. Subject: the Post."""
    REMINDER = "reminder"
    """To whoever asked for it: a session begins. Subject: the Session."""
    GOING = "going"
    """To the session's thread, for those who wanted to be told there. Subject: the Session."""
    PLAN = "plan"
    """To the host, once: tomorrow's session has no topic yet. Subject: the Session."""
    NEWCOMERS = "newcomers"
    """To the host: first-timers nobody has answered; edited. Subject: the Session."""
    CHECK_IN = "check_in"
    """To each of two who were introduced, after a week: did you talk? Subject: the Introduction."""
    CHANGED = "changed"
    """The same two after two months: did it change something? Subject: the Introduction."""
    LEARNED = "learned"
    """After a session: what did you learn? Subject: the Session."""
    TRIED = "tried"
    """Later: did you try it? Subject: the Learning."""
    READING = "reading"
    """Three links from fields a member leaves to others. Subject: the ISO week, 202647."""
    ASK = "ask"
    """To somebody who said they help: a question of another. Subject: the help asked for."""
    HELPING = "helping"
    """They said yes: the private thread with both in it. Subject: the help."""
    HELP_BY_LINKS = "help_by_links"
    """They said yes, and no thread could be opened: to each of the two. Subject: the help."""
    THANKED = "thanked"
    """To the thread of the two: who asked says thank you. Subject: the help."""
    ASK_OPEN = "ask_open"
    """To who asked: nobody has answered for two days. Subject: the ask."""
    ASK_PUBLIC = "ask_public"
    """To the prompt channel, where the asker wanted it there. Subject: the ask."""
    CIRCLE_OFFER = "circle_offer"
    """To each of a few who keep meeting: a circle? Subject: the circle."""
    CIRCLE = "circle"
    """Three yeses or more: their private thread. Subject: the circle."""
    CIRCLE_TURN = "circle_turn"
    """To the circle: whose turn it is to bring a question. Subject: the turn."""
    CIRCLE_OVER = "circle_over"
    """To the circle: fewer than three are left. Subject: the circle."""
    LETTER = "letter"
    """To whoever runs the server, once a month. Subject: the month, 202605."""
    LOOK_BACK = "look_back"
    """To a member, on the day they joined: their year. Subject: the year, 2026."""
    LINKED = "linked"
    """To a member: the account whose code was found is theirs. Subject: the Account."""
    DORMANT = "dormant"
    """Two people somebody has not talked with for a while. Subject: the reconnection."""


EDITED: Mapping[PromptKind, timedelta] = {
    PromptKind.OPENING: timedelta(minutes=10),
    PromptKind.QUESTION: timedelta(minutes=1),
    PromptKind.NEWCOMERS: timedelta(minutes=1),
    PromptKind.LIVE: timedelta(minutes=10),
}
"""Whose message is kept up to date after it was sent, and how often it is looked at."""


class PromptState(StrEnum):
    """The life of a Prompt."""

    DUE = "due"
    CLAIMED = "claimed"
    """Somebody is sending it; older than two minutes, it is settled before it is sent again."""
    SENT = "sent"
    WAITING = "waiting"
    """Not to be sent: it waits in /today."""
    ANSWERED = "answered"
    EXPIRED = "expired"
    ENDED = "ended"
    """It can not be delivered, or must not be any more."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message that is due to a human or a channel."""

    id: PromptId
    community: CommunityId
    kind: PromptKind
    subject: int
    recipient: DiscordId | None
    """The member; None for a channel."""
    channel: int | None
    """The channel or thread; None for a DM."""
    due_at: datetime
    expires_at: datetime
    unasked: bool
    """Whether it counts against the two unasked messages a week."""
    state: PromptState
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    message: int | None = None
    sent_channel: int | None = None
    """Where the message is: the channel, the thread, or the DM that Discord opened for it."""
    answer: str = ""
    answered_at: datetime | None = None


class FollowUpKind(StrEnum):
    """What a conference, or a chat's session, left open for a member."""

    UNANSWERED = "unanswered"
    """Somebody asked them something and got no reply."""
    MET = "met"
    """They talked; is this somebody to keep?"""
    MISSED = "missed"
    """Somebody from another field whom they narrowly missed."""
    ONE_WAY = "one_way"
    """Day 14: they wrote, nothing came back; one small step."""
    NOTICE = "notice"
    """During a conference: somebody from another field to notice today."""
    FIRST = "first"
    """After a chat: the two spoke for the first time."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One open thing that a conference left for one member."""

    id: int
    community: CommunityId
    session: int
    member: PersonId
    about: PersonId
    kind: FollowUpKind
    own_post: PostId | None
    other_post: PostId | None
    rank: int
    """The order in which they are shown, from 0."""
