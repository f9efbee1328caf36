"""An invented Bluesky: a stream of events, and what of it must be in the database in the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
TAG = "LrnChat"
STEP_US = 10_000
"""Between two events."""


@dataclass(frozen=True)
class Event:
    """One event, as both versions tell it."""

    seq: int
    time_us: int
    did: str
    kind: str
    body: dict[str, Any]

    def v1(self) -> bytes:
        frame = {"did": self.did, "time_us": self.time_us, "kind": self.kind, self.kind: self.body}
        return _json(frame)

    def v2(self) -> bytes:
        payload: dict[str, Any] = {"$type": f"network.bsky.jetstream.subscribeEvents#{self.kind}"}
        payload |= {"seq": self.seq, "did": self.did, "time": iso(self.time_us)}
        payload |= self.body if self.kind == "commit" else {self.kind: self.body}
        return _json({"$type": "message", "payload": payload})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def iso(us: int) -> str:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Ours:
    """A post that must be kept."""

    author: str
    at_us: int
    text: str | None
    target: str | None = None
    kind: str = ""
    """How it turns to its target: reply, quote, repost; empty: it does not."""
    edited_us: int | None = None


@dataclass
class World:
    """A stream, and the rows that it must leave."""

    events: list[Event] = field(default_factory=list)
    posts: dict[str, Ours] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    handles: dict[str, str] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    """Who is deactivated or suspended in the end."""

    def engagements(self) -> set[tuple[str, str, str]]:
        return {
            (uri, post.target, post.kind)
            for uri, post in self.posts.items()
            if post.target is not None and post.target != post.author
        }


def world_of(rng: random.Random, size: int, end_us: int) -> World:
    """A world of `size` events that ends at `end_us` with a post that says so (rkey "end")."""
    return _Maker(rng, end_us - size * STEP_US).make(size)


class _Maker:
    def __init__(self, rng: random.Random, start_us: int) -> None:
        self._rng = rng
        self._start = start_us
        self._world = World()
        self._people = [f"did:plc:{n:024d}" for n in range(60)]
        self._leavers = [f"did:plc:leaver{n:018d}" for n in range(8)]
        self._noise: list[str] = []

    def make(self, size: int) -> World:
        steps = [self._tagged] * 6 + [self._reply] * 4 + [self._repost] * 4 + [self._quote] * 2
        steps += [self._noise_post] * 30 + [self._noise_reply] * 20 + [self._noise_repost] * 20
        steps += [self._edit] * 2 + [self._delete] * 3 + [self._noise_delete] * 5
        steps += [self._handle, self._noise_account]
        while len(self._world.events) < size - 1:
            self._rng.choice(steps)()
            if len(self._world.events) % 100 == 99 and self._leavers:
                self._leave(self._leavers.pop())
        self._commit("create", POST, self._people[0], "end", self._record("the end", TAG))
        uri = f"at://{self._people[0]}/{POST}/end"
        self._world.posts[uri] = Ours(self._people[0], self._last_us(), "the end")
        return self._world

    # ---- what concerns us

    def _tagged(self) -> None:
        did = self._somebody()
        text = f"thinking about {self._rng.random()}"
        tag = self._rng.choice([TAG, TAG.lower(), TAG.upper(), "\uff2crnChat"])
        uri = self._post(did, self._record(text, tag, listed=self._rng.random() < 0.3))
        self._world.posts[uri] = Ours(did, self._last_us(), text)

    def _reply(self) -> None:
        if (to := self._one_of_ours(POST)) is None:
            return
        did, text = self._somebody(), f"yes {self._rng.random()}"
        record = self._record(text) | {"reply": {"root": {"uri": to}, "parent": {"uri": to}}}
        uri = self._post(did, record)
        self._world.posts[uri] = Ours(did, self._last_us(), text, _author(to), "reply")

    def _quote(self) -> None:
        if (to := self._one_of_ours(POST)) is None:
            return
        did, text = self._somebody(), f"look {self._rng.random()}"
        embed = {"$type": "app.bsky.embed.record", "record": {"uri": to, "cid": "b"}}
        uri = self._post(did, self._record(text) | {"embed": embed})
        self._world.posts[uri] = Ours(did, self._last_us(), text, _author(to), "quote")

    def _repost(self) -> None:
        if (to := self._one_of_ours(POST)) is None:
            return
        did = self._somebody()
        record = {"subject": {"uri": to, "cid": "b"}, "createdAt": iso(self._next_us())}
        uri = self._post(did, record, REPOST)
        self._world.posts[uri] = Ours(did, self._last_us(), None, _author(to), "repost")

    def _edit(self) -> None:
        uri = self._one_of_ours(POST)
        if uri is None or self._world.posts[uri].target is not None:
            return
        post = self._world.posts[uri]
        text = f"better: {self._rng.random()}"
        self._commit("update", POST, post.author, _rkey(uri), self._record(text, TAG))
        self._world.posts[uri] = Ours(post.author, self._last_us(), text, edited_us=self._last_us())

    def _delete(self) -> None:
        if (uri := self._one_of_ours()) is None:
            return
        collection = REPOST if REPOST in uri else POST
        self._commit("delete", collection, _author(uri), _rkey(uri), None)
        del self._world.posts[uri]
        self._world.deleted.add(uri)

    def _handle(self) -> None:
        if (uri := self._one_of_ours()) is None:
            return
        did = _author(uri)
        handle = f"h{len(self._world.events)}.example.org"
        self._event(did, "identity", {"did": did, "handle": handle, "seq": 1})
        self._world.handles[did] = handle

    def _leave(self, did: str) -> None:
        uri = self._post(did, self._record("bye", TAG))
        bye, shared = self._last_us(), None
        to = self._one_of_ours(POST)
        if to is not None:
            subject = {"subject": {"uri": to}, "createdAt": iso(self._next_us())}
            shared = self._post(did, subject, REPOST)
            shared_at = self._last_us()
        answer = self._record("stay") | {"reply": {"root": {"uri": uri}, "parent": {"uri": uri}}}
        other = self._somebody()
        kept = self._post(other, answer)
        self._world.posts[kept] = Ours(other, self._last_us(), "stay")
        status = self._rng.choice(["deleted", "takendown", "deactivated", "suspended"])
        self._event(did, "account", {"active": False, "did": did, "status": status})
        if status in ("deleted", "takendown"):
            return
        # What is only away stays, hidden.
        self._world.posts[kept] = Ours(other, self._world.posts[kept].at_us, "stay", did, "reply")
        self._world.posts[uri] = Ours(did, bye, "bye")
        if shared is not None and to is not None:
            self._world.posts[shared] = Ours(did, shared_at, None, _author(to), "repost")
        if self._rng.random() < 0.3:
            self._event(did, "account", {"active": True, "did": did})
        else:
            self._world.away.add(did)

    # ---- what does not

    def _noise_post(self) -> None:
        text = self._rng.choice(
            ["nice #lrnchat", "tag", '"tag":"LrnChat"', 'x "uri":"at://a"', "ñ"]
        )
        record = self._record(text, self._rng.choice([None, "cats", "lrnchatter", "LrnCha"]))
        self._noise.append(self._post(f"did:plc:{self._rng.randrange(10**9):024d}", record))

    def _noise_reply(self) -> None:
        if self._noise:
            to = self._rng.choice(self._noise)
            record = self._record("hm") | {"reply": {"root": {"uri": to}, "parent": {"uri": to}}}
            self._noise.append(self._post(self._somebody(), record))

    def _noise_repost(self) -> None:
        if self._noise:
            to = self._rng.choice(self._noise)
            record = {"subject": {"uri": to}, "createdAt": iso(self._next_us())}
            self._post(self._somebody(), record, REPOST)

    def _noise_delete(self) -> None:
        if self._noise:
            uri = self._noise.pop(self._rng.randrange(len(self._noise)))
            self._commit("delete", POST, _author(uri), _rkey(uri), None)

    def _noise_account(self) -> None:
        did = f"did:plc:{self._rng.randrange(10**9):024d}"
        self._event(did, "account", {"active": True, "did": did})

    # ---- how it is written

    def _somebody(self) -> str:
        return self._rng.choice(self._people)

    def _one_of_ours(self, collection: str = "") -> str | None:
        # In two halves: the recent ones are those that are talked about.
        uris = [uri for uri in list(self._world.posts)[-200:] if f"/{collection}" in uri]
        return self._rng.choice(uris) if uris else None

    def _next_us(self) -> int:
        return self._start + (len(self._world.events) + 1) * STEP_US

    def _last_us(self) -> int:
        return self._world.events[-1].time_us

    def _record(self, text: str, tag: str | None = None, *, listed: bool = False) -> dict[str, Any]:
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(self._next_us())}
        if tag and listed:
            record["tags"] = ["other", tag]
        elif tag:
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
            record["facets"] = [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [feature]}]
        return record

    def _post(self, did: str, record: dict[str, Any], collection: str = POST) -> str:
        rkey = f"r{len(self._world.events)}"
        self._commit("create", collection, did, rkey, record)
        return f"at://{did}/{collection}/{rkey}"

    def _commit(
        self, operation: str, collection: str, did: str, rkey: str, record: dict[str, Any] | None
    ) -> None:
        body: dict[str, Any] = {"rev": "3l", "operation": operation, "collection": collection}
        body["rkey"] = rkey
        if record is not None:
            body |= {"record": record, "cid": "bafy"}
        self._event(did, "commit", body)

    def _event(self, did: str, kind: str, body: dict[str, Any]) -> None:
        at = self._next_us()
        self._world.events.append(Event(len(self._world.events) + 1, at, did, kind, body))


def _author(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]


def _rkey(uri: str) -> str:
    return uri.rpartition("/")[2]
