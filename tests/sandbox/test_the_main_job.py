"""The main job over the wire: set up, host, join, import, suggest, two yeses, a private thread."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.demo.season_people import Someone
from bot.demo.season_wire import Wire

if TYPE_CHECKING:
    from pathlib import Path

    from bot.demo.world import Answer, Seen
    from tests.sandbox.conftest import Town

_LONG_AGO = datetime(2024, 5, 14, 12, tzinfo=UTC)
_ZONES = ("Europe/Berlin", "Asia/Tokyo", "Pacific/Honolulu")
_MINUTE = timedelta(minutes=1)


def _someone(name: str) -> Someone:
    return Someone(
        did=f"did:plc:{name}",
        given=name.title(),
        name=name.title(),
        handle=f"{name}.example",
        fields=("nursing",),
        does="runs wards",
        place="",
        employer="",
        reposts_only=False,
        drive=1.0,
    )


def _archive(path: Path, codes: dict[str, str]) -> Path:
    """A conference in which Ana and Ben answer the same question and talk with the same people.

    Both post the code that links their account.
    """
    wire = Wire(random.Random(7))
    people = {name: _someone(name) for name in ("ana", "ben", "host", "cara", "dan")}
    at = _LONG_AGO
    for who in people.values():
        wire.hello(who, at)
    question = wire.post(people["host"], at + _MINUTE, "Q3 What makes feedback stick? #Care26")
    for n, name in enumerate(("ana", "ben", "cara", "dan")):
        text = f"A3 Said by {name} in the debriefing. #Care26"
        answer = wire.post(people[name], at + (n + 2) * _MINUTE, text, question)
        wire.post(people["host"], at + (n + 9) * _MINUTE, "Thank you! #Care26", answer)
    for n, (name, code) in enumerate(codes.items()):
        wire.post(people[name], at + (n + 20) * _MINUTE, f"It is me: {code} #Care26")
    path.write_bytes(b"\n".join(each.line for each in wire.delivered()) + b"\n")
    return path


def _shown(answer: Answer) -> Seen:
    assert answer.message is not None, answer.kind
    assert answer.message.ephemeral
    return answer.message


async def _join(town: Town, user: int, work: str, description: str) -> str:
    """Joins with a field and a description; the code that links an account."""
    world = town.sandbox.world
    card = _shown(await world.slash(user, town.chats, "me join"))
    screen = _shown(await world.click(user, card, "Join"))
    form = await world.click(user, screen, custom_id="me:fields")
    await world.submit(user, form, {"work": work, "description": description})
    told = await world.click(user, screen, custom_id="me:handle")
    found = re.search(r"crosstie-\w{8}", told.text)
    assert found, told.text
    return found[0]


async def _settle(town: Town) -> None:
    """The owner sets the server up, where it is day now, and follows a conference from today."""
    world, owner = town.sandbox.world, town.host
    zone = next(z for z in _ZONES if 5 <= world.now().astimezone(ZoneInfo(z)).hour < 20)
    offered = await world.autocomplete(owner, town.chats, "admin setup", "zone", "berl")
    assert "Europe/Berlin" in [choice["value"] for choice in offered]
    answer = await world.slash(
        owner,
        town.chats,
        "admin setup",
        chat_channel=town.chats,
        prompt_channel=town.prompts,
        zone=zone,
    )
    assert "Sessions open their threads" in answer.text
    today = world.now().astimezone(ZoneInfo(zone)).date()
    answer = await world.slash(
        owner,
        town.chats,
        "host conference",
        name="Care",
        hashtags="#Care26",
        first_day=str(today),
        last_day=str(today + timedelta(days=1)),
    )
    assert "Care" in answer.text


async def test_two_strangers_are_introduced_and_names_are_kept(town: Town, tmp_path: Path) -> None:
    world, crosstie = town.sandbox.world, town.crosstie
    async with crosstie.running():
        await town.known()
        await _settle(town)
        codes = {
            "ana": await _join(town, town.ana, "nursing", "runs ward simulations"),
            "ben": await _join(town, town.ben, "game design", "builds learning games"),
        }
    summary = await crosstie.import_archive(_archive(tmp_path / "care.jsonl", codes))
    assert (summary["posts"], summary["skipped"]) == (11, 0), json.dumps(summary)

    async with crosstie.running():
        card = _shown(await world.slash(town.ana, town.chats, "suggest"))
        assert "someone who builds learning games" in card.text
        assert "Ben" not in card.text + str(card.embeds)
        form = await world.click(town.ana, card, "Yes, ask them")
        said = await world.submit(town.ana, form, {"line": "How do you grade games?"})
        assert "You'll hear only if it's a yes." in said.text

        asked = _shown(await world.slash(town.ben, town.chats, "today"))
        assert "Ana Ruiz runs ward simulations and would like to meet you" in asked.text
        assert "How do you grade games?" in asked.text
        await world.click(town.ben, asked, "Yes")
        await town.sandbox.until(lambda: world.threads(town.prompts))
        [thread] = world.threads(town.prompts)
        await town.sandbox.until(lambda: any(m.by_bot for m in world.messages(thread.id)))
        assert thread.private
        assert {town.ana, town.ben} <= world.threads(town.prompts)[0].member_ids
        await town.sandbox.until(lambda: world.threads(town.chats))
        assert [t.private for t in world.threads(town.chats)] == [False]
    assert "Traceback" not in crosstie.log
