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
from tests.services.gatherings import HOUR, Gathering, account_of, member

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cogs.conftest import Town

DAY = timedelta(days=1)


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


async def test_a_member_who_erases_themselves_is_found_nowhere_any_more(
    lived: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await _met(lived)
    assert "Ana Ruiz" in _said(lived)
    assert "Ben Ode and Ana Ruiz" in _said(lived)
    assert "Ana Ruiz" in await _everything_exported(lived)

    asked = await lived.world.slash(lived.ana, lived.chats, "me leave")
    assert asked.message is not None
    await lived.world.click(lived.ana, asked.message, "Erase")
    for _ in range(3):
        await lived.beat()

    handle, account = "ana ruiz", account_of("Ana Ruiz")
    words = ["Ana Ruiz", handle, str(lived.ana), str(account)]
    logged = "\n".join(r.getMessage() for r in caplog.records)
    for place in (_said(lived), await _everything_exported(lived), logged):
        assert [w for w in words if w in place] == []
    raw = _bytes_in(tmp_path)
    numbers = (lived.ana, account, person_of_member(DiscordId(lived.ana)))
    traces = [number.to_bytes(8, "big") for number in numbers]
    traces += [word.encode() for word in words]
    assert [trace for trace in traces if trace in raw] == []
