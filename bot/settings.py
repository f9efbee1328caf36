"""Every setting, with its type, default and unit; bot.config reads them."""

from __future__ import annotations

import difflib
import itertools
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)

from bot.address import DEFAULT_URL
from bot.errors import ConfigError
from bot.model.people import Platform

if TYPE_CHECKING:
    from collections.abc import Callable
DISCORD_TOKEN = "CROSSTIE_DISCORD_TOKEN"  # noqa: S105 the name, not the token


def _address(*schemes: str) -> Callable[[str], str]:
    """A check that an address has one of the schemes, and a host."""

    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"is no address that starts with {' or '.join(schemes)}")
        if parts.username or parts.password:
            raise ValueError("holds a name or a password")
        return value

    return check


def _database(value: str) -> str:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError("is no database that Crosstie knows")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value and not (host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise ValueError("is not an address and a port")
    if value and host != "localhost":
        ip_address(host.strip("[]"))
    return value


def _listed(value: object) -> object:
    """One address may be written without brackets."""
    return (value,) if isinstance(value, str) else value


def _zone(value: str) -> str:
    known = available_timezones()
    if value not in known:
        # People write the city, or the name in the wrong case: compare with both.
        names = {zone.casefold(): zone for zone in sorted(known)}
        cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known)}
        wanted = value.casefold().replace(" ", "_")
        close = difflib.get_close_matches(wanted, [*names, *cities], 1, 0.7)
        hint = f" (did you mean {(names | cities)[close[0]]}?)" if close else ""
        raise ValueError(f"is no time zone{hint}")
    return value


def _not_of_x(value: bool) -> bool:
    if value:
        raise ValueError("has to be false: X lets nobody be suggested who did not agree")
    return value


HttpAddress = Annotated[str, AfterValidator(_address("https", "http"))]
SocketAddress = Annotated[str, AfterValidator(_address("wss", "ws"))]
Listen = Annotated[str, AfterValidator(_listen)]
OnOffAuto = Literal["auto"] | bool


class Section(BaseModel):
    """A part of the configuration: frozen, exact about types, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DatabaseSection(Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(_database)] = Field(
        default=DEFAULT_URL, examples=["postgresql://crosstie@localhost/crosstie"]
    )

    @property
    def sqlite_path(self) -> Path | None:
        """The file of an SQLite database (relative to where Crosstie was started), else None."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None


class DiscordSection(Section):
    """How Discord is reached."""

    api_base: HttpAddress = "https://discord.com/api/v10"
    gateway_url: SocketAddress = "wss://gateway.discord.gg/"
    application_id: PositiveInt | None = Field(default=None, examples=[1029384756102938475])
    """For the invite link only; None reads it from the token."""
    timeout_s: PositiveFloat = 15.0
    """How long one request of ours may take."""


class BlueskySection(Section):
    """Bluesky needs no key."""

    enabled: bool = True
    jetstream_url: Annotated[
        tuple[SocketAddress, ...], Field(strict=False, min_length=1), BeforeValidator(_listed)
    ] = (
        "wss://jetstream2.us-east.bsky.network/subscribe",
        "wss://jetstream1.us-east.bsky.network/subscribe",
        "wss://jetstream2.us-west.bsky.network/subscribe",
        "wss://jetstream1.us-west.bsky.network/subscribe",
    )
    """One address or several, each version 2 (.../subscribeEvents) or 1 (.../subscribe)."""
    idle_s: PositiveFloat = 30.0
    """A connection that is silent for so long is dead."""
    api_base: HttpAddress = "https://public.api.bsky.app"
    """Where public profiles and posts are asked for."""
    timeout_s: PositiveFloat = 5.0
    """How long one such request may take; the stream waits meanwhile."""
    handle: str | None = Field(default=None, examples=["crosstie.bsky.social"])
    """Whose app password CROSSTIE_BLUESKY_APP_PASSWORD is; None: nobody searches."""
    login_host: HttpAddress = "https://bsky.social"
    """Where that account signs in."""


class XPrices(Section):
    """What X bills, in US dollars."""

    post: NonNegativeFloat = 0.005
    user: NonNegativeFloat = 0.010
    counts: NonNegativeFloat = 0.005


class XSection(Section):
    """X is paid for: nothing is asked without a token and a budget."""

    enabled: OnOffAuto = "auto"
    api_base: HttpAddress = "https://api.x.com"
    monthly_budget_usd: NonNegativeFloat | None = Field(default=None, examples=[50.0])
    timeout_s: PositiveFloat = 20.0
    """How long one request may take."""
    idle_s: PositiveFloat = 30.0
    """How long the stream may be silent; X sends an empty line every 20 s."""
    prices: XPrices = XPrices()


class MastodonInstance(Section):
    """One server; its token is CROSSTIE_MASTODON_TOKEN_n, n its place in the list from 1."""

    base_url: HttpAddress = Field(examples=["https://mastodon.social"])


class MastodonSection(Section):
    """Mastodon is on when an instance and its token are given."""

    enabled: OnOffAuto = "auto"
    instances: Annotated[tuple[MastodonInstance, ...], Field(strict=False)] = Field(
        default=(), examples=[[{"base_url": "https://mastodon.social"}]]
    )
    timeout_s: PositiveFloat = 20.0
    """How long one request may take."""
    idle_s: PositiveFloat = 90.0
    """A stream that is silent for so long is dead; Mastodon says something every 15 seconds."""


class SourcesSection(Section):
    """Where posts come from."""

    bluesky: BlueskySection = BlueskySection()
    x: XSection = XSection()
    mastodon: MastodonSection = MastodonSection()


class PublicPosts(Section):
    """Whether a post of somebody who never joined may be suggested; the person never is."""

    bluesky: bool = True
    mastodon: bool = False
    x: Annotated[bool, AfterValidator(_not_of_x)] = False

    @property
    def platforms(self) -> frozenset[str]:
        """The names of those that are on."""
        return frozenset(name for name, is_on in self if is_on)


class SuggestionsSection(Section):
    """Who is proposed to whom, and how often."""

    half_life: Literal["auto"] | PositiveFloat = Field(default="auto", examples=[30])
    """Days after which a tie counts half."""
    per_member_per_week: Annotated[int, Field(ge=0, le=2)] = 1
    """Unasked; the message budget of all kinds together is two."""
    exposure_cap: Literal["auto"] | PositiveInt = Field(default="auto", examples=[5])
    """In how many lists one person may be at a time."""
    review_introductions: bool = False
    compiled: bool = False
    """Whether numba compiles the walks over the graph; it comes with crosstie[fast]."""
    suggest_public_posts: PublicPosts = PublicPosts()


class RecapsSection(Section):
    """What a recap asks of the outside."""

    link_titles: bool = True
    """Whether pages that were shared are asked for their titles; else the bare address is shown."""


class RetentionSection(Section):
    """How long things are kept, in days."""

    texts_days: Annotated[int, Field(ge=0)] = 30
    engagements_days: PositiveInt = 730


class PublicSection(Section):
    """The public page; an empty `listen` turns it off."""

    url: HttpAddress | None = Field(default=None, examples=["https://crosstie.example.org"])
    listen: Listen = Field(default="127.0.0.1:8080", examples=["0.0.0.0:8080"])


class HealthSection(Section):
    """For the machine that watches; an empty `listen` turns it off."""

    listen: Listen = Field(default="127.0.0.1:9464", examples=["0.0.0.0:9464"])


class RunSection(Section):
    """The process itself."""

    zone: Annotated[str, AfterValidator(_zone)] = Field(default="UTC", examples=["Europe/Madrid"])
    """Offered to a community that has not chosen one."""
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    shutdown_grace_s: PositiveFloat = 10.0
    """How long running work may finish after the first signal."""


class FileSections(Section):
    """Everything that the file and `CROSSTIE__...` variables may set."""

    database: DatabaseSection = DatabaseSection()
    discord: DiscordSection = DiscordSection()
    sources: SourcesSection = SourcesSection()
    suggestions: SuggestionsSection = SuggestionsSection()
    recaps: RecapsSection = RecapsSection()
    retention: RetentionSection = RetentionSection()
    public: PublicSection = PublicSection()
    health: HealthSection = HealthSection()
    run: RunSection = RunSection()


class Secrets(Section):
    """What is never shown and never in the file."""

    discord_token: SecretStr | None = None
    x_bearer_token: SecretStr | None = None
    bluesky_app_password: SecretStr | None = None
    mastodon_tokens: tuple[SecretStr | None, ...] = ()
    """One place for every instance, in their order."""
    database_password: SecretStr | None = None

    def values(self) -> list[str]:
        """All of them as they are, for the log's redaction."""
        given = (
            self.discord_token,
            self.x_bearer_token,
            self.bluesky_app_password,
            self.database_password,
            *self.mastodon_tokens,
        )
        return [secret.get_secret_value() for secret in given if secret is not None]


class Settings(FileSections):
    """The whole configuration."""

    secrets: Secrets = Secrets()

    @property
    def x_is_on(self) -> bool:
        """Whether X is followed: not turned off, with a token and a budget."""
        return bool(
            self.sources.x.enabled
            and self.secrets.x_bearer_token
            and self.sources.x.monthly_budget_usd
        )

    @property
    def mastodon_is_on(self) -> bool:
        """Whether Mastodon is followed: not turned off, with an instance that has its token."""
        return bool(self.sources.mastodon.enabled and any(self.secrets.mastodon_tokens))

    @property
    def followed(self) -> frozenset[Platform]:
        """The platforms that are on."""
        on = (self.sources.bluesky.enabled, self.mastodon_is_on, self.x_is_on)
        platforms = (Platform.BLUESKY, Platform.MASTODON, Platform.X)
        return frozenset(itertools.compress(platforms, on))

    @property
    def database_url(self) -> str:
        """The database's address with its password in it: for connecting, never for showing."""
        password = self.secrets.database_password
        if password is None:
            return self.database.url
        parts = urlsplit(self.database.url)
        name, _, host = parts.netloc.rpartition("@")
        netloc = f"{name}:{quote(password.get_secret_value(), safe='')}@{host}"
        return urlunsplit(parts._replace(netloc=netloc))

    def discord_token(self) -> str:
        """The bot's token.

        Raises:
            ConfigError: none was given.
        """
        if self.secrets.discord_token is None:
            raise ConfigError(
                "environment",
                DISCORD_TOKEN,
                "is not set, and Discord can not be reached without it",
                f"copy the token from your application's page, Bot, and set {DISCORD_TOKEN}, "
                f"or write it to a file and set {DISCORD_TOKEN}_FILE",
            )
        return self.secrets.discord_token.get_secret_value()
