"""What the invented people post, as Jetstream v1 would deliver it: one JSON line an event."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.model.posts import to_us

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from bot.demo.season_people import Someone

_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
_TAG = re.compile(r"#(\w+)")
_MENTION = re.compile(r"@([\w.-]*\w)")
_LINK = re.compile(r"https?://[\w./-]*\w")
_POST = "app.bsky.feed.post"
_REPOST = "app.bsky.feed.repost"


@dataclass(frozen=True, slots=True)
class Written:
    """A record that somebody made: enough to answer, quote, repost, change or delete it."""

    author: Someone
    uri: str
    cid: str
    at: datetime
    text: str
    root: tuple[str, str]
    """Uri and cid of the conversation's first post."""
    record: Mapping[str, Any]
    """As it was sent."""

    @property
    def ref(self) -> dict[str, str]:
        """A strong reference to it."""
        return {"cid": self.cid, "uri": self.uri}


@dataclass(frozen=True, slots=True)
class Delivered:
    """One line of the stream, and when it comes."""

    at: datetime
    line: bytes


class Wire:
    """Turns what people do into events; keeps them in the order in which they are delivered."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._events: list[tuple[int, int, dict[str, Any]]] = []
        self._rkeys: set[str] = set()
        self._handles: dict[str, Someone] = {}

    def hello(self, who: Someone, at: datetime, handle: str | None = None) -> None:
        """Tells the stream who somebody is: at first sight, and when the handle changed."""
        handle = handle or who.handle
        self._handles[handle] = who
        self._add(
            at,
            who,
            "identity",
            {"did": who.did, "handle": handle, "seq": len(self._events) + 1, "time": _iso(at)},
        )

    def post(
        self,
        who: Someone,
        at: datetime,
        text: str,
        reply_to: Written | None = None,
        quote: Written | None = None,
    ) -> Written:
        """Somebody posts. Tags, links and @handles become facets with byte offsets."""
        record: dict[str, Any] = {"$type": _POST, "createdAt": _iso(at), "langs": ["en"]}
        record["text"] = text
        if facets := self._facets(text):
            record["facets"] = facets
        if reply_to is not None:
            root = {"cid": reply_to.root[1], "uri": reply_to.root[0]}
            record["reply"] = {"parent": reply_to.ref, "root": root}
        if quote is not None:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": quote.ref}
        uri, cid = self._commit(who, at, "create", _POST, self._rkey(at), record)
        root_of = reply_to.root if reply_to is not None else (uri, cid)
        return Written(who, uri, cid, at, text, root_of, record)

    def repost(self, who: Someone, at: datetime, what: Written) -> Written:
        """Somebody shares a post as it is."""
        record = {"$type": _REPOST, "createdAt": _iso(at), "subject": what.ref}
        uri, cid = self._commit(who, at, "create", _REPOST, self._rkey(at), record)
        return Written(who, uri, cid, at, "", (uri, cid), record)

    def edit(self, what: Written, at: datetime, text: str) -> None:
        """The author corrects a post; it keeps its uri and its date."""
        record = {**what.record, "text": text}
        if facets := self._facets(text):
            record["facets"] = facets
        self._commit(what.author, at, "update", _POST, what.uri.rpartition("/")[2], record)

    def delete(self, what: Written, at: datetime) -> None:
        """The author takes a post or a repost back."""
        collection, _, rkey = what.uri.removeprefix("at://").partition("/")[2].partition("/")
        self._commit(what.author, at, "delete", collection, rkey, None)

    def repeat(self, share: float, within: timedelta) -> None:
        """Delivers a share of the events again, up to `within` later, as a reconnect does."""
        again = self._rng.sample(self._events, k=int(len(self._events) * share))
        for us, _, event in again:
            later = us + self._rng.randrange(int(within / timedelta(microseconds=1)))
            self._events.append((later, len(self._events), event))

    def delivered(self) -> tuple[Delivered, ...]:
        """Every event, in the order of delivery."""
        zero = datetime(1970, 1, 1, tzinfo=UTC)
        return tuple(
            Delivered(
                zero + timedelta(microseconds=us),
                json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
            )
            for us, _, event in sorted(self._events, key=lambda each: each[:2])
        )

    def _commit(
        self,
        who: Someone,
        at: datetime,
        operation: str,
        collection: str,
        rkey: str,
        record: Mapping[str, Any] | None,
    ) -> tuple[str, str]:
        commit: dict[str, Any] = {"rev": self._tid(to_us(at)), "operation": operation}
        commit |= {"collection": collection, "rkey": rkey}
        cid = "bafyrei" + "".join(self._rng.choices(_BASE32, k=52))
        if record is not None:
            commit |= {"record": record, "cid": cid}
        self._add(at, who, "commit", commit)
        return f"at://{who.did}/{collection}/{rkey}", cid

    def _add(self, at: datetime, who: Someone, kind: str, body: Mapping[str, Any]) -> None:
        us = to_us(at)
        event = {"did": who.did, "time_us": us, "kind": kind, kind: body}
        self._events.append((us, len(self._events), event))

    def _rkey(self, at: datetime) -> str:
        us = to_us(at)
        while (rkey := self._tid(us)) in self._rkeys:
            us += 1
        self._rkeys.add(rkey)
        return rkey

    def _tid(self, us: int) -> str:
        number = us << 10
        return "".join(_BASE32[number >> shift & 31] for shift in range(60, -1, -5))

    def _facets(self, text: str) -> list[dict[str, Any]]:
        found = [
            (*match.span(), {"$type": _feature("tag"), "tag": match[1]})
            for match in _TAG.finditer(text)
        ]
        found += [
            (*match.span(), {"$type": _feature("mention"), "did": who.did})
            for match in _MENTION.finditer(text)
            if (who := self._handles.get(match[1])) is not None
        ]
        found += [
            (*match.span(), {"$type": _feature("link"), "uri": match[0]})
            for match in _LINK.finditer(text)
        ]
        return [
            {
                "index": {
                    "byteStart": len(text[:start].encode()),
                    "byteEnd": len(text[:end].encode()),
                },
                "features": [feature],
            }
            for start, end, feature in sorted(found, key=lambda each: each[:2])
        ]


def _feature(kind: str) -> str:
    return f"app.bsky.richtext.facet#{kind}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
