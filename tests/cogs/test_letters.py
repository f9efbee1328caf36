"""/admin letter, and the plots: numbers that may be told, and nothing else."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PIL import Image

from bot.model.cards import LetterCard
from bot.model.letter import Count, Letter
from bot.model.people import CommunityId
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.prompts import Outgoing
from cogs import letters, plots, render_letter
from cogs.render import rendered

if TYPE_CHECKING:
    from tests.cogs.conftest import Town

MAY = date(2026, 5, 1)


def _letter() -> Letter:
    some, few = Count(12, 9), Count(3, 4)
    return Letter(
        MAY, some, some, few, few, some, some, some, few, few, some, some,
        months=((date(2026, 4, 1), None, None), (MAY, 12, 7)),
    )  # fmt: skip


def _prompt() -> Prompt:
    now = datetime(2026, 6, 1, 10, tzinfo=UTC)
    return Prompt(
        PromptId(1), CommunityId(2), PromptKind.LETTER, 202605, None, 3, now, now,
        unasked=False, state=PromptState.DUE,
    )  # fmt: skip


async def test_a_quiet_month_says_why_it_is_empty(town: Town) -> None:
    answer = await town.world.slash(town.host, town.chats, "admin letter")
    assert "Numbers about fewer could tell who they are" in answer.text


def test_what_is_about_few_is_named_without_its_number() -> None:
    said = render_letter.parts(_letter(), "en").body
    assert "introductions offered: 12" in said
    assert "newcomers: 12, of whom <5 got an answer within a day, <5 came back" in said
    assert "Left out, since it was fewer than five people: talked within a week" in said
    assert ": 3" not in said
    labels, series, alt = render_letter.bars(_letter(), "en") or ([], [], "")
    assert labels == ["04/26", "05/26"]
    assert [list(values) for _, values in series] == [[None, 12], [None, 7]]
    assert "2026-04 <5, <5; 2026-05 12, 7" in alt


def test_a_plot_is_a_small_picture_whose_bars_stand_on_one_line_in_the_middle() -> None:
    data = plots.bars_png(["a", "b"], [("one", [2, 4])])
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert len(data) < 20_000
    heights = [
        sum(image.getpixel((x, y)) == (86, 180, 233) for y in range(image.height - 60))
        for x in range(image.width)
    ]
    barred = [x for x, height in enumerate(heights) if height]
    assert 0 < heights[barred[0]] < heights[barred[-1]]
    assert abs(barred[0] - (image.width - 1 - barred[-1])) < 12


async def test_the_letter_comes_to_who_owns_the_server_once_and_by_itself(town: Town) -> None:
    world = town.world
    await town.clock.move_to(datetime(2026, 6, 3, 12, tzinfo=UTC))
    for _ in range(3):
        await town.beat()
    [message] = [m for m in world.dms(town.host) if m.by_bot]
    assert "Nothing I count happened to five people or more in May 2026." in message.text
    assert message.files == ()
    await town.clock.move_to(datetime(2026, 7, 3, 12, tzinfo=UTC))
    await town.beat()
    assert len(world.dms(town.host)) == 1, "said once, as long as there is nothing to tell"


async def test_the_letter_goes_where_discord_tells_moderators(town: Town) -> None:
    world = town.world
    staff = world.add_channel(town.guild, "staff")
    guild = town.app.client.get_guild(town.guild)
    assert guild is not None
    await world.until(lambda: guild.get_channel(staff) is not None)
    guild._public_updates_channel_id = staff  # as Discord tells of a server with Community on
    await town.clock.move_to(datetime(2026, 6, 3, 12, tzinfo=UTC))
    for _ in range(2):
        await town.beat()
    [message] = [m for m in world.messages(staff) if m.by_bot]
    assert "Nothing I count" in message.text
    assert world.dms(town.host) == []


async def test_a_letter_has_its_plot_beside_it() -> None:
    [file] = await letters.letter_file(_letter(), "es")
    assert file.filename == "letter.png"
    assert "2026-05 12, 7" in (file.description or "")
    outgoing = Outgoing(_prompt(), LetterCard(_letter()), "es")
    shown = rendered(outgoing)
    assert shown.embed.title == "Mayo de 2026 en tu comunidad"
    assert not shown.view.children
