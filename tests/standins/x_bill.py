"""What X would ask for, as documented and at worst."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class Bill:
    """What X would ask for, in the two ways."""

    posts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    first_reads: list[str] = field(default_factory=list)
    """Every post that was ever read, in the order of its first reading."""
    _read: set[str] = field(default_factory=set)

    def add(self, day: str, posts: Iterable[str], users: Iterable[str]) -> None:
        posts = list(posts)
        self.posts[day].update(posts)
        self.first_reads += [id_ for id_ in dict.fromkeys(posts) if id_ not in self._read]
        self._read.update(posts)
        self.users[day].update(users)

    def documented(self, month: str = "") -> int:
        """In millionths of a dollar."""
        return 5_000 * sum(len(s) for day, s in self.posts.items() if day.startswith(month))

    def worst(self, month: str = "") -> int:
        users = sum(len(s) for day, s in self.users.items() if day.startswith(month))
        return self.documented(month) + 10_000 * users
