"""The stream is given out in order, people act when they planned to, archives become plans."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.demo.agenda import Agenda
from bot.demo.archive_plan import plan_archive
from bot.demo.plan import Feed
from bot.errors import SourceRefused
from bot.model.people import Account, Platform, account_key
from bot.model.posts import Page, Post, hashtag_of, post_key

if TYPE_CHECKING:
    from collections.abc import Sequence

_T0 = datetime(2026, 5, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return _T0 + timedelta(minutes=minutes)


def counted(items: Sequence[Any]) -> Page:
    return Page(lines=len(items))


@given(
    st.lists(st.integers(0, 100)),
    st.lists(st.integers(0, 100)),
    st.integers(1, 7),
)
def test_a_feed_gives_everything_once_and_in_order(
    planned: list[int], added: list[int], most: int
) -> None:
    given_out: list[int] = []

    def read(items: Sequence[int]) -> Page:
        given_out.extend(items)
        return Page(lines=len(items))

    feed = Feed([(at(m), m) for m in planned], read)
    for minute in added:
        feed.add(at(minute), minute)
    while (soonest := feed.next_at()) is not None:
        _, last = feed.take(soonest, most)
        assert last == soonest
    assert given_out == sorted(planned + added)


def test_what_is_added_for_a_time_that_is_over_comes_next() -> None:
    feed = Feed([(at(1), "a"), (at(5), "b")], counted)
    feed.take(at(1), 10)
    feed.add(at(0), "late")
    assert feed.next_at() == at(0)
    page, _ = feed.take(at(9), 10)
    assert page.lines == 2


def test_a_feed_gives_no_more_than_it_is_asked_for_nor_what_comes_later() -> None:
    feed = Feed([(at(m), m) for m in range(10)], counted)
    assert feed.take(at(6), 4) == (Page(lines=4), at(3))
    assert feed.take(at(6), 4) == (Page(lines=3), at(6))
    assert feed.rest() == 3


async def test_an_agenda_is_done_in_order_and_nothing_before_its_time() -> None:
    clock = ReplayClock(_T0)
    agenda = Agenda(clock)
    done: list[str] = []

    def act(name: str) -> Any:
        async def doing() -> None:
            done.append(name)

        return doing

    agenda.plan(at(2), act("second"))
    agenda.plan(at(1), act("first"))
    agenda.plan(at(9), act("later"))
    assert await agenda.next_due() == at(1)
    await clock.move_to(at(3))
    await agenda.run()
    assert done == ["first", "second"]
    assert await agenda.next_due() == at(9)


def archive(people: int, posts_each: int) -> Page:
    """Person n posts n times as much as the first one, within three days."""
    accounts, posts = [], []
    for number in range(people):
        native = f"meeting/p{number:03}"
        author = account_key(Platform.PLAIN, native)
        accounts.append(Account(author, Platform.PLAIN, native, None, None))
        for count in range(posts_each + number):
            key = f"{native}/{count}"
            posts.append(
                Post(
                    post_key(Platform.PLAIN, key),
                    Platform.PLAIN,
                    key,
                    author,
                    _T0 + timedelta(hours=(count * 7) % 72),
                    None,
                    hashtags=(hashtag_of("Meeting19"),),
                )
            )
    return Page(posts=tuple(posts), accounts=tuple(accounts))


def test_the_busiest_people_of_an_archive_become_members_under_made_up_labels() -> None:
    plan = plan_archive(random.Random(1), [archive(100, 3)], {})
    members = {guest.native_id for place in plan.places for guest in place.guests}
    assert members == {f"meeting/p{number:03}" for number in range(40, 100)}
    names = {guest.name for place in plan.places for guest in place.guests}
    assert names == {f"Person {number}" for number in range(1, 61)}
    assert "no texts" in plan.placeholder


def test_people_of_an_archive_with_a_known_field_come_first() -> None:
    fields = {f"p{number:03}": "botany" for number in range(30)}
    plan = plan_archive(random.Random(1), [archive(100, 3)], fields)
    guests = [guest for place in plan.places for guest in place.guests]
    assert sum(guest.work == ("botany",) for guest in guests) == 30


def test_the_busy_days_of_an_archive_are_its_conference() -> None:
    stray = archive(1, 1).posts[0]
    early = Page(
        posts=(
            Post(
                post_key(Platform.PLAIN, "x"),
                Platform.PLAIN,
                "x",
                stray.author,
                _T0 - timedelta(days=20),
                None,
            ),
        )
    )
    plan = plan_archive(random.Random(1), [early, archive(80, 4)], {})
    assert plan.conference.tag == "Meeting19"
    assert (plan.conference.first_day, plan.conference.last_day) == (
        date(2026, 5, 1),
        date(2026, 5, 3),
    )
    assert plan.starts_at < _T0 - timedelta(days=20)
    assert plan.ends_at > datetime(2026, 5, 18, tzinfo=UTC)


def test_an_archive_without_anybody_in_it_is_refused() -> None:
    with pytest.raises(SourceRefused, match="nothing that people did"):
        plan_archive(random.Random(1), [Page()], {})
