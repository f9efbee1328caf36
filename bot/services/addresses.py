"""Which post or account a public address stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import Unknown
from bot.model.people import Platform, account_key
from bot.model.posts import post_key
from bot.store import connections as store
from bot.store import network as store_network

if TYPE_CHECKING:
    from bot.model.posts import PostId
    from bot.store.database import Reader

_X_POST = re.compile(r"/[^/]+/status(?:es)?/(\d{1,19})")
_BLUESKY_POST = re.compile(r"/profile/([^/]+)/post/([^/]+)")
_PROFILE = re.compile(r"/(?:profile/|@)?([^/]+)/?")
_X_HOSTS = frozenset({"x.com", "twitter.com", "mobile.twitter.com"})


async def token_of_address(tx: Reader, wanted: str) -> str:
    """The post ("p", its id) or the account ("a", its id) behind a public address.

    Raises:
        Unknown: nothing that is kept has it.
    """
    try:
        address = urlsplit(wanted)
    except ValueError as exc:
        raise Unknown("network_address_unknown") from exc
    host, path = (address.hostname or "").removeprefix("www."), address.path
    posts: list[PostId] = []
    if host in _X_HOSTS and (found := _X_POST.match(path)):
        posts = [post_key(Platform.X, found[1])]
    elif host == "bsky.app" and (found := _BLUESKY_POST.match(path)):
        dids = [found[1]] if found[1].startswith("did:") else []
        if not dids:
            same = await store.accounts_by_handle(tx, found[1])
            dids = [a.account.native_id for a in same]
        posts = [
            post_key(Platform.BLUESKY, f"at://{did}/app.bsky.feed.post/{found[2]}") for did in dids
        ]
    elif host not in _X_HOSTS and host != "bsky.app":
        posts = [post_key(Platform.MASTODON, wanted)]
    for post in posts:
        if await store_network.evidence(tx, post) is not None:
            return f"p{post}"
    for handle in _handles(host, path):
        for account in await store.accounts_by_handle(tx, handle):
            return f"a{account.account.id}"
    by_did = _PROFILE.fullmatch(path)
    if host == "bsky.app" and by_did and by_did[1].startswith("did:"):
        return f"a{account_key(Platform.BLUESKY, by_did[1])}"
    raise Unknown("network_address_unknown")


def _handles(host: str, path: str) -> list[str]:
    """Handles that the address of a profile may stand for."""
    found = _PROFILE.match(path)
    if not found:
        return []
    handle = found[1].removeprefix("@")
    return [handle, f"{handle}@{host}"]
