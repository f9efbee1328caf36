"""Archives: files and folders of any format that we know, read in bounded memory.

What can not be used becomes a Problem that names the file and the line; nothing here ends the
reading of the rest.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, TYPE_CHECKING, Protocol, cast

import msgspec

from bot.errors import PayloadError
from bot.model.posts import Problem
from bot.sources import plain
from bot.sources.base import Gathering, Progress
from bot.sources.payloads import NOT_JSON, keys_of
from bot.sources.tags import TagsReader, is_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from bot.model.posts import Page

MOST_LINE = 64 << 20
"""Bytes of a line that are read; a page of X has less than one in a hundred of it."""
MOST_WHOLE = 256 << 20
"""Bytes of a file that must be held whole: a JSON array, or one object over many lines."""

_POSTS_A_PAGE = 2_500
_ENGAGEMENTS_A_PAGE = 20_000
_LINES_A_PAGE = 5_000
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_SUFFIXES = tuple(
    suffix + packed for suffix in (".jsonl", ".ndjson", ".json", ".csv") for packed in ("", ".gz")
)

_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


class Reader(Protocol):
    """What reads the payloads of one format."""

    def read(self, payload: bytes | msgspec.Raw, where: str) -> None:
        """Takes a payload; raises PayloadError when nothing of it can be used."""
        ...


# Each is loaded when a payload is of its format: an import waits for none that it does not need.


def _x(into: Gathering) -> Reader:
    from bot.sources.x import XReader

    return XReader(into)


def _jetstream(into: Gathering) -> Reader:
    from bot.sources.bluesky import JetstreamReader

    return JetstreamReader(into)


def _mastodon(into: Gathering) -> Reader:
    from bot.sources.mastodon import MastodonReader

    return MastodonReader(into)


FORMATS: Mapping[str, Callable[[Gathering], Reader]] = {
    "x": _x,
    "jetstream": _jetstream,
    "mastodon": _mastodon,
}
"""One payload a line, or an array of them."""
TAGS = "tags"
"""A sheet of TAGS, as CSV."""
INTERACTIONS = "interactions"
"""A folder of CSV files."""


@dataclass(slots=True)
class Archives:
    """Reads archives one after the other, as Pages of a few thousand posts."""

    format: str = "auto"
    latest: datetime | None = None
    """Nothing dated later is taken."""
    progress: Progress = field(default_factory=Progress)

    def pages(self, paths: Iterable[Path]) -> Iterator[Page]:
        """Everything that can be read in the files and folders, in their order."""
        into = Gathering(self.latest)
        for path in paths:
            for lines in self._units(path, into):
                for _ in lines:
                    if (
                        len(into.posts) >= _POSTS_A_PAGE
                        or len(into.engagements) >= _ENGAGEMENTS_A_PAGE
                        or into.lines >= _LINES_A_PAGE
                    ):
                        yield into.page()
        yield into.page()

    def _units(self, path: Path, into: Gathering) -> Iterator[Iterator[None]]:
        """The files of a path, each as an iterator that reads on by one line at a step."""
        if path.is_dir():
            found = _in_folder(path, plain.INTERACTIONS)
            if found is not None and self.format in ("auto", INTERACTIONS):
                yield from self._plain(path, into)
                return
            files = sorted(f for f in path.rglob("*") if f.name.endswith(_SUFFIXES))
            if not files or self.format == INTERACTIONS:
                into.problems.append(Problem(_shown(path), "a folder without an archive"))
            for file in files:
                yield self._payloads(file, into)
        elif self.format == INTERACTIONS or path.name.removesuffix(".gz") in plain.COLUMNS:
            into.problems.append(
                Problem(_shown(path), "plain interactions are imported as a folder")
            )
        else:
            yield self._payloads(path, into)

    def _plain(self, folder: Path, into: Gathering) -> Iterator[Iterator[None]]:
        meta = None
        with suppress(OSError):
            meta = (folder / "meta.json").read_bytes()
        reader = plain.PlainReader(into, plain.name_of_set(meta, folder.resolve().name))
        for name in (plain.POSTS, plain.INTERACTIONS):
            path = _in_folder(folder, name)
            if path is not None:
                yield self._csv(path, name, reader, into)

    def _csv(
        self, path: Path, name: str, reader: plain.PlainReader, into: Gathering
    ) -> Iterator[None]:
        shown = _shown(path)
        lines = _lines(path, into, self.progress)
        _, header = next(lines, (0, b""))
        if not plain.header_is_right(header.removeprefix(_BOM), name):
            columns = ",".join(plain.COLUMNS[name])
            into.problems.append(Problem(f"{shown}:1", f"the first line must be {columns}"))
            return
        read = reader.reader(name)
        for number, line in lines:
            _try(read, line, f"{shown}:{number}", into)
            yield

    def _payloads(self, path: Path, into: Gathering) -> Iterator[None]:
        shown = _shown(path)
        lines = _lines(path, into, self.progress)
        first = next(lines, None)
        if first is None:
            return
        number, line = first
        start = line.removeprefix(_BOM).lstrip()
        if b"\0" in line[:_CHUNK]:
            into.problems.append(Problem(f"{shown}:{number}", "binary, not text"))
            return
        if self.format == TAGS or path.name.removesuffix(".gz").endswith(".csv"):
            if is_header(start):
                yield from TagsReader(into).rows(start, lines, shown)
            else:
                into.problems.append(Problem(f"{shown}:{number}", "no sheet of TAGS"))
            return
        everything = chain([(number, start)], lines)
        if start[:1] == b"[" or start.rstrip() == b"{":
            everything = chain(_whole(path, everything, into))
        read: Callable[[bytes, str], None] | None = None
        for number, payload in everything:
            if read is None:
                read = self._reader(payload, into)
            _try(read, payload, f"{shown}:{number}", into)
            yield

    def _reader(self, payload: bytes, into: Gathering) -> Callable[[bytes, str], None]:
        return FORMATS[self.format if self.format in FORMATS else detect(payload)](into).read


def detect(payload: bytes) -> str:
    """The format that a payload is of, by its keys; X, where nothing speaks for another."""
    keys = set(keys_of(payload))
    if "$type" in keys or {"kind", "seq"} <= keys or {"did", "time_us"} <= keys:
        return "jetstream"
    if keys & {"orderedItems", "attributedTo", "actor"} or {"uri", "account"} <= keys:
        return "mastodon"
    return "x"


def _shown(path: Path) -> str:
    """The path as it can be written anywhere: a name need not be UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _in_folder(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / f"{name}.gz", folder / name) if p.is_file()), None)


def _try(read: Callable[[bytes, str], None], payload: bytes, where: str, into: Gathering) -> None:
    into.lines += 1
    try:
        read(payload, where)
    except PayloadError as exc:
        into.problem(where, exc)


def _lines(path: Path, into: Gathering, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers; what ends the reading is a Problem."""
    number = 0
    shown = _shown(path)
    read_before = progress.bytes_read
    try:
        # A large buffer: a page of X is a line of a third of a megabyte.
        with path.open("rb", _CHUNK) as raw:
            progress.files += 1
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            any_line = False
            while line := file.readline(MOST_LINE):
                number += 1
                progress.bytes_read = read_before + raw.tell()
                any_line = True
                if len(line) == MOST_LINE and line[-1:] != b"\n":
                    _skip_line(file)
                    into.lines += 1
                    reason = f"a line of more than {MOST_LINE >> 20} MB"
                    into.problems.append(Problem(f"{shown}:{number}", reason))
                elif not line.isspace():
                    yield number, line
            if not any_line:
                into.problems.append(Problem(shown, "an empty file"))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        reason = "the compressed file is cut off or damaged here"
        into.problems.append(Problem(f"{shown}:{number + 1}", reason))
    except OSError as exc:
        into.problems.append(Problem(shown, f"can not be read: {exc.strerror or exc}"))


def _skip_line(file: IO[bytes]) -> None:
    while (more := file.readline(_CHUNK)) and more[-1:] != b"\n":
        pass


def _whole(
    path: Path, lines: Iterable[tuple[int, bytes]], into: Gathering
) -> Iterator[tuple[int, bytes]]:
    """The items of a JSON array, or the one object of a file; numbered from 1.

    Where the array is damaged, the lines that hold an object each are used as they are.
    """
    held: list[tuple[int, bytes]] = []
    shown = _shown(path)
    size = 0
    for number, line in lines:
        held.append((number, line))
        size += len(line)
        if size > MOST_WHOLE:
            reason = f"an array of more than {MOST_WHOLE >> 20} MB; write one object a line"
            into.problems.append(Problem(f"{shown}:{number}", reason))
            return
    everything = b"".join(line for _, line in held)
    if everything[:1] == b"{":
        yield 1, everything
        return
    try:
        yield from enumerate(map(bytes, _RAWS.decode(everything)), start=1)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        into.problems.append(Problem(shown, f"an array that is {NOT_JSON}"))
        for number, line in held:
            item = line.strip(b"[], \t\r\n")
            if item[:1] == b"{" and item[-1:] == b"}":
                yield number, item
