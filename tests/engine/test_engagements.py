"""Engagements are clean: each act once, towards whom it was meant for."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.engagements import engagements_of
from bot.model.people import AccountId, Platform
from bot.model.posts import EngagementKind, Post, PostId, Reference

ANA, BEN, CEM = AccountId(1), AccountId(2), AccountId(3)
AT = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
BY_BEN = Reference(PostId(20), BEN)
UNKNOWN = Reference(PostId(30), None)


def _post(**what: object) -> Post:
    return Post(PostId(1), Platform.X, "1", ANA, AT, None, **what)  # type: ignore[arg-type]


def _acts(post: Post) -> list[tuple[EngagementKind, AccountId]]:
    return [(e.kind, e.target) for e in engagements_of(post)]


def test_a_repost_is_a_repost_and_what_its_text_mentions_does_not_count() -> None:
    assert _acts(_post(repost_of=BY_BEN, mentions=(BEN, CEM))) == [(EngagementKind.REPOST, BEN)]


def test_a_repost_of_nobody_known_gives_nothing_yet() -> None:
    assert _acts(_post(repost_of=UNKNOWN, mentions=(BEN,))) == []


def test_naming_whom_one_answers_is_the_same_act() -> None:
    assert _acts(_post(reply_to=BY_BEN, mentions=(BEN, CEM))) == [
        (EngagementKind.REPLY, BEN),
        (EngagementKind.MENTION, CEM),
    ]


def test_a_quote_that_names_its_author_is_both() -> None:
    assert _acts(_post(quote_of=BY_BEN, mentions=(BEN, BEN))) == [
        (EngagementKind.QUOTE, BEN),
        (EngagementKind.MENTION, BEN),
    ]


def test_talking_to_oneself_makes_no_tie() -> None:
    own = Reference(PostId(2), ANA)
    assert _acts(_post(reply_to=own, quote_of=own, mentions=(ANA,))) == []
    assert _acts(_post(repost_of=own)) == []


_SOMEBODY = st.sampled_from([ANA, BEN, CEM])
_SOMETHING = st.none() | st.builds(Reference, st.just(PostId(9)), st.none() | _SOMEBODY)


@given(
    reply_to=_SOMETHING,
    quote_of=_SOMETHING,
    repost_of=_SOMETHING,
    mentions=st.lists(_SOMEBODY).map(tuple),
)
def test_no_act_is_counted_twice_and_none_is_towards_oneself(**what: object) -> None:
    acts = _acts(_post(**what))
    assert len(acts) == len(set(acts))
    assert ANA not in {target for _, target in acts}
    if what["repost_of"] is not None:
        assert {kind for kind, _ in acts} <= {EngagementKind.REPOST}
