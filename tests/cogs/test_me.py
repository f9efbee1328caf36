from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import Invalid
from bot.model.people import CommunityId, Delivery, DiscordId, Naming, Stance
from bot.services.people import SITE_AT_MOST, known_site

if TYPE_CHECKING:
    from bot.model.people import Member
    from tests.cogs.conftest import Town


async def member(town: Town, user: int) -> Member | None:
    return await town.app.services.people.find(CommunityId(town.guild), DiscordId(user))


async def joined(town: Town, user: int) -> Member:
    asked = await town.world.slash(user, town.chats, "me join")
    assert asked.message is not None
    await town.world.click(user, asked.message, "Join")
    found = await member(town, user)
    assert found is not None
    return found


async def test_nothing_is_kept_before_somebody_says_join(town: Town) -> None:
    asked = await town.world.slash(town.ana, town.chats, "me join")
    assert "If you join, I keep your Discord id" in asked.text
    assert "texts for 30 days" in asked.text
    assert asked.message is not None
    assert asked.message.ephemeral
    assert await member(town, town.ana) is None
    declined = await town.world.click(town.ana, asked.message, "No")
    assert "Nothing about you was kept" in declined.text
    assert await member(town, town.ana) is None


async def test_joining_starts_with_what_discloses_and_disturbs_least(town: Town) -> None:
    ana = await joined(town, town.ana)
    assert ana.naming is Naming.DESCRIBE
    assert ana.delivery is Delivery.CARD
    assert not ana.show_posts
    assert ana.name == "Ana Ruiz"
    assert ana.consent_at == town.clock.now()


async def test_fields_are_taken_from_one_form_and_shown_in_the_settings(town: Town) -> None:
    await joined(town, town.ana)
    screen = await town.world.slash(town.ana, town.chats, "me settings")
    assert screen.message is not None
    form = await town.world.click(town.ana, screen.message, "Fields")
    assert form.modal is not None
    shown = await town.world.submit(
        town.ana,
        form,
        {"work": "Nursing,  Simulation", "curious": "game design", "description": "runs wards"},
    )
    ana = await member(town, town.ana)
    assert ana is not None
    assert {(f.field, f.stance) for f in ana.fields} == {
        ("nursing", Stance.WORK),
        ("simulation", Stance.WORK),
        ("game design", Stance.CURIOUS),
    }
    assert ana.description == "runs wards"
    assert "nursing, simulation" in shown.text


async def test_naming_delivery_distance_and_pause_are_one_press_each(town: Town) -> None:
    await joined(town, town.ana)
    screen = (await town.world.slash(town.ana, town.chats, "me settings")).message
    assert screen is not None
    await town.world.click(town.ana, screen, "Name me")
    await town.world.pick(town.ana, screen, ["dm"], custom_id="me-choice:delivery")
    await town.world.pick(town.ana, screen, ["far"], custom_id="me-choice:distance")
    await town.world.pick(town.ana, screen, ["month"], custom_id="me-choice:pause")
    ana = await member(town, town.ana)
    assert ana is not None
    assert ana.naming is Naming.NAME
    assert ana.delivery is Delivery.DM
    assert ana.distance > 0.5
    assert not ana.accepts_suggestions(town.clock.now())


async def test_a_wrong_zone_is_answered_with_an_example_and_changes_nothing(town: Town) -> None:
    await joined(town, town.ana)
    screen = (await town.world.slash(town.ana, town.chats, "me settings")).message
    assert screen is not None
    form = await town.world.click(town.ana, screen, "Time and place")
    answer = await town.world.submit(town.ana, form, {"zone": "Atlantis", "quiet": "22-7"})
    assert "Europe/Madrid" in answer.text
    ana = await member(town, town.ana)
    assert ana is not None
    assert (ana.zone, ana.quiet_from) == ("UTC", 21)


async def test_never_introduce_us_works_from_the_menu_on_a_person(town: Town) -> None:
    ana = await joined(town, town.ana)
    ben = await joined(town, town.ben)
    answer = await town.world.menu(town.ana, town.chats, "Never introduce us", town.ben)
    assert answer.message is not None
    assert answer.message.ephemeral
    async with town.app.db.read() as tx:
        from bot.store.members import is_blocked

        assert await is_blocked(tx, ben.person, ana.person)


async def test_leaving_is_at_once_and_joining_again_brings_back_what_was_told(town: Town) -> None:
    await joined(town, town.ana)
    asked = (await town.world.slash(town.ana, town.chats, "me leave")).message
    assert asked is not None
    left = await town.world.click(town.ana, asked, "Leave")
    assert "You've left" in left.text
    assert await member(town, town.ana) is None
    refused = await town.world.slash(town.ana, town.chats, "me settings")
    assert "/me join" in refused.text
    assert (await joined(town, town.ana)).name == "Ana Ruiz"


async def test_help_names_the_commands_of_everybody_with_an_example(town: Town) -> None:
    answer = await town.world.slash(town.ana, town.chats, "help")
    assert "/me join" in answer.text
    assert "/me leave" in answer.text


async def test_everything_kept_comes_as_two_files(town: Town) -> None:
    await joined(town, town.ana)
    answer = await town.world.slash(town.ana, town.chats, "me data")
    (message,) = answer.messages
    assert message.files == ("your-data.md", "your-data.json")
    assert message.ephemeral


async def test_erasing_is_at_once_and_says_how_much_went(town: Town) -> None:
    await joined(town, town.ana)
    asked = (await town.world.slash(town.ana, town.chats, "me leave")).message
    assert asked is not None
    answer = await town.world.click(town.ana, asked, "Erase")
    assert "entries are gone" in answer.text
    assert await member(town, town.ana) is None


async def test_somebody_who_never_joined_can_object(town: Town) -> None:
    asked = (await town.world.slash(town.ben, town.chats, "me leave")).message
    assert asked is not None
    form = await town.world.click(town.ben, asked, "Keep me out")
    answer = await town.world.submit(
        town.ben, form, {"platform": "bluesky", "handle": "@ben.example.org"}
    )
    assert "I have nothing from `ben.example.org` on bluesky" in answer.text


async def test_a_handle_is_proved_by_a_code_that_is_shown_to_nobody_else(town: Town) -> None:
    await joined(town, town.ana)
    screen = (await town.world.slash(town.ana, town.chats, "me settings")).message
    assert screen is not None
    answer = await town.world.click(town.ana, screen, "My handle")
    assert "crosstie-" in answer.text
    assert all(m.ephemeral for m in answer.messages)


async def test_languages_are_taken_as_typed_and_shown_in_words(town: Town) -> None:
    await joined(town, town.ana)
    screen = (await town.world.slash(town.ana, town.chats, "me settings")).message
    assert screen is not None
    form = await town.world.click(town.ana, screen, "Time and place")
    answer = await town.world.submit(town.ana, form, {"zone": "UTC", "languages": "es, English"})
    assert "Spanish, English" in answer.text
    ana = await member(town, town.ana)
    assert ana is not None
    assert ana.languages == ("es", "en")


async def test_ones_own_site_is_told_shown_changed_and_taken_away(town: Town) -> None:
    await joined(town, town.ana)
    screen = (await town.world.slash(town.ana, town.chats, "me settings")).message
    assert screen is not None
    handle = (await town.world.click(town.ana, screen, "My handle")).message
    assert handle is not None

    async def tell(site: str) -> str:
        form = await town.world.click(town.ana, handle, "My blog or site")
        return (await town.world.submit(town.ana, form, {"site": site})).text

    assert "https://ana.example.org" in await tell("ana.example.org")
    refused = await tell("javascript:alert(1)")
    assert "is no address of a page" in refused
    assert (
        "https://ana.example.org"
        in (await town.world.slash(town.ana, town.chats, "me settings")).text
    )
    _, kept = await town.app.services.privacy.data_of(DiscordId(town.ana))
    assert '"site": "https://ana.example.org"' in kept
    assert "No blog or site" in await tell("")
    ana = await member(town, town.ana)
    assert ana is not None
    assert ana.site == ""


@pytest.mark.parametrize(
    "typed",
    [
        "ftp://ana.example.org", "javascript:alert(1)", "mailto:ana@example.org", "my blog", "http://",
        "https://[", "https://localhost/x", "https://10.0.0.1/x", "https://ana.example.org:x",
        "https://ana:secret@example.org", "https://ana.example.org/`x`", "ana.example.org/\u202ex",
        "https://ana.example.org/" + "x" * SITE_AT_MOST,
    ],
)  # fmt: skip
def test_what_no_page_can_be_opened_with_is_refused_as_a_site(typed: str) -> None:
    with pytest.raises(Invalid):
        known_site(typed)


def test_a_site_may_be_typed_without_https_and_in_any_script() -> None:
    assert known_site("  blog.ana.example ") == "https://blog.ana.example"
    assert known_site("http://ana.example/a(b)") == "http://ana.example/a(b)"
    assert known_site("https://señal.example/año") == "https://señal.example/año"
    assert known_site(" ") == ""


async def test_who_told_no_field_sees_a_guess_that_what_they_tell_replaces(town: Town) -> None:
    await joined(town, town.ana)
    screen = await town.world.slash(town.ana, town.chats, "me settings")
    assert "Perhaps" not in screen.text, "nothing is known yet"
    assert screen.message is not None
    form = await town.world.click(town.ana, screen.message, "Fields")
    described = "nurse who runs hospital simulations"
    shown = await town.world.submit(town.ana, form, {"description": described})
    assert "? Perhaps health (hospital, nurse)" in shown.text
    ana = await member(town, town.ana)
    assert ana is not None
    assert ana.fields == (), "a guess is not kept"
    assert shown.message is not None
    form = await town.world.click(town.ana, shown.message, "Fields")
    shown = await town.world.submit(town.ana, form, {"work": "Law", "description": described})
    assert "Perhaps" not in shown.text
