"""What a post does towards others: the one place where engagements are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import Engagement, EngagementKind

if TYPE_CHECKING:
    from bot.model.posts import Post

# Python 3.11 calls a function for every member that is named in full, here for every post.
_REPOST, _REPLY = EngagementKind.REPOST, EngagementKind.REPLY
_QUOTE, _MENTION = EngagementKind.QUOTE, EngagementKind.MENTION


def engagements_of(post: Post) -> tuple[Engagement, ...]:
    """Everybody whom the author engages by this post, each in one way per kind.

    - A repost is one engagement with the reposted author. Its text is that author's, so whom it
      mentions is not counted, neither as a mention by the reposter nor of the reposted.
    - A reply is one with the author of what is answered; naming them in it is the same act.
    - A quote is one with the quoted author; naming them as well is a mention.
    - Nobody engages with themselves.

    A reference whose author is not known gives nothing; `Ingest` calls again once it is.

    Example: a reply to Ana that names Ana and Ben gives (reply, Ana) and (mention, Ben).
    """
    if post.repost_of is not None:
        target = post.repost_of.author
        if target is None or target == post.author:
            return ()
        return (Engagement(post.id, post.author, target, _REPOST, post.at),)
    done: list[Engagement] = []
    answered = None
    if post.reply_to is not None:
        answered = post.reply_to.author
        if answered is not None and answered != post.author:
            done.append(Engagement(post.id, post.author, answered, _REPLY, post.at))
    if post.quote_of is not None:
        quoted = post.quote_of.author
        if quoted is not None and quoted != post.author:
            done.append(Engagement(post.id, post.author, quoted, _QUOTE, post.at))
    mentions = post.mentions
    for mentioned in mentions if len(mentions) < 2 else dict.fromkeys(mentions):
        if mentioned not in (answered, post.author):
            done.append(  # noqa: PERF401, RUF100 a generator takes longer for the one or two
                Engagement(post.id, post.author, mentioned, _MENTION, post.at)
            )
    return tuple(done)
