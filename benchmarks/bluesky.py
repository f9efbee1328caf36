"""Bluesky live at full speed: a websocket that sends as fast as we read, up to the commit.

A process of its own sends an invented firehose: posts, answers, reposts, deletions, one event in a
hundred followed. The events per second are those of one core: all that our process used of the
processor counts, and both it and the memory are told for every tenth of the way. The database has
60,000 posts at the start, as after some months, so that what SQLite keeps of its pages in memory
is full; what still grows are the ids of the posts that are followed, up to a bound.
CROSSTIE_BENCH_EVENTS gives another number of events, such as "5000000".
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import aiohttp

from benchmarks import Row
from bot.clock import SystemClock
from bot.model.posts import Watch
from bot.services.followed import FollowedPosts
from bot.services.ingest import Ingest
from bot.sources.base import Gathering
from bot.sources.bluesky import JetstreamReader
from bot.sources.bluesky_live import BlueskyLive
from bot.sources.bluesky_place import Place
from bot.store.migrate import upgrade
from bot.store.open import open_database

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store.database import Database

WANTED_A_SECOND = 15_000
WANTED_GROWTH_MB = 30
WANTED_FLAT_MB = 15
"""From the second tenth to the last: ten million more would add as little."""
_BLOCK = 10_000
"""Events that are built once; each time they are sent they get other keys and numbers."""
_FOLLOWED_EVERY = 100
_HISTORY = 60_000
_BLOCK_NUMBER = b"@@@@@@@@"
_END = 5_000_000_000_000_000
"""The seq of the last event."""
_ACCEPTED = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: xrpc.v1.json\r\n\r\n"
)
_WORDS = ["the", "a", "feedback", "ward", "design", "teach", "learn", "class", "today", "work"]


def measure() -> list[Row]:
    """Events per second, and how memory grows."""
    events = int(os.environ.get("CROSSTIE_BENCH_EVENTS", "300000"))
    environ = os.environ | {"PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "benchmarks.bluesky"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [*command, "send", str(events)], stdout=subprocess.PIPE, env=environ
        ) as sender,
    ):
        assert sender.stdout is not None
        port = sender.stdout.readline().decode().strip()
        url = f"sqlite:///{Path(folder) / 'crosstie.db'}"
        done = subprocess.run(
            [*command, "follow", str(events), port, url], check=True, stdout=subprocess.PIPE
        )
        sender.terminate()
    told = json.loads(done.stdout)
    rate, growth = events / told["cpu_s"], told["growth_mb"]
    memory = told["memory_mb"]
    along = ", ".join(f"{mb:.0f}" for mb in memory)
    rates = [_BLOCK * (b - a) / (y - x) for (a, x), (b, y) in pairwise(told["spent"])]
    return [
        Row(
            f"Bluesky, {events:,} events over a websocket, {told['kept']:,} kept",
            f"{rate:,.0f} events/s of one core ({events / told['wall_s']:,.0f}/s on the wall)",
            f"{WANTED_A_SECOND:,} events/s",
            rate >= WANTED_A_SECOND,
        ),
        Row(
            "its slowest tenth of the way",
            f"{min(rates):,.0f} events/s (in thousands: "
            f"{', '.join(f'{rate / 1000:.1f}' for rate in rates)})",
            f"{WANTED_A_SECOND:,} events/s",
            min(rates) >= WANTED_A_SECOND,
        ),
        Row(
            "flat: its memory from the second tenth to the last",
            f"{memory[-1] - memory[2]:+.0f} MB",
            f"at most +{WANTED_FLAT_MB} MB",
            memory[-1] - memory[2] <= WANTED_FLAT_MB,
        ),
        Row(
            "its memory from a third of them to the end",
            f"{growth:+.0f} MB (at most {told['peak_mb']:.0f} MB; at the start and after each "
            f"tenth {along} MB)",
            f"at most +{WANTED_GROWTH_MB} MB",
            growth <= WANTED_GROWTH_MB,
        ),
    ]


# ---- the one who follows


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def _make_history(db: Database, clock: Clock) -> None:
    chance, into, ingest = random.Random(11), Gathering(), Ingest(db, clock)
    reader = JetstreamReader(into)
    for n in range(_HISTORY):
        frame = _frame(chance, n * _FOLLOWED_EVERY % _BLOCK)
        reader.read(frame.replace(_BLOCK_NUMBER, b"%08d" % (10**7 + n)), "")
        if len(into.posts) == _HISTORY // 100:
            await ingest.take(into.page(), "bluesky")


async def _follow(events: int, port: str, url: str) -> None:
    clock = SystemClock()
    async with open_database(url) as db, aiohttp.ClientSession() as http:
        await upgrade(db)
        await _make_history(db, clock)
        address = f"ws://127.0.0.1:{port}/xrpc/network.bsky.jetstream.subscribeEvents"
        source = BlueskyLive(http, clock, FollowedPosts(db), [address], 30.0)
        await source.watch(frozenset({Watch("lrnchat")}))
        ingest, cursor, kept, third = Ingest(db, clock), None, 0, 0.0
        along = [_memory_mb()]
        wall, cpu = perf_counter(), process_time()
        spent: list[tuple[int, float]] = []
        while True:
            page = await source.next_page(cursor)
            kept += (await ingest.take(page, source.name)).new_posts
            cursor = page.cursor
            place = None if cursor is None else Place.of(cursor)
            if place is not None and place.seq >= _END:
                break
            # The number of a block follows a 1: "1", eight digits, six digits of its own.
            blocks = 0 if place is None else place.seq // 10**6 - 10**8
            if not spent:  # with the first page what is followed was loaded, once
                spent.append((blocks, process_time()))
            if not third and blocks >= events / _BLOCK / 3:
                third = _memory_mb()
            if blocks >= events / _BLOCK * len(along) / 10:
                along.append(_memory_mb())
                spent.append((blocks, process_time()))
        used = {"cpu_s": process_time() - cpu, "wall_s": perf_counter() - wall, "kept": kept}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        used |= {"growth_mb": _memory_mb() - third, "peak_mb": peak}
        along.append(_memory_mb())
        spent.append((events // _BLOCK, process_time()))
        sys.stdout.write(json.dumps({**used, "memory_mb": along, "spent": spent}))
        await source.close()


# ---- the one who sends


def _frame(chance: random.Random, n: int) -> bytes:
    """One frame of version 2; what differs from block to block is written as @@@@@@@@."""
    did, other = (f"did:plc:{chance.randrange(10**6):024d}" for _ in range(2))
    at = "2026-05-13T18:00:00.000000Z"
    text = " ".join(chance.choices(_WORDS, k=chance.randrange(4, 40)))
    uri = f"at://{other}/app.bsky.feed.post/r{chance.randrange(10**6):06d}@@@@@@@@"
    record: dict[str, object] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": at}
    record["langs"] = ["en"]
    collection, operation, kind = "app.bsky.feed.post", "create", chance.random()
    if n % _FOLLOWED_EVERY == 0 or kind < 0.1:
        tag = "LrnChat" if n % _FOLLOWED_EVERY == 0 else chance.choice(_WORDS)
        feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
        record["facets"] = [{"features": [feature], "index": {"byteStart": 0, "byteEnd": 3}}]
    elif kind < 0.35:
        record["reply"] = {"root": {"cid": "b", "uri": uri}, "parent": {"cid": "b", "uri": uri}}
    elif kind < 0.65:
        collection = "app.bsky.feed.repost"
        record = {"$type": collection, "subject": {"cid": "b", "uri": uri}, "createdAt": at}
    elif kind < 0.8:
        operation = "delete"
    payload: dict[str, object] = {"$type": "network.bsky.jetstream.subscribeEvents#commit"}
    payload |= {"seq": "SEQ", "did": did, "time": at, "rev": "3l", "operation": operation}
    payload |= {"collection": collection, "rkey": f"r{n:06d}@@@@@@@@"}
    if operation == "create":
        payload |= {"record": record, "cid": "bafyreiabcdefghijklmnopqrstuvwxyz234567"}
    frame = {"$type": "message", "payload": payload}
    text = json.dumps(frame, separators=(",", ":")).replace('"SEQ"', f"1@@@@@@@@{n:06d}")
    return text.encode()


def _header(size: int) -> bytes:
    return bytes([0x81, size]) if size < 126 else b"\x81\x7e" + size.to_bytes(2)


async def _send(events: int) -> None:
    chance = random.Random(7)
    frames = [_frame(chance, n) for n in range(_BLOCK)]
    block = b"".join(_header(len(frame)) + frame for frame in frames)
    last = frames[-1].replace(b"1@@@@@@@@%06d" % (_BLOCK - 1), b"%d" % _END)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(
            x.split()[1] for x in request.splitlines() if x.lower().startswith("sec-websocket-key")
        )
        digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        accept = base64.b64encode(digest).decode()
        writer.write(_ACCEPTED.format(accept=accept).encode())
        for n in range(events // _BLOCK):
            writer.write(block.replace(_BLOCK_NUMBER, b"%08d" % n))
            await writer.drain()
        end = last.replace(_BLOCK_NUMBER, b"99999999")
        writer.write(_header(len(end)) + end)
        await writer.drain()
        await asyncio.Event().wait()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "send":
        asyncio.run(_send(int(sys.argv[2])))
    else:
        asyncio.run(_follow(int(sys.argv[2]), sys.argv[3], sys.argv[4]))
