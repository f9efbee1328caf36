"""The screens of /me: consent, settings, leaving. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.model.people import Delivery, Naming, Stance
from bot.services.languages import language_names
from bot.texts import text
from cogs import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.people import Account, Community, Member

Screen = tuple[discord.Embed, discord.ui.View]


def _button(action: str, label: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=label, custom_id=f"me:{action}")


def _view(locale: str, *buttons: tuple[str, str]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for action, label in buttons:
        view.add_item(_button(action, text(locale, label)))
    return view


def consent(community: Community, texts_days: int, locale: str) -> Screen:
    """What is kept, in the words of voice; [Join] and [No] are alike."""
    review = "consent_organisers_review" if community.review_introductions else "consent_organisers"
    organisers = text(locale, review)
    embed = render.said(locale, "consent", texts_days=texts_days, organisers=organisers)
    return embed, _view(locale, ("join", "button_join"), ("decline", "button_no"))


def leaving(locale: str, *, is_member: bool) -> Screen:
    """Leave or erase; for people who never joined: keep out."""
    if is_member:
        buttons = (("leave", "button_leave"), ("erase", "button_erase"), ("stay", "button_stay"))
        return render.said(locale, "leave_ask"), _view(locale, *buttons)
    buttons_stranger = (("object", "button_keep_out"), ("stay", "button_stay"))
    return render.said(locale, "leave_ask_stranger"), _view(locale, *buttons_stranger)


def settings(
    member: Member,
    accounts: Sequence[Account],
    locale: str,
    note: str = "",
    guessed: Sequence[tuple[str, Sequence[str]]] = (),
) -> discord.Embed:
    """All settings as they are now; `note` says what was just done.

    `guessed`: fields they did not tell, each with the words that point at it.
    """
    embed = discord.Embed(
        title=text(locale, "settings_title"), description=note or None, colour=render.ACCENT
    )

    def line(name: str, value: str) -> None:
        shown = discord.utils.escape_markdown(value)[:1000] or text(locale, "settings_none")
        embed.add_field(name=text(locale, f"settings_{name}"), value=shown)

    for stance in Stance:
        told = ", ".join(f.field for f in member.fields if f.stance is stance)
        if stance is Stance.WORK and not told and guessed:
            told = text(
                locale,
                "settings_guessed",
                fields="; ".join(f"{name} ({', '.join(words)})" for name, words in guessed),
            )
        line(stance.value, told)
    line("named", _named(member, locale))
    line("posts", text(locale, f"settings_posts_{'yes' if member.show_posts else 'no'}"))
    line("delivery", text(locale, f"settings_delivery_{member.delivery.value}"))
    line("times", _times(member, locale))
    line("languages", language_names(member.languages, locale))
    line("employer", member.employer)
    line("accounts", ", ".join(account(a, locale) for a in accounts))
    line("site", member.site)
    if member.paused_until is not None:
        when = discord.utils.format_dt(member.paused_until, "D")
        paused = text(locale, "settings_paused", when=when)
        embed.add_field(name=text(locale, "choose_pause"), value=paused)
    elif member.skip_until is not None:
        embed.add_field(name=text(locale, "choose_pause"), value=text(locale, "settings_skipped"))
    return embed


def site_view(locale: str) -> discord.ui.View:
    """The button that opens the form for one's own blog or site."""
    return _view(locale, ("site", "button_site"))


def account(one: Account, locale: str) -> str:
    """A linked account, in a word or two."""
    platform, handle = one.platform.value, one.handle or one.native_id
    return text(locale, "handle_linked", platform=platform, handle=handle)


def _named(member: Member, locale: str) -> str:
    if member.naming is Naming.NAME:
        return text(locale, "settings_named_name", name=member.name)
    if member.description:
        return text(locale, "settings_named_describe", description=member.description)
    return text(locale, "settings_named_field")


def _times(member: Member, locale: str) -> str:
    if member.quiet_from == member.quiet_until:
        return text(locale, "settings_times_open", zone=member.zone)
    return text(
        locale,
        "settings_times_value",
        zone=member.zone,
        quiet_from=member.quiet_from,
        quiet_until=member.quiet_until,
    )


def settings_view(member: Member, locale: str) -> discord.ui.View:
    """What can be changed, with the present choice marked."""
    naming = "describe" if member.naming is Naming.NAME else "name"
    posts = "no" if member.show_posts else "yes"
    view = _view(
        locale,
        ("fields", "button_fields"),
        ("naming", f"button_naming_{naming}"),
        ("posts", f"button_posts_{posts}"),
        ("handle", "button_handle"),
        ("times", "button_times"),
    )
    distance = "near" if member.distance < 1 / 3 else "far" if member.distance > 2 / 3 else "middle"
    view.add_item(_menu(locale, "delivery", [d.value for d in Delivery], member.delivery.value))
    view.add_item(_menu(locale, "distance", ["near", "middle", "far"], distance))
    view.add_item(_menu(locale, "pause", ["skip", "month", "quarter", "resume"], None))
    view.add_item(
        discord.ui.UserSelect(custom_id="me-never", placeholder=text(locale, "choose_never"))
    )
    return view


def _menu(
    locale: str, setting: str, choices: Sequence[str], chosen: str | None
) -> discord.ui.Select[Any]:
    menu: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"me-choice:{setting}", placeholder=text(locale, f"choose_{setting}")
    )
    for choice in choices:
        about = f"choice_{choice}_about"
        menu.add_option(
            label=text(locale, f"choice_{choice}"),
            value=choice,
            description=text(locale, about) if setting != "pause" else None,
            default=choice == chosen,
        )
    return menu
