"""Who may learn which name, field and link, and when: the one place that decides it.

| reader, moment          | sees of the other                                                    |
|-------------------------|----------------------------------------------------------------------|
| A, asked first          | B by B's choice: name, and post if B shows posts; or a description   |
| B, after A's yes        | A's name, A's public post if A shows posts, A's line                 |
| both, after two yeses   | names and posts                                                      |
| anybody, in a follow-up | what was said to them in public; a name only of a member who chose   |
|                         | to be named and shows posts                                          |
| both, by a post that    | that post, once each may see the other's posts                       |
| names both              |                                                                      |
| owner, in their network | who they kept as a member, by name; who they kept by an account, the |
|                         | account; that both are one, only after two yeses or as above         |

A reason is shown only while it can be checked: the posts are there and still theirs, or the fields
still say so. What only an algorithm knows (closeness, activity) is never a reason to be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.cards import ByLinksCard, PersonShown, ReasonShown
from bot.model.network import Face, Origin
from bot.model.people import Naming, PersonId, Stance
from bot.model.policy import permalink, profile_link
from bot.model.suggestions import ReasonTerm
from bot.store import claims as store_claims
from bot.store import connections as store_connections
from bot.store import hidden as store_hidden
from bot.store import members as store_members
from bot.store import network as store
from bot.store.namings import named_in
from bot.store.presence import both_there

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.network import Connection
    from bot.model.people import Account, CommunityId, Member
    from bot.model.posts import PostId
    from bot.model.suggestions import Reason
    from bot.store.database import Reader
    from bot.store.network import Evidence

_ORDER = (
    ReasonTerm.SAME_QUESTION,
    ReasonTerm.SHARED_INTEREST,
    ReasonTerm.SAME_SESSION,
    ReasonTerm.NAMED_TOGETHER,
    ReasonTerm.CURIOUS,
    ReasonTerm.SHARED_CONTACT,
)
"""The most telling first; other terms are never shown."""
_IN_A_GATHERING = frozenset({ReasonTerm.SAME_QUESTION, ReasonTerm.SAME_SESSION})


def main_field(member: Member) -> str:
    """The field somebody is surest of: what they work in, else what they help with, else ''."""
    for stance in (Stance.WORK, Stance.HELP):
        known = [f for f in member.fields if f.stance is stance]
        if known:
            return min(known, key=lambda f: (-f.confidence, f.field)).field
    return ""


def by_their_choice(member: Member) -> PersonShown:
    """A member as they chose to appear before they said yes."""
    named = member.naming is Naming.NAME
    return PersonShown(name=member.name if named else None, description=member.description)


def by_name(member: Member) -> PersonShown:
    """A member who said yes."""
    return PersonShown(name=member.name, description=member.description)


def introduced(member: Member) -> PersonShown:
    """A member after two yeses."""
    return PersonShown(name=member.name, description=member.description, mention=member.discord_id)


async def by_links(tx: Reader, member: Member) -> ByLinksCard:
    """A member after two yeses, to be found where no thread can be opened."""
    known = await store_claims.linked_accounts(tx, member.person)
    links = [profile_link(a.platform, a.native_id, a.handle) for a in known]
    return ByLinksCard(introduced(member), tuple(filter(None, links)), member.site)


def link_before_yes(member: Member) -> bool:
    """Whether the other side may see this member's posts before they were asked."""
    return member.naming is Naming.NAME and member.show_posts


def named_in_public(member: Member | None) -> PersonShown:
    """Somebody with whom the reader talked in public.

    Their post is there to be linked, so a name or description beside it would tell who of the
    server is behind a public account: only those who chose both are named.
    """
    if member is None or member.left_at is not None or not link_before_yes(member):
        return PersonShown(name=None, description="")
    return PersonShown(name=member.name, description="")


async def evidence_here(tx: Reader, community: CommunityId, post: PostId | None) -> Evidence | None:
    """The post, as far as this community may see it: one that its hosts hide is not there."""
    if await store_hidden.is_hidden(tx, community, post):
        return None
    return await store.evidence(tx, post)


def link_of(found: Evidence | None) -> str | None:
    """The address of a post, where it has one."""
    return permalink(found.platform, found.native_id, found.handle) if found else None


async def face_of(tx: Reader, community: CommunityId, connection: Connection) -> Face:
    """Somebody of a network as its owner may know them now, in this community."""
    account, person = None, connection.person
    if connection.account is not None:
        account = await store_connections.get_account(tx, connection.account)
        person = account.person if account and account.person else person
    member = await store_members.member_by_person(tx, community, person)
    if member is not None and member.left_at is not None:
        member = None
    met = member is not None and await store_connections.were_introduced(
        tx, connection.owner, person
    )
    both_known = member is not None and (met or link_before_yes(member))
    if account is not None:
        return _face_by_account(connection, account.account, member if both_known else None, person)
    if connection.account is not None:
        return _named(connection, connection.label)
    if member is None or not (both_known or connection.origin is not Origin.FOLLOW_UP):
        return _named(connection, connection.label)
    return Face(
        name=connection.label or member.name,
        field=connection.field or main_field(member),
        country=member.country,
        profile=None,
        mention=member.discord_id,
        ties_of=person if both_known else None,
        languages=member.languages,
    )


def _face_by_account(
    connection: Connection, account: Account, member: Member | None, person: PersonId
) -> Face:
    name = account.name or (f"@{account.handle}" if account.handle else "")
    return Face(
        name=connection.label or (member.name if member else name),
        field=connection.field or (main_field(member) if member else ""),
        country=member.country if member else "",
        profile=profile_link(account.platform, account.native_id, account.handle),
        mention=member.discord_id if member else None,
        ties_of=person,
        languages=member.languages if member else (),
    )


def _named(connection: Connection, name: str) -> Face:
    return Face(name, connection.field, "", None, None, None)


async def reasons_shown(
    tx: Reader,
    community: CommunityId,
    reasons: Sequence[Reason],
    reader: Member,
    other: Member,
    *,
    link_other: bool,
    turned: bool = False,
) -> tuple[ReasonShown, ...]:
    """The reasons that can be checked now, the most telling first; empty: there is none left.

    `turned`: the reasons were made for `other`, and the reader is whom they are about.
    """
    shown = []
    for reason in sorted(
        (r for r in reasons if r.term in _ORDER), key=lambda r: _ORDER.index(r.term)
    ):
        if reason.term is ReasonTerm.CURIOUS:
            curious = _curious(reason, reader, other)
            if curious is not None:
                shown.append(curious)
            continue
        if reason.term is ReasonTerm.NAMED_TOGETHER:
            # The post names the other, so it waits for the same word as their own posts do.
            named = await _named_together(tx, community, reason, reader, other)
            if named is not None and link_other:
                shown.append(named)
            continue
        own_post, other_post = reason.own_post, reason.other_post
        if turned:
            own_post, other_post = other_post, own_post
        own = await evidence_here(tx, community, own_post)
        theirs = await evidence_here(tx, community, other_post)
        if reason.term is ReasonTerm.SAME_SESSION and (own is None or theirs is None):
            there = await _both_there(tx, community, reader, other)
            if there is not None:
                shown.append(there)
            continue
        if own is None or theirs is None:
            continue
        if own.person != reader.person or theirs.person != other.person:
            continue
        gathering = await _gathering(tx, community, reason.term, own.post, theirs.post)
        if reason.term in _IN_A_GATHERING and not gathering:
            continue
        shown.append(
            ReasonShown(
                term=reason.term,
                detail=_detail(reason),
                gathering=gathering,
                at=max(own.at, theirs.at),
                own_link=link_of(own),
                other_link=link_of(theirs) if link_other else None,
            )
        )
    return tuple(shown)


async def _both_there(
    tx: Reader, community: CommunityId, reader: Member, other: Member
) -> ReasonShown | None:
    """They were in one session, one of them at least by [I'm here], which says so before."""
    there = await both_there(tx, community, reader.person, other.person)
    if there is None:
        return None
    link = f"https://discord.com/channels/{community}/{there.thread}" if there.thread else None
    return ReasonShown(
        term=ReasonTerm.SAME_SESSION,
        detail="",
        gathering=there.gathering,
        at=there.at,
        own_link=None,
        other_link=None,
        by_presence=True,
        thread_link=link,
    )


async def _named_together(
    tx: Reader, community: CommunityId, reason: Reason, reader: Member, other: Member
) -> ReasonShown | None:
    """Somebody named both in one post that is still there, and still names them."""
    post = await evidence_here(tx, community, reason.own_post)
    if post is None or not {reader.person, other.person} <= await named_in(tx, post.post):
        return None
    return ReasonShown(
        term=ReasonTerm.NAMED_TOGETHER,
        detail="",
        gathering="",
        at=post.at,
        own_link=None,
        other_link=None,
        post_link=link_of(post),
    )


async def _gathering(
    tx: Reader, community: CommunityId, term: ReasonTerm, own: PostId, theirs: PostId
) -> str:
    if term not in _IN_A_GATHERING:
        return ""
    return await store.gathering_of(tx, community, own, theirs)


def _detail(reason: Reason) -> str:
    if reason.term is ReasonTerm.SHARED_INTEREST:
        return f"#{reason.detail}"
    return reason.detail


def _curious(reason: Reason, reader: Member, other: Member) -> ReasonShown | None:
    """Somebody is curious about what the other works in; both said so themselves."""
    for curious, knows in ((reader, other), (other, reader)):
        if _said(curious, reason.detail, Stance.CURIOUS) and (
            _said(knows, reason.detail, Stance.WORK) or _said(knows, reason.detail, Stance.HELP)
        ):
            return ReasonShown(
                term=ReasonTerm.CURIOUS,
                detail=reason.detail,
                gathering="",
                at=None,
                own_link=None,
                other_link=None,
                reader_is_curious=curious is reader,
            )
    return None


def _said(member: Member, field: str, stance: Stance) -> bool:
    return any(
        f.field == field and f.stance is stance and f.confidence >= 1.0 for f in member.fields
    )
