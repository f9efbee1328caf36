"""A real archive as a plan: its busiest people become members, its busiest days the conference.

Nobody in an archive can be asked for consent, so nothing of it leaves this machine: members are
shown under made-up labels where the archive has pseudonyms, and where it holds no texts (plain
interactions) a post is a placeholder, which the page says.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.demo.plan import Feed, Gathering, Guest, Place, Plan
from bot.errors import SourceRefused
from bot.model.people import Platform
from bot.model.posts import Page

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bot.model.people import Account, AccountId
    from bot.model.posts import Engagement, Post

_MEMBERS = (30, 30)
_NAMES = ("Room one", "Room two")
_LONGEST = timedelta(days=14)
"""A conference is followed for no longer; what lies outside is still played."""
_QUIET_DAY = 0.05
"""A day with less than this share of the busiest day's acts lies outside the conference."""
_BEFORE = timedelta(days=1)
_AFTER = timedelta(days=15, hours=12)
_TAG = "archive"
_WITHOUT_TEXTS = (
    "This archive holds no texts and no addresses: whatever is told of a post here stands for one "
    "that was really written, but can not be shown. People have made-up labels."
)


def plan_archive(rng: random.Random, pages: Iterable[Page], fields: Mapping[str, str]) -> Plan:
    """The archive as it is played; `fields` gives what is known, by id in people.csv.

    Raises:
        SourceRefused: there is nobody in it.
    """
    accounts, posts, engagements = _gathered(pages)
    acts = _acts(posts, engagements)
    if not acts:
        raise SourceRefused("this archive holds nothing that people did: name another one")
    starts_at = min(at for at, _ in acts) - _BEFORE
    conference = _conference(posts, acts)
    over = datetime.combine(conference.last_day + timedelta(days=1), time(), UTC)
    busiest = _busiest(acts, accounts, fields)
    places: list[Place] = []
    taken = 0
    for name, size in zip(_NAMES, _MEMBERS, strict=True):
        # Dealt out in turn, so that both rooms have busy and less busy people.
        guests = busiest[len(places) : sum(_MEMBERS) : len(_NAMES)][:size]
        people = tuple(
            _guest(rng, number, account, fields.get(_own_id(account), ""), starts_at)
            for number, account in enumerate(guests, start=taken + 1)
        )
        taken += len(people)
        places.append(Place(name, "UTC", people, chat=None))
    return Plan(
        starts_at=starts_at,
        ends_at=over + _AFTER,
        places=tuple(place for place in places if len(place.guests) > 1),
        conference=conference,
        feed=Feed(_items(accounts, posts, engagements, starts_at), _one_page),
        placeholder="" if any(post.text for post in posts) else _WITHOUT_TEXTS,
    )


def fields_of(folder: Path) -> dict[str, str]:
    """What people.csv of a folder of plain interactions says, in words; {} where there is none."""
    file = folder / "people.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        return {
            row["id"]: row["field"].replace("_", " ")
            for row in csv.DictReader(lines)
            if row.get("id") and row.get("field")
        }


def _gathered(
    pages: Iterable[Page],
) -> tuple[dict[AccountId, Account], list[Post], list[Engagement]]:
    accounts: dict[AccountId, Account] = {}
    posts: list[Post] = []
    engagements: list[Engagement] = []
    for page in pages:
        accounts.update({account.id: account for account in page.accounts})
        posts += page.posts
        engagements += page.engagements
    return accounts, posts, engagements


def _acts(posts: Sequence[Post], engagements: Sequence[Engagement]) -> list[tuple[datetime, int]]:
    """When somebody did something, and who."""
    acts = [(post.at, int(post.author)) for post in posts]
    return acts or [(act.at, int(act.source)) for act in engagements]


def _conference(posts: Sequence[Post], acts: Sequence[tuple[datetime, int]]) -> Gathering:
    """The days around the busiest one on which much was going on, under the commonest hashtag."""
    days = Counter(at.astimezone(UTC).date() for at, _ in acts)
    peak, most = max(days.items(), key=lambda item: (item[1], item[0]))
    first = _edge(days, peak, most, -1)
    last = _edge(days, peak, most, 1)
    tags = Counter(hashtag for post in posts for hashtag in post.hashtags)
    tag = max(tags, key=lambda each: (tags[each], each.normal)).shown if tags else _TAG
    return Gathering(f"#{tag} {first.year}", tag, "UTC", first, last)


def _edge(days: Counter[date], peak: date, most: int, step: int) -> date:
    day = peak
    while abs(day - peak) < _LONGEST / 2 and days[day + timedelta(step)] > _QUIET_DAY * most:
        day += timedelta(step)
    return day


def _busiest(
    acts: Sequence[tuple[datetime, int]],
    accounts: Mapping[AccountId, Account],
    fields: Mapping[str, str],
) -> list[Account]:
    """The most active first, those with a known field before the others."""
    active = Counter(who for _, who in acts)
    known = [account for account in accounts.values() if active[account.id]]
    return sorted(
        known,
        key=lambda account: (
            fields != {} and _own_id(account) not in fields,
            -active[account.id],
            account.native_id,
        ),
    )


def _own_id(account: Account) -> str:
    """The id as it stands in people.csv: without the name of the set."""
    return account.native_id.rpartition("/")[2]


def _guest(
    rng: random.Random, number: int, account: Account, field: str, starts_at: datetime
) -> Guest:
    pseudonym = account.platform is Platform.PLAIN or not (account.name or account.handle)
    name = f"Person {number}" if pseudonym else str(account.name or account.handle)
    return Guest(
        name=name[:32],
        platform=account.platform,
        native_id=account.native_id,
        joins_at=starts_at + timedelta(hours=rng.uniform(1, 12)),
        work=(field,) if field else (),
        curious=(),
        description=f"works on {field}" if field else "",
        named=rng.random() < 0.65,
        shows_posts=True,
        delivery=rng.choices(("card", "dm", "digest"), (45, 40, 15))[0],
        zone="UTC",
        post_with=None,
    )


def _items(
    accounts: Mapping[AccountId, Account],
    posts: Sequence[Post],
    engagements: Sequence[Engagement],
    starts_at: datetime,
) -> Iterable[tuple[datetime, Page]]:
    yield starts_at, Page(accounts=tuple(accounts.values()))
    for post in posts:
        yield post.at, Page(posts=(post,))
    for engagement in engagements:
        yield engagement.at, Page(engagements=(engagement,))


def _one_page(pages: Sequence[Page]) -> Page:
    return Page(
        accounts=tuple(account for page in pages for account in page.accounts),
        posts=tuple(post for page in pages for post in page.posts),
        engagements=tuple(act for page in pages for act in page.engagements),
    )
