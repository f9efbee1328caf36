"""`crosstie export`: a member's own data, and the graph under pseudonyms.

The graph holds no id, handle, text or time of any platform, and its order says nothing: so it may
be passed on also where a platform's rules let only ids be passed on. Whoever has the database can
tell who is who; the key of the pseudonyms does not leave it.
"""

from __future__ import annotations

import csv
import hmac
import io
import json
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from bot.errors import StoreError
from bot.model.people import DiscordId, person_of_member
from bot.model.posts import EngagementKind
from bot.services.privacy import to_take_along
from bot.store import privacy
from bot.store.graph import counted_ties
from bot.store.migrate import ensure_current
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Format = Literal["gexf", "graphml", "csv", "json"]

_KINDS = tuple(kind.value for kind in EngagementKind)
Edges = dict[tuple[str, str], dict[str, int]]
"""Counts by kind, between pseudonyms, in the order of these."""


async def export_member(url: str, discord_id: int, to: Path) -> tuple[Path, ...]:
    """Writes everything kept about a Discord user to a folder; the files, for reading and as JSON.

    Raises:
        SchemaMismatch: the database has another schema.
        StoreError: nothing is kept of them, or the folder can not be written.
    """
    async with open_database(url) as db:
        await ensure_current(db)
        async with db.read() as tx:
            data = await privacy.member_data(tx, person_of_member(DiscordId(discord_id)))
    if not any(data.values()):
        raise StoreError(f"nothing is kept of the Discord user {discord_id}; check the id")
    return _write_member(to, discord_id, to_take_along(data))


def _write_member(to: Path, discord_id: int, texts: tuple[str, str]) -> tuple[Path, ...]:
    files = tuple(to / f"member-{discord_id}.{ending}" for ending in ("md", "json"))
    try:
        to.mkdir(parents=True, exist_ok=True)
        for file, text in zip(files, texts, strict=True):
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise StoreError(f"{to} can not be written: {exc.strerror}; choose another folder") from exc
    return files


async def export_graph(url: str, form: Format) -> str:
    """The graph of who turned to whom, and how often, under pseudonyms.

    A pseudonym is the same in every export of one database, and means nothing elsewhere.

    Raises:
        SchemaMismatch: the database has another schema.
    """
    async with open_database(url) as db:
        await ensure_current(db)
        async with db.write() as tx:
            key = await privacy.secret_key(tx, "pseudonym_key")
        async with db.read() as tx:
            ties = await counted_ties(tx)
    found: Edges = {}
    for tie in ties:
        ends = (_pseudonym(key, tie.source), _pseudonym(key, tie.target))
        found.setdefault(ends, dict.fromkeys(_KINDS, 0))[tie.kind.value] += tie.count
    return _WRITERS[form](dict(sorted(found.items())))


def write_graph(graph: str, file: Path) -> None:
    """Writes an exported graph.

    Raises:
        StoreError: the file can not be written.
    """
    try:
        file.write_text(graph, encoding="utf-8")
    except OSError as exc:
        raise StoreError(f"{file} can not be written: {exc.strerror}; choose another") from exc


def _pseudonym(key: bytes, person: int) -> str:
    """16 characters: two people in ten million share one with a chance of 3 in a million."""
    return "p" + hmac.digest(key, str(person).encode(), "sha256").hex()[:16]


def _nodes(edges: Edges) -> list[str]:
    return sorted({node for ends in edges for node in ends})


def _csv(edges: Edges) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("source", "target", "weight", *_KINDS))
    for (source, target), counts in edges.items():
        writer.writerow((source, target, sum(counts.values()), *counts.values()))
    return out.getvalue()


def _json(edges: Edges) -> str:
    """The node-link form that networkx and D3 read."""
    graph = {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"id": node} for node in _nodes(edges)],
        "links": [
            {"source": source, "target": target, "weight": sum(counts.values()), **counts}
            for (source, target), counts in edges.items()
        ],
    }
    return json.dumps(graph, indent=1) + "\n"


def _gexf(edges: Edges) -> str:
    root = ET.Element("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    graph = ET.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    attributes = ET.SubElement(graph, "attributes", {"class": "edge"})
    for kind in _KINDS:
        ET.SubElement(attributes, "attribute", id=kind, title=kind, type="integer")
    nodes = ET.SubElement(graph, "nodes")
    for node in _nodes(edges):
        ET.SubElement(nodes, "node", id=node, label=node)
    parent = ET.SubElement(graph, "edges")
    for number, ((source, target), counts) in enumerate(edges.items()):
        weight = str(sum(counts.values()))
        edge = ET.SubElement(
            parent, "edge", id=str(number), source=source, target=target, weight=weight
        )
        values = ET.SubElement(edge, "attvalues")
        for kind, count in counts.items():
            ET.SubElement(values, "attvalue", {"for": kind, "value": str(count)})
    return _xml(root)


def _graphml(edges: Edges) -> str:
    root = ET.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for name in ("weight", *_KINDS):
        ET.SubElement(
            root, "key", {"id": name, "for": "edge", "attr.name": name, "attr.type": "int"}
        )
    graph = ET.SubElement(root, "graph", id="crosstie", edgedefault="directed")
    for node in _nodes(edges):
        ET.SubElement(graph, "node", id=node)
    for (source, target), counts in edges.items():
        edge = ET.SubElement(graph, "edge", source=source, target=target)
        for name, count in {"weight": sum(counts.values()), **counts}.items():
            ET.SubElement(edge, "data", key=name).text = str(count)
    return _xml(root)


def _xml(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


_WRITERS: Mapping[Format, Callable[[Edges], str]] = {
    "gexf": _gexf,
    "graphml": _graphml,
    "csv": _csv,
    "json": _json,
}
