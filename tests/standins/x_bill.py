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

    def add(self, day: str, posts: Iterable[str], users: Iterable[str]) -> None:
        self.posts[day].update(posts)
        self.users[day].update(users)

    def documented(self, month: str = "") -> int:
        """In millionths of a dollar."""
        return 5_000 * sum(len(s) for day, s in self.posts.items() if day.startswith(month))

    def worst(self, month: str = "") -> int:
        users = sum(len(s) for day, s in self.users.items() if day.startswith(month))
        return self.documented(month) + 10_000 * users
