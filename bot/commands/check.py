"""`crosstie check`: the configuration as understood, what is wrong with it, and the invite link."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import aiohttp
from pydantic import BaseModel, SecretStr

from bot.clock import SystemClock
from bot.config import DEFAULT_FILE, read
from bot.errors import ConfigError, SourceError, SourceRefused, SourceUnavailable
from bot.model.permissions import (
    PERMISSION_BITS,
    PERMISSIONS,
    SCOPES,
    application_id_of,
    invite_link,
)
from bot.sources.online import try_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    report: str
    """Lines for a human; no secret is in them."""
    wrong: tuple[str, ...]
    """Each thing that is wrong, with the next step; empty when the bot can run."""


def check(path: Path | None, environ: Mapping[str, str], *, online: bool) -> Checked:
    """Reads the configuration as `crosstie run` would; `online` tries Discord and each source."""
    settings, errors = read(path, environ)
    if settings is None:
        return Checked("The configuration can not be used.\n", tuple(map(str, errors)))
    file = path or DEFAULT_FILE
    lines = [f"Configuration: {file if file.exists() else 'no file, so the defaults'}", ""]
    lines += _shown(settings, "")
    lines += ["", *_sources(settings), ""]
    wrong = [*_lacking(settings)]
    lines += _invitation(settings)
    if online:
        lines += ["", "Online"]
        if settings.secrets.discord_token is not None:
            try:
                lines.append(f"  Discord: {asyncio.run(_ask_discord(settings))}")
            except SourceError as exc:
                lines.append("  Discord: not reached")
                wrong.append(f"Discord: {exc}")
        for tried in asyncio.run(try_sources(settings, SystemClock())):
            lines.append(f"  {tried.name}: {tried.found or 'not as it should be'}")
            if tried.error:
                wrong.append(f"{tried.name}: {tried.error}")
    return Checked("\n".join([*lines, ""]), tuple(wrong))


def _shown(section: BaseModel, name: str) -> Iterator[str]:
    """A section and those in it as TOML shows them; of a secret only whether it is there."""
    plain = {key: value for key, value in section if not isinstance(value, BaseModel)}
    if plain:
        yield f"[{name}]"
    for key, value in plain.items():
        yield f"{key} = {_value(value)}"
    for key, value in section:
        if isinstance(value, BaseModel):
            yield from _shown(value, f"{name}.{key}" if name else key)


def _value(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set, not shown)"
    if isinstance(value, BaseModel):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "(not set)"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _sources(settings: Settings) -> Iterator[str]:
    """Which platforms are on, and for one that is off, what it lacks."""
    sources, secrets = settings.sources, settings.secrets
    yield "Sources as configured:"
    yield f"Bluesky   {'on' if sources.bluesky.enabled else 'off: enabled = false'}"
    if settings.x_is_on:
        yield f"X         on, for at most ${sources.x.monthly_budget_usd:g} a month"
    elif not sources.x.enabled:
        yield "X         off: enabled = false"
    elif secrets.x_bearer_token is None:
        yield "X         off: CROSSTIE_X_BEARER_TOKEN is not set"
    else:
        yield "X         off: [sources.x] monthly_budget_usd is not set"
    instances, tokens = sources.mastodon.instances, secrets.mastodon_tokens
    if not sources.mastodon.enabled:
        yield "Mastodon  off: enabled = false"
    elif not instances:
        yield "Mastodon  off: [sources.mastodon] instances is empty"
    for number, (instance, token) in enumerate(zip(instances, tokens, strict=True), 1):
        state = "on" if token else f"off: CROSSTIE_MASTODON_TOKEN_{number} is not set"
        if sources.mastodon.enabled:
            yield f"Mastodon  {instance.base_url} {state}"


def _lacking(settings: Settings) -> Iterator[str]:
    """What `crosstie run` would stop at."""
    try:
        token = settings.discord_token()
    except ConfigError as exc:
        yield str(exc)
    else:
        if application_id_of(token) is None:
            yield (
                "environment: CROSSTIE_DISCORD_TOKEN: is no bot token; copy it from your "
                "application's page, Bot, Reset Token (not the client secret, not the public key)"
            )
    path = settings.database.sqlite_path
    if path is None and find_spec("asyncpg") is None:
        yield (
            "settings: database.url: PostgreSQL needs asyncpg, which is not installed; "
            'run pip install "crosstie[postgres]"'
        )
    if path is not None and not path.absolute().parent.is_dir():
        yield (
            f"settings: database.url: there is no folder {path.absolute().parent}; "
            "make it, or name another"
        )


def _invitation(settings: Settings) -> Iterator[str]:
    token = settings.secrets.discord_token
    application = settings.discord.application_id
    if application is None and token is not None:
        application = application_id_of(token.get_secret_value())
    yield f"Permissions {PERMISSION_BITS}: {', '.join(PERMISSIONS)}"
    yield f"Scopes: {', '.join(SCOPES)}; no privileged intent"
    if application is None:
        yield "Invite link: needs CROSSTIE_DISCORD_TOKEN, or [discord] application_id"
    else:
        yield f"Invite link: {invite_link(application)}"


async def _ask_discord(settings: Settings) -> str:
    """Who Discord says the token is.

    Raises:
        SourceRefused: Discord does not take it.
        SourceUnavailable: Discord gives no answer that could be used.
    """
    headers = {"Authorization": f"Bot {settings.discord_token()}"}
    url = f"{settings.discord.api_base}/users/@me"
    limit = aiohttp.ClientTimeout(total=settings.discord.timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, headers=headers) as http,
            http.get(url) as answer,
        ):
            if answer.status == 401:
                raise SourceRefused(
                    "the token is refused; make a new one on your application's page, Bot, "
                    "Reset Token, and set CROSSTIE_DISCORD_TOKEN to it"
                )
            if answer.status != 200:
                raise SourceUnavailable(f"answers with status {answer.status}; try again later")
            me = await answer.json()
            return f"reached, as {me['username']} ({me['id']})"
    except TimeoutError as exc:
        waited = settings.discord.timeout_s
        raise SourceUnavailable(
            f"no answer within {waited:g} s; look at the network, or raise [discord] timeout_s"
        ) from exc
    except (aiohttp.ClientError, ValueError, KeyError, TypeError) as exc:
        raise SourceUnavailable(
            f"no usable answer from {url} ({type(exc).__name__}); "
            "look at the network and at [discord] api_base"
        ) from exc
