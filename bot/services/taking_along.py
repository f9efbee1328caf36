"""`/network export`: a member's own network, to open elsewhere. Pure, from what they may see.

CSV and JSON hold a row for everybody; GEXF 1.3 (Gephi, networkx) the network as a star around its
owner; the vault is a zip of Markdown notes with links and front matter that opens in Obsidian: one
note for each person, chat and learning.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.services.connections import Entry
    from bot.services.learning import Noted

_COLUMNS = (
    "name", "kind", "reason", "field", "country", "layer", "since", "last_contact", "thanked",
    "learns", "origin", "profile", "note",
)  # fmt: skip
_CHAT = re.compile(r"#\w+")
_UNSAFE = re.compile(r'[\[\]#^|\\/:*?"<>\x00-\x1f]')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NAME_AT_MOST = 80
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that the same network gives the same bytes."""


def exported(form: str, owner: str, entries: Sequence[Entry], noted: Sequence[Noted]) -> bytes:
    """The file of that form: csv, json, gexf, or zip for the vault."""
    match form:
        case "csv":
            return as_csv(entries)
        case "json":
            return as_json(entries, noted)
        case "gexf":
            return as_gexf(owner, entries)
        case _:
            return as_vault(owner, entries, noted)


def row_of(entry: Entry) -> dict[str, str]:
    """What is told of one connection."""
    connection, face = entry.connection, entry.face
    return {
        "name": face.name,
        "kind": connection.kind.value,
        "reason": connection.reason,
        "field": face.field,
        "country": face.country,
        "layer": entry.layer.value,
        "since": f"{connection.since:%Y-%m-%d}",
        "last_contact": f"{connection.contact_at:%Y-%m-%d}" if connection.contact_at else "",
        "thanked": f"{connection.thanked_at:%Y-%m-%d}" if connection.thanked_at else "",
        "learns": "yes" if connection.learns else "no",
        "origin": connection.origin.value,
        "profile": face.profile or "",
        "note": connection.note,
    }


def as_csv(entries: Sequence[Entry]) -> bytes:
    """One line for everybody, UTF-8; a value that a spreadsheet would run begins with a quote."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        row = row_of(entry)
        writer.writerow({k: f"'{v}" if v.startswith(_FORMULA) else v for k, v in row.items()})
    return out.getvalue().encode()


def as_json(entries: Sequence[Entry], noted: Sequence[Noted]) -> bytes:
    """The network and the learnings."""
    whole = {
        "connections": [row_of(entry) for entry in entries],
        "learnings": [
            {
                "learned": one.learning.learned,
                "connects_to": one.learning.connects_to,
                "will_try": one.learning.will_try,
                "link": one.learning.link,
                "from": one.face.name if one.face else "",
                "on": f"{one.learning.at:%Y-%m-%d}",
            }
            for one in noted
        ],
    }
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def as_gexf(owner: str, entries: Sequence[Entry]) -> bytes:
    """Everybody tied to the owner; towards the owner where the owner learns from them."""
    root = ET.Element("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    graph = ET.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    for place, names in (("node", ("field", "country", "layer")), ("edge", ("kind", "reason"))):
        attributes = ET.SubElement(graph, "attributes", {"class": place})
        for name in names:
            ET.SubElement(attributes, "attribute", id=name, title=name, type="string")
    nodes, edges = ET.SubElement(graph, "nodes"), ET.SubElement(graph, "edges")
    ET.SubElement(nodes, "node", id="me", label=_clean(owner))
    for entry in entries:
        row, number = row_of(entry), str(entry.connection.id)
        node = ET.SubElement(nodes, "node", id=number, label=_clean(row["name"]))
        _values(node, row, ("field", "country", "layer"))
        ends = (number, "me") if entry.connection.learns else ("me", number)
        edge = ET.SubElement(edges, "edge", id=f"e{number}", source=ends[0], target=ends[1])
        _values(edge, row, ("kind", "reason"))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _values(parent: ET.Element, row: Mapping[str, str], names: Sequence[str]) -> None:
    values = ET.SubElement(parent, "attvalues")
    for name in names:
        ET.SubElement(values, "attvalue", {"for": name, "value": _clean(row[name])})


def _clean(said: str) -> str:
    """Without what XML can not hold."""
    return "".join(c for c in said if c.isprintable())


# ---- the vault


def as_vault(owner: str, entries: Sequence[Entry], noted: Sequence[Noted]) -> bytes:
    """A zip that Obsidian opens as a vault; every link in it leads to a note in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, note in vault_of(owner, entries, noted).items():
            info = zipfile.ZipInfo(path, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, note)
    return out.getvalue()


def vault_of(owner: str, entries: Sequence[Entry], noted: Sequence[Noted]) -> dict[str, str]:
    """The notes, by their path."""
    taken: set[str] = set()
    person = {e.connection.id: _path("People", e.face.name, taken) for e in entries}
    chat: dict[str, str] = {}
    for name in [c for e in entries for c in _CHAT.findall(e.connection.reason)]:
        if name.casefold() not in chat:
            chat[name.casefold()] = _path("Chats", name.removeprefix("#"), taken)
    learning = {
        one.learning.id: _path(
            "Learning", f"{one.learning.at:%Y-%m-%d} {one.learning.learned}", taken
        )
        for one in noted
    }
    learned_from: dict[int, list[str]] = {}
    for one in noted:
        if one.learning.connection in person:
            learned_from.setdefault(one.learning.connection, []).append(learning[one.learning.id])
    notes, met_in = {}, dict[str, list[str]]()
    for entry in entries:
        own = person[entry.connection.id]
        chats = [chat[c.casefold()] for c in _CHAT.findall(entry.connection.reason)]
        for path in dict.fromkeys(chats):
            met_in.setdefault(path, []).append(own)
        links = [*dict.fromkeys(chats), *learned_from.get(entry.connection.id, [])]
        row = row_of(entry)
        body = [_unlinked(row["note"]), *(f"- {_link(path)}" for path in links)]
        notes[f"{own}.md"] = _note({**row, "note": "", "tags": "person"}, row["name"], body)
    for path, people in met_in.items():
        body = [f"- {_link(p)}" for p in people]
        notes[f"{path}.md"] = _note({"tags": "chat"}, path.partition("/")[2], body)
    for one in noted:
        said = one.learning
        body = [_unlinked(said.learned)]
        if said.connects_to:
            body += ["## Connects to", _unlinked(said.connects_to)]
        if said.will_try:
            body += ["## To try", _unlinked(said.will_try)]
        if said.connection in person:
            body.append(f"From {_link(person[said.connection])}")
        if said.link:
            body.append(f"<{_unlinked(said.link)}>")
        front = {"date": f"{said.at:%Y-%m-%d}", "tags": "learning"}
        notes[f"{learning[said.id]}.md"] = _note(front, "", body)
    index = [f"- {_link(path)}" for path in (*person.values(), *learning.values())]
    notes["My network.md"] = _note({"tags": "network"}, owner, index)
    return notes


def _path(folder: str, name: str, taken: set[str]) -> str:
    """A path that no other note has, also where large and small letters are the same."""
    plain = " ".join(_UNSAFE.sub(" ", _clean(" ".join(name.split()))).split()).strip(". ")
    base = f"{folder}/{plain[:_NAME_AT_MOST].strip('. ') or 'Somebody'}"
    path, number = base, 1
    while path.casefold() in taken:
        number += 1
        path = f"{base} {number}"
    taken.add(path.casefold())
    return path


def _link(path: str) -> str:
    return f"[[{path}|{path.partition('/')[2]}]]"


def _note(front: Mapping[str, str], title: str, body: Sequence[str]) -> str:
    """Front matter (a JSON string is YAML too), a title, and paragraphs."""
    lines = ["---"]
    lines += [
        f"{key}: {json.dumps(_line(v), ensure_ascii=False)}" for key, v in front.items() if _line(v)
    ]
    lines += ["---", ""]
    if title:
        lines += [f"# {_unlinked(title)}", ""]
    for part in filter(None, body):
        lines += [part, ""]
    return "\n".join(lines)


def _line(said: str) -> str:
    """A member's words on one line."""
    return _clean(_unlinked(" ".join(said.split())))


def _unlinked(said: str) -> str:
    """A member's words, in which no link of a vault begins."""
    return re.sub(r"\[(?=\[)", "[ ", said)
