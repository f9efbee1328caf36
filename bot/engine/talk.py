"""Who engaged with whom and when, as arrays: what the signals and the back-test are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from bot.engine.graph import Floats, Ints


@dataclass(frozen=True, slots=True)
class Talk:
    """Engagements in the order of their instants; people are places 0..n-1 in `ids`."""

    ids: Ints
    """PersonIds, growing."""
    who: Ints
    whom: Ints
    at_us: Ints
    field: Ints
    """The code of everybody's main field; -1: unknown."""
    author: Ints
    """Who posted, addressed to somebody or not, in the order of the posts' instants."""
    posted_us: Ints
    is_directed: bool = True
    """False where an Engagement has no initiator: two people met."""

    @classmethod
    def of(
        cls,
        src: ArrayLike,
        dst: ArrayLike,
        at_us: ArrayLike,
        *,
        people: ArrayLike = (),
        fields: Mapping[int, str] | None = None,
        posts: tuple[ArrayLike, ArrayLike] = ((), ()),
        is_directed: bool = True,
    ) -> Talk:
        """From PersonIds and microseconds since 1970; an Engagement with oneself is left out.

        `fields` is the main field of whom it is known; `posts` are authors and instants.
        """
        who, whom, when = (np.asarray(x, np.int64) for x in (src, dst, at_us))
        author, posted = (np.asarray(x, np.int64) for x in posts)
        others = who != whom
        order = np.argsort(when[others], kind="stable")
        who, whom, when = (x[others][order] for x in (who, whom, when))
        ids = np.unique(np.concatenate([who, whom, author, np.asarray(people, np.int64)]))
        by_time = np.argsort(posted, kind="stable")
        unknown = cls(
            ids,
            np.searchsorted(ids, who),
            np.searchsorted(ids, whom),
            when,
            np.full(len(ids), -1, np.int64),
            np.searchsorted(ids, author[by_time]),
            posted[by_time],
            is_directed,
        )
        return unknown.with_fields(fields or {})

    def with_fields(self, fields: Mapping[int, str]) -> Talk:
        """The same talk of people whose main fields these are."""
        codes = {name: code for code, name in enumerate(sorted(set(fields.values())))}
        known = [codes.get(fields.get(person, ""), -1) for person in self.ids.tolist()]
        return replace(self, field=np.array(known, np.int64))

    def __len__(self) -> int:
        return len(self.who)

    def before(self, at_us: int) -> Talk:
        """What of it was known just before an instant; the people stay, seen or not."""
        n = int(np.searchsorted(self.at_us, at_us))
        posts = int(np.searchsorted(self.posted_us, at_us))
        return replace(
            self,
            who=self.who[:n],
            whom=self.whom[:n],
            at_us=self.at_us[:n],
            author=self.author[:posts],
            posted_us=self.posted_us[:posts],
        )

    def seen(self) -> NDArray[np.bool_]:
        """Who engaged, was engaged, or posted."""
        seen = np.zeros(len(self.ids), bool)
        for people in (self.who, self.whom, self.author):
            seen[people] = True
        return seen

    def pairs(self) -> Ints:
        """Every pair with a tie once: smaller place * n + larger place, growing."""
        low, high = np.minimum(self.who, self.whom), np.maximum(self.who, self.whom)
        return np.unique(low * len(self.ids) + high)

    def named(self, person: int) -> frozenset[tuple[int, int]]:
        """When (microseconds) a PersonId was named, and by the PersonId of whom.

        Two who share one of these were named in one post.
        """
        at = np.searchsorted(self.ids, person)
        if not self.is_directed or at == len(self.ids) or self.ids[at] != person:
            return frozenset()
        here = np.flatnonzero(self.whom == at)
        return frozenset(
            zip(self.at_us[here].tolist(), self.ids[self.who[here]].tolist(), strict=True)
        )

    def contacts(self) -> Ints:
        """With how many people each has a tie."""
        n = max(len(self.ids), 1)
        pairs = self.pairs()
        return np.bincount(pairs // n, minlength=n) + np.bincount(pairs % n, minlength=n)


def recency(events: Ints, half_life: float | None) -> Floats:
    """The weight of each event, 0..1: half for each `half_life` of all events that came after.

    `events` are instants in order; equal ones weigh alike. None: 1 for all. Of 100 events with
    half-life .1 the last weighs 1, the 90th .5. A silence costs nothing, a busy hour much.
    """
    count = len(events)
    if half_life is None or not count:
        return np.ones(count)
    place = np.searchsorted(events, events, side="right")
    weights: Floats = np.exp2((place - count) / (half_life * count))
    return weights
