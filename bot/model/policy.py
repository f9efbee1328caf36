"""What each platform's rules let us store and show; asked by store, suggestions, recaps, exports.

Sources: X Developer Policy (display and redistribution; no stored text of ours, permalinks only;
what X deletes goes within 24 hours); Bluesky and Mastodon: public posts may be kept for a while and
linked. One readable table. Exports hold what the store holds: of X that is ids and ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.people import Platform

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Rules:
    """What one platform allows."""

    stores_text: bool
    """Whether a post's text may be kept, for `[retention] texts_days`."""
    quotes_text: bool
    """Whether a message of ours may quote it; else only the permalink is shown."""
    suggests_posts: bool
    """Whether a post of somebody who never joined may be named as worth reading, to a member who
    asks; never the person. Only members are ever suggested, on every platform."""
    deletions_within: timedelta
    """How soon after a deletion upstream the post must be gone here; zero: as soon as we are told,
    and the platform tells by itself."""


_AT_ONCE = timedelta(0)

RULES: Mapping[Platform, Rules] = {
    Platform.X: Rules(False, False, suggests_posts=False, deletions_within=timedelta(hours=24)),
    Platform.BLUESKY: Rules(True, True, suggests_posts=True, deletions_within=_AT_ONCE),
    Platform.MASTODON: Rules(True, True, suggests_posts=True, deletions_within=_AT_ONCE),
    Platform.DISCORD: Rules(True, True, suggests_posts=False, deletions_within=_AT_ONCE),
    Platform.PLAIN: Rules(False, False, suggests_posts=False, deletions_within=_AT_ONCE),
}

FOLLOWABLE = frozenset({Platform.X, Platform.BLUESKY, Platform.MASTODON})
"""Where public conversations are followed, as far as the settings turn it on."""


def permalink(platform: Platform, native_id: str, handle: str | None) -> str | None:
    """The public address of a post, or None where it has none.

    X links work with any handle in them, so `i/status` stands in for an unknown one. A Bluesky
    native id is `at://did/app.bsky.feed.post/rkey`; the link carries the DID, which outlives every
    handle. A Mastodon native id is the status's uri, which is its address.
    """
    if platform is Platform.X:
        return f"https://x.com/{handle or 'i'}/status/{native_id}"
    if platform is Platform.BLUESKY:
        did, _, rest = native_id.removeprefix("at://").partition("/")
        rkey = rest.rpartition("/")[2]
        return f"https://bsky.app/profile/{did}/post/{rkey}" if did and rkey else None
    if platform is Platform.MASTODON:
        return native_id if native_id.startswith("https://") else None
    return None


def profile_link(platform: Platform, native_id: str, handle: str | None) -> str | None:
    """The public address of an account, or None where it has none."""
    if platform is Platform.X:
        return f"https://x.com/{handle}" if handle else f"https://x.com/i/user/{native_id}"
    if platform is Platform.BLUESKY:
        return f"https://bsky.app/profile/{native_id}"
    if platform is Platform.MASTODON:
        return native_id if native_id.startswith("https://") else None
    return None
