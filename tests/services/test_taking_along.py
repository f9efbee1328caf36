"""What a member takes along: every link of the vault leads somewhere, every form can be read."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import networkx
from hypothesis import given
from hypothesis import strategies as st

from bot.model.network import (
    Connection,
    ConnectionId,
    Face,
    Layer,
    Learning,
    Origin,
    ReasonKind,
)
from bot.model.people import PersonId
from bot.services.connections import Entry
from bot.services.learning import Noted
from bot.services.taking_along import as_csv, as_gexf, as_json, as_vault, vault_of

DAY = datetime(2026, 5, 13, tzinfo=UTC)
LINK = re.compile(r"\[\[([^\]|]*)(?:\|[^\]]*)?\]\]")
words = st.text(max_size=40) | st.sampled_from(
    ["Ana", "ana", "[[Ana]]", "../x", "#lrnchat · Q3", "=1+1", "a|b]]c", "李小龙", "CON.", "---"]
)


def entry(number: int, name: str, reason: str = "", note: str = "", learns: bool = False) -> Entry:
    connection = Connection(
        id=ConnectionId(number),
        owner=PersonId(1),
        person=PersonId(number),
        kind=ReasonKind.CONVERSATION,
        reason=reason,
        since=DAY,
        origin=Origin.MEMBER,
        note=note,
        learns=learns,
    )
    return Entry(connection, Face(name, "law", "", None, None, None), Layer.WEAK, 1.0)


def noted(number: int, learned: str, connection: int | None) -> Noted:
    where = None if connection is None else ConnectionId(connection)
    return Noted(Learning(number, PersonId(1), where, learned, "[[a]]", "b", "", DAY), None)


def broken(notes: dict[str, str]) -> set[str]:
    found = {target for note in notes.values() for target in LINK.findall(note)}
    return {target for target in found if f"{target}.md" not in notes}


@given(
    st.lists(st.tuples(words, words, words), max_size=8),
    st.lists(st.tuples(words, st.integers(0, 10)), max_size=5),
)
def test_no_link_of_a_vault_is_broken(
    people: list[tuple[str, str, str]], learned: list[tuple[str, int]]
) -> None:
    entries = [entry(i, *said) for i, said in enumerate(people)]
    notes = vault_of("Me", entries, [noted(i, *said) for i, said in enumerate(learned)])
    assert broken(notes) == set()
    assert len({path.casefold() for path in notes}) == len(notes)
    assert sum(path.startswith("People/") for path in notes) == len(people)
    assert sum(path.startswith("Learning/") for path in notes) == len(learned)
    for path, note in notes.items():
        assert ".." not in path.split("/")
        front = note.split("\n---\n", 1)[0].splitlines()
        assert front[0] == "---"
        for line in front[1:]:
            assert json.loads(line.partition(": ")[2])


def test_people_chats_and_learnings_are_linked() -> None:
    entries = [entry(1, "Ana Ruiz", "#lrnchat · Q3", "likes tea"), entry(2, "Ben", "#LrnChat")]
    data = as_vault("Me", entries, [noted(5, "Play first", 1)])
    archive = zipfile.ZipFile(io.BytesIO(data))
    notes = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"People/Ana Ruiz.md", "Chats/lrnchat.md", "Learning/2026-05-13 Play first.md"} < set(
        notes
    )
    assert "[[Chats/lrnchat|lrnchat]]" in notes["People/Ana Ruiz.md"]
    assert "[[Learning/2026-05-13 Play first|" in notes["People/Ana Ruiz.md"]
    assert "[[People/Ben|Ben]]" in notes["Chats/lrnchat.md"]
    assert "likes tea" in notes["People/Ana Ruiz.md"]
    assert as_vault("Me", entries, [noted(5, "Play first", 1)]) == data


def test_the_other_forms_can_be_read() -> None:
    entries = [entry(1, "=Ana", "x\ny"), entry(2, "李\x00小龙", learns=True)]
    rows = list(csv.DictReader(io.StringIO(as_csv(entries).decode())))
    assert [row["name"] for row in rows] == ["'=Ana", "李\x00小龙"]
    whole = json.loads(as_json(entries, [noted(5, "Play first", 1)]))
    assert len(whole["connections"]) == 2
    assert whole["learnings"][0]["learned"] == "Play first"
    space = {"g": "http://gexf.net/1.3"}
    root = ET.fromstring(as_gexf("Me", entries))
    nodes = {n.get("id") for n in root.findall(".//g:node", space)}
    ends = [(e.get("source"), e.get("target")) for e in root.findall(".//g:edge", space)]
    assert nodes == {"me", "1", "2"}
    assert ends == [("me", "1"), ("2", "me")]


def test_networkx_reads_the_network() -> None:
    entries = [entry(1, "Ana"), entry(2, "李小龙 <&>", learns=True)]
    graph = networkx.read_gexf(io.BytesIO(as_gexf("Me", entries)))
    assert dict(graph.nodes(data="label")) == {"me": "Me", "1": "Ana", "2": "李小龙 <&>"}
    assert list(graph.edges) == [("me", "1"), ("2", "me")]
