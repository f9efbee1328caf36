"""`crosstie rank`: the engine on a folder of plain interactions, for measuring it."""

from __future__ import annotations

import csv
import gzip
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.graph import KIND_CODE, Graph
from bot.engine.history import RANKING_WEIGHTS, History, Request, Rules
from bot.engine.suggest import rank, suggest
from bot.errors import Invalid
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import EPOCH, EngagementKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

SEED = 0


def run(folder: Path, at: int, top: int, out: Path, *, suggestions: bool = False) -> int:
    """Writes person,rank,candidate for everybody in FOLDER/queries.csv; gives how many rows.

    Only what happened before `at` (unix seconds) is used. With `suggestions` the product's own
    lists instead of the pure ranking: `top` is then at most the product's five.

    Raises:
        Invalid: a file is missing or damaged.
    """
    now = EPOCH + timedelta(seconds=at)
    names, history = _history(folder, now)
    place = {name: i for i, name in enumerate(names)}
    queries = list(dict.fromkeys(row["id"] for row in _rows(folder / "queries.csv", ("id",))))
    unknown = [name for name in queries if name not in place]
    asking = {name: PersonId(place[name]) for name in queries if name in place}
    lists: dict[str, list[PersonId]] = {name: [] for name in unknown}
    if suggestions:
        rules = Rules(needs_reason=False)
        requests = [Request(p, count=min(top, rules.per_list)) for p in asking.values()]
        by_person: dict[PersonId, list[PersonId]] = {p: [] for p in asking.values()}
        for draft in suggest(history, requests, rules, now, random.Random(SEED)):  # noqa: S311
            by_person[draft.member].append(draft.about)
        lists |= {name: by_person[p] for name, p in asking.items()}
    else:
        ranked = rank(history, list(asking.values()), RANKING_WEIGHTS, now, top)
        lists |= dict(zip(asking, ranked, strict=True))
    return _write(out, {name: [names[p] for p in lists[name]] for name in queries})


def _history(folder: Path, now: datetime) -> tuple[list[str], History]:
    """What FOLDER tells of the time before `now`; a person's id is their place in the names."""
    fields = {row["id"]: row["field"] for row in _rows(folder / "people.csv", ("id", "field"))}
    cut = int(now.timestamp())
    who, whom, kinds, at = [], [], [], []
    columns = ("ts", "source", "target", "kind")
    for row in _rows(folder / "interactions.csv.gz", columns):
        if (when := int(row["ts"])) < cut:
            who.append(row["source"])
            whom.append(row["target"])
            kinds.append(_kind_code(row["kind"]))
            at.append(when)
    names = sorted({*fields, *who, *whom})
    place = {name: i for i, name in enumerate(names)}
    graph = Graph.build(
        np.array([place[name] for name in who], np.int64),
        np.array([place[name] for name in whom], np.int64),
        np.array(kinds, np.int64),
        np.array(at, np.int64) * 1_000_000,
        now=now,
        people=range(len(names)),
    )
    works_in = {
        PersonId(place[name]): (FieldOf(field, Stance.WORK),)
        for name, field in fields.items()
        if field
    }
    return names, History(graph=graph, fields=works_in)


def _kind_code(name: str) -> int:
    """The code of a kind; what we have no word for (email) is a direct contact."""
    known = name in EngagementKind.__members__.values()
    return KIND_CODE[EngagementKind(name) if known else EngagementKind.CONTACT]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise Invalid(f"{path}: the first line must name {', '.join(columns)}")
            yield from reader
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as exc:
        raise Invalid(f"{path}: can not be read: {exc}") from exc


def _write(out: Path, lists: Mapping[str, list[str]]) -> int:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("person", "rank", "candidate"))
        rows = [
            (name, place, candidate)
            for name, candidates in lists.items()
            for place, candidate in enumerate(candidates, 1)
        ]
        writer.writerows(rows)
    return len(rows)
