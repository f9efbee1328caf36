"""`crosstie rank`: the engine on a folder of plain interactions, for measuring it."""

from __future__ import annotations

import csv
import gzip
import json
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.graph import KIND_CODE, Graph
from bot.engine.history import History, Request, Rules
from bot.engine.learn import SAFE, Profile, choose
from bot.engine.suggest import rank, suggest
from bot.engine.talk import Talk
from bot.errors import Invalid
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import EPOCH, EngagementKind, to_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

SEED = 0
_LATEST = 250_000_000_000
"""The end of the years that a date can have, in unix seconds."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and who could not be served."""

    rows: int
    unknown: tuple[str, ...]
    """Ids of queries.csv that the folder tells nothing of."""
    profile: Profile
    """What the signals were worth, and what that gained in the back-test on the past."""


def run(folder: Path, at: int, top: int, out: Path, *, suggestions: bool = False) -> Written:
    """Writes person,rank,candidate for everybody in FOLDER/queries.csv.

    Only what happened before `at` (unix seconds) is used. With `suggestions` the product's own
    lists instead of the pure ranking: five at most, whatever `top` says.

    Raises:
        Invalid: a file is missing or damaged (says where), or `at` is no date.
    """
    if not 0 <= at < _LATEST:
        raise Invalid(f"--at {at}: write unix seconds, like 1548067872")
    now = EPOCH + timedelta(seconds=at)
    names, history = history_of(folder, now)
    place = {name: PersonId(i) for i, name in enumerate(names)}
    asking = dict.fromkeys(row["id"] for row in _rows(folder / "queries.csv", ("id",)))
    known = {name: place[name] for name in asking if name in place}
    if suggestions:
        lists = _suggested(history, list(known.values()), top, now)
    else:
        lists = rank(history, list(known.values()), {}, now, top)
    by_name = {name: [names[p] for p in people] for name, people in zip(known, lists, strict=True)}
    unknown = tuple(name for name in asking if name not in place)
    return Written(_write(out, by_name), unknown, history.profile or SAFE)


def _suggested(
    history: History, members: Sequence[PersonId], top: int, now: datetime
) -> list[list[PersonId]]:
    """The product's lists. Here everybody counts as willing, and a short list is no kindness."""
    rules = Rules(needs_reason=False)
    requests = [Request(member, count=min(top, rules.per_list)) for member in members]
    lists: dict[PersonId, list[PersonId]] = {member: [] for member in members}
    for draft in suggest(history, requests, rules, now, random.Random(SEED)):  # noqa: S311
        lists[draft.member].append(draft.about)
    return list(lists.values())


def history_of(
    folder: Path, now: datetime, profile: Profile | None = None
) -> tuple[list[str], History]:
    """What FOLDER tells of the time before `now`; a person's id is their place in the names.

    The profile is learned from that past where none is given.

    Raises:
        Invalid: a file is missing or damaged (says where).
    """
    cut = (now - EPOCH) // timedelta(seconds=1)
    fields = {row["id"]: row["field"] for row in _rows(folder / "people.csv", ("id", "field"))}
    posts = folder / "posts.csv.gz"
    spoke = []
    if posts.exists():
        lines = _rows(posts, ("ts", "source"))
        spoke = [(r["source"], int(r["ts"])) for r in lines if int(r["ts"]) < cut]
    columns = ("ts", "source", "target", "kind")
    events = [
        (row["source"], row["target"], _kind_code(row["kind"]), int(row["ts"]))
        for row in _rows(folder / "interactions.csv.gz", columns)
        if int(row["ts"]) < cut
    ]
    names = sorted(
        {*fields, *(a for a, _ in spoke), *(e[0] for e in events), *(e[1] for e in events)}
    )
    place = {name: i for i, name in enumerate(names)}
    who, whom = [place[e[0]] for e in events], [place[e[1]] for e in events]
    at_us = np.array([e[3] for e in events], np.int64) * 1_000_000
    people = range(len(names))
    kinds = [e[2] for e in events]
    graph = Graph.build(who, whom, kinds, at_us, now=now, people=people)
    talk = Talk.of(
        who,
        whom,
        at_us,
        people=people,
        fields={place[name]: field for name, field in fields.items() if field},
        posts=([place[a] for a, _ in spoke], [at * 1_000_000 for _, at in spoke]),
        is_directed=_is_directed(folder, kinds),
    )
    profile = profile or choose(talk, to_us(now), np.random.default_rng(SEED))
    works_in = {
        PersonId(place[name]): (FieldOf(field, Stance.WORK),)
        for name, field in fields.items()
        if field
    }
    # Whom only people.csv knows, and no post, is nobody that a community could be shown.
    willing = frozenset(PersonId(p) for p in talk.ids[talk.seen()].tolist())
    return names, History(graph=graph, fields=works_in, willing=willing, talk=talk, profile=profile)


def _is_directed(folder: Path, kinds: Sequence[int]) -> bool:
    """What meta.json says; without it, whether anything but meeting happened."""
    try:
        told = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        told = {}
    except (OSError, ValueError) as exc:
        raise Invalid(f"{folder / 'meta.json'}: can not be read: {exc}") from exc
    by_kind = any(kind != KIND_CODE[EngagementKind.CONTACT] for kind in kinds)
    return bool(told.get("directed", by_kind)) if isinstance(told, dict) else by_kind


def _kind_code(name: str) -> int:
    """The code of a kind; what we have no word for, like an e-mail, is a direct contact."""
    known = name in EngagementKind.__members__.values()
    return KIND_CODE[EngagementKind(name) if known else EngagementKind.CONTACT]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The lines of a CSV file (gzip by its suffix), checked as far as they are used."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if not {*columns} <= {*(reader.fieldnames or ())}:
                raise Invalid(f"{path}:1: the first line must be {','.join(columns)}")
            for row in reader:
                wrong = [c for c in columns if not _is_good(c, row[c])]
                if wrong:
                    raise Invalid(f"{path}:{reader.line_num}: {wrong[0]} is missing or no number")
                yield row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as exc:
        raise Invalid(f"{path}: can not be read: {exc}") from exc


def _is_good(column: str, value: str | None) -> bool:
    if column != "ts":
        return value is not None
    digits = (value or "").removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 19


def _write(out: Path, lists: Mapping[str, Sequence[str]]) -> int:
    rows = [
        (name, place, candidate)
        for name, candidates in lists.items()
        for place, candidate in enumerate(candidates, 1)
    ]
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("person", "rank", "candidate"))
            writer.writerows(rows)
    except OSError as exc:
        raise Invalid(f"--out {out}: can not be written: {exc.strerror}") from exc
    return len(rows)
