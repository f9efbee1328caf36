"""The screens of a network → embeds and buttons: pure, no await."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import discord

from bot.model.network import Origin, ReasonKind
from bot.services.connections import CADENCES
from bot.services.languages import language_names
from bot.texts import text
from cogs import render
from cogs.wording import address, day, linked, plain, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.network import Connection, Face
    from bot.model.pictures import MapShown, MirrorShown
    from bot.services.connections import Draft, Entry

A_PAGE = 20
_NAME, _REASON, _FIELD, _NOTE = 40, 100, 40, 500
_LABEL = 100
_FIELDS_SAID, _COUNTRIES = 12, 300


def who(face: Face, locale: str) -> str:
    """How the owner reads somebody."""
    return plain(face.name, _NAME) or text(locale, "network_somebody")


def draft(found: Draft, locale: str) -> tuple[discord.Embed, discord.ui.View]:
    """Somebody to keep, with the reason that one press confirms."""
    view = discord.ui.View(timeout=None)
    name = who(found.face, locale)
    if found.known is not None:
        view.add_item(_button(f"net:open:{found.known.id}", "button_open_entry", locale))
        return render.said(locale, "network_draft_known", who=name), view
    connection, lines = found.connection, []
    links = linked((text(locale, "label_post"), found.link))
    if connection.contact_at is not None:
        said = day(connection.contact_at)
        lines.append(text(locale, "network_draft_talked", day=said, links=links))
    if connection.reason:
        where, shown = plain(connection.reason, _REASON), "" if lines else links
        lines.append(text(locale, "network_draft_from", where=where, links=shown))
    lines.append(text(locale, "network_draft", who=f"**{name}**"))
    view.add_item(_button(f"net-keep:k:{found.token}", "button_keep_drafted", locale))
    view.add_item(_button(f"net-keep:l:{found.token}", "button_learn_from", locale))
    view.add_item(_button(f"net-keep:m:{found.token}", "button_met", locale))
    options = [
        discord.SelectOption(label=_kind(kind, locale), value=kind.value) for kind in ReasonKind
    ]
    view.add_item(
        discord.ui.Select(
            custom_id=f"net-kind:{found.token}",
            placeholder=text(locale, "network_why"),
            options=options,
        )
    )
    return discord.Embed(description=" ".join(lines), colour=render.ACCENT), view


def listing(
    entries: Sequence[Entry], page: int, locale: str
) -> tuple[discord.Embed, discord.ui.View]:
    """One page of the network, by layers, with a menu that opens one of them."""
    view = discord.ui.View(timeout=None)
    if not entries:
        return render.said(locale, "network_empty"), view
    pages = -(-len(entries) // A_PAGE)
    page = min(max(page, 0), pages - 1)
    here = entries[page * A_PAGE : (page + 1) * A_PAGE]
    embed = discord.Embed(
        title=text(locale, "network_title"),
        description=text(locale, "network_counts", count=len(entries)),
        colour=render.ACCENT,
    )
    for layer, group in groupby(here, key=lambda e: e.layer):
        lines = [_line(entry, locale) for entry in group]
        heading = text(locale, f"layer_{layer.value}")
        for start in range(0, len(lines), 5):
            block = "\n".join(lines[start : start + 5])
            embed.add_field(
                name=heading if start == 0 else "\u200b", value=block[:1024], inline=False
            )
    if pages > 1:
        embed.set_footer(text=text(locale, "network_page", page=page + 1, pages=pages))
    options = [
        discord.SelectOption(
            label=short(e.face.name, _LABEL) or text(locale, "network_somebody"),
            value=str(e.connection.id),
            description=short(_why(e.connection, locale), _LABEL),
        )
        for e in here
    ]
    placeholder = text(locale, "network_pick")
    view.add_item(discord.ui.Select(custom_id="net-open", placeholder=placeholder, options=options))
    if page:
        view.add_item(_button(f"net:page:{page - 1}", "button_back", locale))
    if page + 1 < pages:
        view.add_item(_button(f"net:page:{page + 1}", "button_next_page", locale))
    return embed, view


def entry(shown: Entry, locale: str, note: str = "") -> tuple[discord.Embed, discord.ui.View]:
    """One connection, and what can be done about it."""
    connection, face = shown.connection, shown.face
    said = [note] if note else []
    if connection.learns:
        said.append(text(locale, "entry_learns"))
    if connection.origin is Origin.INTRODUCTION:
        said.append(text(locale, "entry_introduced"))
    if connection.origin is Origin.MEETING:
        said.append(text(locale, "entry_met"))
    embed = discord.Embed(
        title=short(face.name, _NAME) or text(locale, "network_somebody"),
        description="\n".join(said) or None,
        colour=render.ACCENT,
    )
    why = plain(_why(connection, locale), _REASON + _NAME)
    links = linked((text(locale, "label_post"), shown.link))
    facts = [("entry_why", why + links), ("entry_since", day(connection.since))]
    if connection.contact_at is not None:
        facts.append(("entry_contact", day(connection.contact_at)))
    if shown.earlier:
        years = " · ".join(
            text(locale, "entry_year", year=year, times=times) for year, times in shown.earlier
        )
        facts.append(("entry_earlier", years))
    if connection.thanked_at is not None:
        facts.append(("entry_thanked", day(connection.thanked_at)))
    if face.field:
        facts.append(("entry_field", plain(face.field, _FIELD)))
    if connection.note:
        facts.append(("entry_note", plain(connection.note, _NOTE)))
    for name, value in facts:
        embed.add_field(name=text(locale, name), value=value, inline=name != "entry_note")
    embed.set_footer(text=text(locale, f"layer_{shown.layer.value}"))
    return embed, _entry_view(shown, locale)


def _entry_view(shown: Entry, locale: str) -> discord.ui.View:
    connection = shown.connection
    view = discord.ui.View(timeout=None)
    for action, label in (
        ("edit", "button_edit"),
        ("thank", "button_thank"),
        ("touch", "button_in_touch"),
        ("learnt", "button_learned"),
        ("remove", "button_remove"),
    ):
        view.add_item(_button(f"net:{action}:{connection.id}", label, locale))
    chosen = connection.cadence_days
    options = [
        discord.SelectOption(
            label=text(locale, "cadence_none"), value="0", default=chosen not in CADENCES
        ),
        *(
            discord.SelectOption(
                label=text(locale, "cadence_days", days=days),
                value=str(days),
                default=chosen == days,
            )
            for days in CADENCES
        ),
    ]
    view.add_item(
        discord.ui.Select(
            custom_id=f"net-cadence:{connection.id}",
            placeholder=text(locale, "cadence_pick"),
            options=options,
        )
    )
    view.add_item(_button("net:page:0", "button_back", locale))
    if shown.face.mention is not None:
        view.add_item(_button(f"bridge:{connection.id}", "button_introduce", locale))
    if profile := address(shown.face.profile):
        view.add_item(discord.ui.Button(label=text(locale, "button_profile"), url=profile))
    return view


def removing(shown: Entry, locale: str) -> tuple[discord.Embed, discord.ui.View]:
    """Asks once before an entry goes."""
    view = discord.ui.View(timeout=None)
    number = shown.connection.id
    view.add_item(_button(f"net:removed:{number}", "button_remove_yes", locale))
    view.add_item(_button(f"net:open:{number}", "button_back", locale))
    return render.said(locale, "network_remove_ask", who=who(shown.face, locale)), view


def _line(shown: Entry, locale: str) -> str:
    why = plain(_why(shown.connection, locale), _REASON)
    return text(locale, "network_line", who=f"**{who(shown.face, locale)}**", why=why)


def _why(connection: Connection, locale: str) -> str:
    kind = _kind(connection.kind, locale)
    if not connection.reason:
        return kind
    if connection.kind is ReasonKind.OTHER:
        return connection.reason
    return text(locale, "entry_why_detail", kind=kind, reason=connection.reason)


def _kind(kind: ReasonKind, locale: str) -> str:
    return text(locale, f"kind_{kind.value}")


def _button(custom_id: str, label: str, locale: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=text(locale, label), custom_id=custom_id)


def mirror(picture: MapShown, words: MirrorShown, locale: str) -> discord.Embed:
    """The network in words, to stand with its map; compared with nobody's."""
    said = [text(locale, "map_reads")]
    if picture.left_out:
        said.append(text(locale, "map_left_out", count=picture.left_out))
    if words.learns:
        said.append(text(locale, "mirror_learns", count=words.learns))
    embed = discord.Embed(
        title=text(locale, "map_title"), description=" ".join(said), colour=render.ACCENT
    )
    layers = {layer.value: count for layer, count in words.layers}
    fields = [
        text(locale, "mirror_field", field=plain(field, _FIELD), count=count)
        for field, count in words.fields[:_FIELDS_SAID]
    ]
    if words.unknown:
        fields.append(text(locale, "mirror_unknown", count=words.unknown))
    years = [
        text(locale, "mirror_year", year=year, people=people, mix=f"{mix:.2f}")
        for year, people, mix in words.years
    ]
    thin = ", ".join(plain(f, _FIELD) for f in words.thin)
    grew = [
        text(locale, "mirror_field", field=plain(field, _FIELD), count=f"+{count}")
        for field, count in words.grew
    ]
    blocks = (
        (
            "mirror_layers",
            text(locale, "mirror_layers_said", **layers, inner=words.in_practice),
        ),
        ("mirror_fields", " · ".join(fields)),
        ("mirror_countries", plain(", ".join(words.countries), _COUNTRIES)),
        ("mirror_languages", plain(language_names(words.languages, locale), _COUNTRIES)),
        (
            "mirror_mix",
            "\n".join([text(locale, "mirror_mix_said", now=f"{words.diversity:.2f}"), *years]),
        ),
        ("mirror_grew", " · ".join(grew)),
        ("mirror_thin", text(locale, "mirror_thin_said", fields=thin) if thin else ""),
    )
    for name, value in blocks:
        if value:
            embed.add_field(name=text(locale, name), value=value[:1024], inline=False)
    return embed
