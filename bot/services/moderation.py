"""Hosts hide a post or an account from their community: everywhere at once, and reversibly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import Notice
from bot.model.people import AccountId
from bot.model.posts import PostId
from bot.services.addresses import token_of_address
from bot.store import connections as store_accounts
from bot.store import hidden as store
from bot.store.stale import note_linking

if TYPE_CHECKING:
    from bot.model.people import CommunityId
    from bot.store.database import Database, Reader

_SHOWN_AT_MOST = 80


class Moderation:
    """What is hidden is not deleted: other communities and its author see it as before."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hide(self, community: CommunityId, said: str, *, hidden: bool) -> Notice:
        """Hides the post with that link, or the account with that handle or address; or shows it.

        What was said already and links it is said anew.

        Raises:
            Unknown: nothing that is kept goes by it.
        """
        wanted = said.strip().strip("<>")
        async with self._db.write() as tx:
            token = await _token(tx, wanted)
            number = int(token[1:])
            if token[0] == "p":
                what, posts = "post", [PostId(number)]
                changed = await store.set_post_hidden(tx, community, posts[0], hidden=hidden)
            else:
                what, account = "account", AccountId(number)
                posts = await store.written_here(tx, community, account)
                changed = await store.set_account_hidden(tx, community, account, hidden=hidden)
            if changed:
                await note_linking(tx, posts)
        did = "hidden" if hidden else "shown"
        key = f"hide_{what}_{did}" if changed else f"hide_was_{did}"
        return Notice(key, {"what": wanted[:_SHOWN_AT_MOST]})


async def _token(tx: Reader, wanted: str) -> str:
    if wanted.startswith(("https://", "http://")):
        try:
            return await token_of_address(tx, wanted)
        except Unknown as exc:
            raise Unknown("hide_unknown") from exc
    for account in await store_accounts.accounts_by_handle(tx, wanted.removeprefix("@")):
        return f"a{account.account.id}"
    raise Unknown("hide_unknown")
