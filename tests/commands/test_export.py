"""`crosstie export`, as a person uses it, on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx
import pytest

from bot.commands.export import export_graph, export_member
from bot.errors import StoreError
from bot.model.people import DiscordId, person_of_member
from bot.store.open import open_database
from tests.commands.test_erase import ANA, BEN, crosstie, fill

if TYPE_CHECKING:
    from pathlib import Path

    from bot.commands.export import Format

_FORMATS: tuple[Format, ...] = ("gexf", "graphml", "csv", "json")
_GEXF = "{http://gexf.net/1.3}"
_GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


async def _join(url: str) -> None:
    person = person_of_member(DiscordId(700000000000000001))
    async with open_database(url) as db, db.write() as tx:
        await tx.execute("INSERT INTO people (id, created_us) VALUES (:id, 0)", id=person)
        await tx.execute("UPDATE accounts SET person_id = :id WHERE id = :ana", id=person, ana=ANA)


@pytest.mark.parametrize("form", _FORMATS)
async def test_the_graph_names_nobody(database_url: str, form: Format) -> None:
    await fill(database_url)
    graph = await export_graph(database_url, form)
    for trace in ("811111111111111111", str(BEN), "Ana", "ben", "did:", "at://", "bluesky"):
        assert trace not in graph


async def test_every_format_tells_the_same_ties(database_url: str) -> None:
    await fill(database_url)
    text = {form: await export_graph(database_url, form) for form in _FORMATS}
    rows = list(csv.DictReader(text["csv"].splitlines()))
    ties = {(row["source"], row["target"]): int(row["weight"]) for row in rows}
    assert sorted(ties.values()) == [1, 2]
    graph = json.loads(text["json"])
    assert {(e["source"], e["target"]): e["weight"] for e in graph["links"]} == ties
    assert [node["id"] for node in graph["nodes"]] == sorted({end for tie in ties for end in tie})
    gexf = ET.fromstring(text["gexf"])
    assert {
        (e.get("source"), e.get("target")): int(e.get("weight") or 0)
        for e in gexf.iter(f"{_GEXF}edge")
    } == ties
    graphml = ET.fromstring(text["graphml"])
    assert {
        (e.get("source"), e.get("target")): int(e.findtext(f"{_GRAPHML}data[@key='weight']") or 0)
        for e in graphml.iter(f"{_GRAPHML}edge")
    } == ties


async def test_the_kinds_of_a_tie_add_up_to_its_weight(database_url: str) -> None:
    await fill(database_url)
    for link in json.loads(await export_graph(database_url, "json"))["links"]:
        kinds = [link[kind] for kind in ("reply", "quote", "repost", "mention", "contact")]
        assert sum(kinds) == link["weight"]


async def test_a_person_has_one_pseudonym_for_all_accounts_and_exports(database_url: str) -> None:
    await fill(database_url)
    first = await export_graph(database_url, "csv")
    assert await export_graph(database_url, "csv") == first
    await _join(database_url)
    async with open_database(database_url) as db, db.write() as tx:
        person = person_of_member(DiscordId(700000000000000001))
        await tx.execute("UPDATE accounts SET person_id = :id WHERE id = :ben", id=person, ben=BEN)
    assert await export_graph(database_url, "csv") == first.splitlines()[0] + "\n"


async def test_another_database_has_other_pseudonyms(sqlite_url: str, postgres_url: str) -> None:
    for url in (sqlite_url, postgres_url):
        await fill(url)
    assert await export_graph(sqlite_url, "csv") != await export_graph(postgres_url, "csv")


async def test_networkx_reads_the_graph_alike_from_both_forms(sqlite_url: str) -> None:
    await fill(sqlite_url)
    gexf = networkx.read_gexf(io.BytesIO((await export_graph(sqlite_url, "gexf")).encode()))
    graphml = networkx.parse_graphml(await export_graph(sqlite_url, "graphml"))
    assert len(gexf) > 1
    assert set(gexf) == set(graphml)
    assert set(gexf.edges()) == set(graphml.edges())


@pytest.mark.parametrize("form", _FORMATS)
async def test_an_empty_graph_is_a_graph(sqlite_url: str, form: Format) -> None:
    assert await export_graph(sqlite_url, form)


async def test_a_member_gets_everything_to_read_and_as_json(
    database_url: str, tmp_path: Path
) -> None:
    await fill(database_url)
    await _join(database_url)
    files = await export_member(database_url, 700000000000000001, tmp_path / "out")
    readable, data = (file.read_text() for file in files)
    assert json.loads(data)["accounts"][0]["handle"] == "Ana"
    assert "handle: Ana" in readable
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]


async def test_somebody_of_whom_nothing_is_kept_is_said(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is kept"):
        await export_member(database_url, 12345, tmp_path)
    assert not (tmp_path / "member-12345.json").exists()


async def test_a_folder_that_can_not_be_written_is_said(sqlite_url: str, tmp_path: Path) -> None:
    await fill(sqlite_url)
    await _join(sqlite_url)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose another folder"):
        await export_member(sqlite_url, 700000000000000001, tmp_path / "file" / "x")


def test_from_the_command_line(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(fill(sqlite_url))
    asyncio.run(_join(sqlite_url))
    assert crosstie(tmp_path, sqlite_url, "export", "graph", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("source,target,weight,reply,")
    out = tmp_path / "graph.gexf"
    to_file = ("export", "graph", "--format", "gexf", "--to", str(out))
    assert crosstie(tmp_path, sqlite_url, *to_file) == 0
    assert ET.parse(out).getroot().tag == f"{_GEXF}gexf"
    words = ("export", "member", "700000000000000001", "--to", str(tmp_path))
    assert crosstie(tmp_path, sqlite_url, *words) == 0
    assert (tmp_path / "member-700000000000000001.json").is_file()
    assert crosstie(tmp_path, sqlite_url, "export", "member", "5", "--to", str(tmp_path)) == 1
