"""Who erases themselves is found nowhere any more: file, exports, logs, messages of ours."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.asks import AskKind
from bot.model.people import CommunityId, Delivery, DiscordId, FieldOf, Stance, person_of_member
from bot.services import taking_along
from tests.services.circling import keep_meeting
from tests.services.gatherings import HOUR, Gathering, account_of, member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cogs.conftest import Town

DAY = timedelta(days=1)
_SITE = "ana.example.org/notes"


@pytest.fixture
async def lived(town: Town) -> Town:
    """Ana and Ben met, talked, asked each other, and are in each other's network."""
    guild = CommunityId(town.guild)
    world = Gathering(town.app.db, community=guild)
    awake = {"community": guild, "quiet_from": 0, "quiet_until": 0}
    helps = (FieldOf("nursing", Stance.WORK), FieldOf("simulation", Stance.HELP))
    ana = replace(member(town.ana, "Ana Ruiz"), fields=helps, delivery=Delivery.DM, **awake)  # type: ignore[arg-type]
    ben = replace(member(town.ben, "Ben Ode", "design"), delivery=Delivery.DM, **awake)  # type: ignore[arg-type]
    await world.join(ana, ben)
    now = town.clock.now()
    await world.conference(now - 4 * HOUR, now - 2 * HOUR)
    for name in ("Ana Ruiz", "Ben Ode"):
        await world.post(name, now - 3 * HOUR, answer=3)
    return town


async def _met(town: Town) -> None:
    card = await town.world.slash(town.ben, town.chats, "suggest")
    assert card.message is not None
    form = await town.world.click(town.ben, card.message, "Yes, ask them")
    await town.world.submit(town.ben, form, {"line": "Hello"})
    await town.beat()
    [asked] = town.world.dms(town.ana)
    await town.world.click(town.ana, asked, "Yes")
    asks, people = town.app.services.asks, town.app.services.people
    for who, field in ((town.ben, "simulation"), (town.ana, "law")):
        one = await people.member(CommunityId(town.guild), DiscordId(who))
        await asks.ask(one, AskKind.QUESTION, field, "How do you grade?")
    await town.beat()
    public = next(
        m for m in town.world.dms(town.ana) if any(b.label == "Post it publicly" for b in m.buttons)
    )
    await town.world.click(town.ana, public, "Post it publicly")
    for days in (0, 8, 62, 75):
        await town.clock.move_to(town.clock.now() + days * DAY)
        await town.beat()


def _said(town: Town) -> str:
    said = [
        f"{m.content} {m.text} {m.embeds} {m.files}" for m in town.world.bot_messages()
        if not m.ephemeral
    ]  # fmt: skip
    named = [t.name for place in (town.chats, town.prompts) for t in town.world.threads(place)]
    return " ".join(said + named)


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("crosstie.db*"))


async def _everything_exported(town: Town) -> str:
    services = town.app.services
    ben = await services.people.member(CommunityId(town.guild), DiscordId(town.ben))
    entries = await services.connections.show(ben)
    noted = await services.learning.all_of(ben)
    files = [taking_along.exported(f, ben.name, entries, noted) for f in ("csv", "json", "gexf")]
    readable, data = await services.privacy.data_of(DiscordId(town.ben))
    json.loads(data)
    return readable + data + str(files)


async def _erased(town: Town) -> None:
    asked = await town.world.slash(town.ana, town.chats, "me leave")
    assert asked.message is not None
    await town.world.click(town.ana, asked.message, "Erase")
    for _ in range(3):
        await town.beat()


async def _traces(town: Town, folder: Path, logged: str) -> list[object]:
    """What can still be found of Ana, anywhere."""
    handle, account = "ana ruiz", account_of("Ana Ruiz")
    words = ["Ana Ruiz", handle, str(town.ana), str(account), _SITE]
    found: list[object] = []
    for place in (_said(town), await _everything_exported(town), logged):
        found += [w for w in words if w in place]
    raw = _bytes_in(folder)
    numbers = (town.ana, account, person_of_member(DiscordId(town.ana)))
    traces = [number.to_bytes(8, "big") for number in numbers]
    traces += [word.encode() for word in words]
    return found + [trace for trace in traces if trace in raw]


async def test_a_member_who_erases_themselves_is_found_nowhere_any_more(
    lived: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await _met(lived)
    assert "Ana Ruiz" in _said(lived)
    assert "Ben Ode and Ana Ruiz" in _said(lived)
    assert "Ana Ruiz" in await _everything_exported(lived)
    await lived.app.services.people.change(
        CommunityId(lived.guild), DiscordId(lived.ana), site=f"https://{_SITE}"
    )
    assert _SITE.encode() in _bytes_in(tmp_path)
    await _erased(lived)
    logged = "\n".join(r.getMessage() for r in caplog.records)
    assert await _traces(lived, tmp_path, logged) == []


async def test_who_was_in_a_circle_is_found_nowhere_either(
    lived: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world, guild = lived.world, CommunityId(lived.guild)
    cyd = world.add_user("Cyd Marsh")
    world.join(lived.guild, cyd)
    here = Gathering(lived.app.db, posts=900, community=guild)
    await here.join(member(cyd, "Cyd Marsh", community=guild, delivery=Delivery.DM))
    await keep_meeting(here, ("Ana Ruiz", "Ben Ode", "Cyd Marsh"), lived.clock.now())
    await lived.app.services.circles.look_after()
    await lived.beat()
    for user in (lived.ana, lived.ben, cyd):
        await lived.clock.move_to(lived.clock.now() + DAY)
        [offer] = [m for m in world.dms(user) if any("weekly" in b.label for b in m.buttons)]
        await world.click(user, offer, "Yes, weekly")
    for _ in range(4):
        await lived.beat()
        await lived.clock.move_to(lived.clock.now() + 8 * DAY)
    assert "Ana Ruiz, it is your turn" in _said(lived)
    await _erased(lived)
    logged = "\n".join(r.getMessage() for r in caplog.records)
    assert await _traces(lived, tmp_path, logged) == []
    assert "Ben Ode, it is your turn" in _said(lived)
