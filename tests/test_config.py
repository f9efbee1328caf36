"""Settings: defaults, a file, the environment; a wrong one is named with what to write instead."""

from __future__ import annotations

import os
import re
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.config import load, read
from bot.errors import ConfigError
from bot.settings import FileSections, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def wrong(tmp_path: Path, text: str, **environ: str) -> list[ConfigError]:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    return read(file, environ)[1]


def one_wrong(tmp_path: Path, text: str, **environ: str) -> ConfigError:
    (error,) = wrong(tmp_path, text, **environ)
    return error


def every_setting(model: type[BaseModel] = FileSections, table: str = "") -> Iterator[str]:
    """The dotted names of all settings."""
    for name, info in model.model_fields.items():
        inner = info.annotation
        key = f"{table}.{name}" if table else name
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from every_setting(inner, key)
        else:
            yield key


def test_without_a_file_and_variables_there_are_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()


def test_config_toml_is_read_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text("[retention]\ntexts_days = 7\n")
    assert load(None, {}).retention.texts_days == 7


def test_the_example_says_the_defaults() -> None:
    assert load(ROOT / "config.example.toml", {}) == Settings()


@pytest.mark.parametrize("key", list(every_setting()))
def test_every_setting_is_in_the_example_and_in_the_readme(key: str) -> None:
    table, _, name = key.rpartition(".")
    heading = ""
    shown = set()
    for line in (ROOT / "config.example.toml").read_text("utf-8").splitlines():
        if section := re.match(r"\[([\w.]+)\]", line):
            heading = section[1]
        elif setting := re.match(r"(?:# )?(\w+) = ", line):
            shown.add((heading, setting[1]))
    assert (table, name) in shown
    rows = re.findall(
        r"^\| `\[([\w.]+)\]` \| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.M
    )
    told = dict(rows)
    assert f"`{name}`" in (told.get(table) or told[table.rpartition(".")[0]])


def test_settings_are_frozen() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.retention.texts_days = 1


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[run]\nzone = "Europe/Paris"\nlog_level = "error"\n')
    environ = {
        "CROSSTIE__RUN__ZONE": "Europe/Madrid",
        "CROSSTIE__SUGGESTIONS__PER_MEMBER_PER_WEEK": "2",
        "CROSSTIE__SOURCES__BLUESKY__ENABLED": "false",
    }
    settings = load(file, environ)
    assert settings.run.zone == "Europe/Madrid"
    assert settings.run.log_level == "error"
    assert settings.suggestions.per_member_per_week == 2
    assert not settings.sources.bluesky.enabled


@pytest.mark.parametrize(
    ("text", "key", "reason", "instead"),
    [
        ("[suggestions]\nhalf_live = 3", "suggestions.half_live", "no setting", "s.half_life?"),
        ("[sugestions]\na = 1", "sugestions", "no setting", "did you mean suggestions?"),
        ("[run]\nxyzzy = 1", "run.xyzzy", "no setting", "[run] has zone, log_format"),
        ("[retention]\ntexts_days = '30'", "retention.texts_days", "integer", "texts_days = 30"),
        ("[retention]\ntexts_days = -1", "retention.texts_days", "than or equal to 0", "= 30"),
        ("[run]\nzone = 'Madrid'", "run.zone", "did you mean Europe/Madrid?", 'zone = "Europe'),
        ("[run]\nzone = 'europe/berlin'", "run.zone", "mean Europe/Berlin?", "under [run]"),
        ("[sources.x]\nenabled = 'yes'", "sources.x.enabled", '"auto" or', 'enabled = "auto"'),
        ("[sources]\nx = 3", "sources.x", "should be a section", "write [sources.x]"),
        ("[health]\nlisten = '9464'", "health.listen", "an address and a port", "0.0.0.0:9464"),
        ("[health]\nlisten = 'web:80'", "health.listen", "", "0.0.0.0:9464"),
        ("[database]\nurl = 'mysql://h/db'", "database.url", "no database", "postgresql://"),
        ("[discord]\napi_base = 'discord.com'", "discord.api_base", "starts with https", "https"),
        (
            "[database]\nurl = 'postgresql://u:hunter2@h/db'",
            "database.url",
            "holds a password",
            "CROSSTIE_DATABASE_PASSWORD_FILE",
        ),
        ("[discord]\ntoken = 'hunter2'", "discord.token", "secret", "CROSSTIE_DISCORD_TOKEN"),
        (
            "[sources.mastodon]\ninstances = [{ base_url = 'm.example' }]",
            "sources.mastodon.instances[0].base_url",
            "starts with https",
            "under [[sources.mastodon.instances]]",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write_instead(
    tmp_path: Path, text: str, key: str, reason: str, instead: str
) -> None:
    error = one_wrong(tmp_path, text)
    assert error.where == str(tmp_path / "config.toml")
    assert error.key == key
    assert reason in error.reason
    assert instead in error.instead
    assert "hunter2" not in str(error)


def test_all_that_is_wrong_is_found_at_once(tmp_path: Path) -> None:
    found = wrong(tmp_path, "[run]\nzone = 'Nowhere'\nlog_format = 'xml'\n[helth]\na = 1")
    assert [error.key for error in found] == ["run.zone", "run.log_format", "helth"]


def test_a_wrong_variable_is_named_as_a_variable(tmp_path: Path) -> None:
    error = one_wrong(tmp_path, "", CROSSTIE__RUN__SHUTDOWN_GRACE_S="long")
    assert error.where == "environment"
    assert error.instead == "set CROSSTIE__RUN__SHUTDOWN_GRACE_S=10.0"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("CROSSTIE_DISCORD_TOKN", "CROSSTIE_DISCORD_TOKEN"),
        ("CROSSTIE_X_BEARER_TOKEN_FIL", "CROSSTIE_X_BEARER_TOKEN_FILE"),
        ("CROSSTIE__RUN__ZON", "CROSSTIE__RUN__ZONE"),
    ],
)
def test_a_misspelt_variable_is_not_passed_over(tmp_path: Path, variable: str, meant: str) -> None:
    assert one_wrong(tmp_path, "", **{variable: "x"}).instead == f"did you mean {meant}?"


def test_variables_of_the_tests_are_none_of_ours(tmp_path: Path) -> None:
    environ = {"CROSSTIE_SHARED": "required", "CROSSTIE_TEST_POSTGRES_URL": "x"}
    assert wrong(tmp_path, "", **environ) == []


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        (b"x = = 1", "syntax", "line 1, column 5"),
        (b"\xff\xfe", "syntax", "utf-8"),
        (None, "--config", "no such file"),
    ],
)
def test_an_unusable_file_is_told(
    tmp_path: Path, content: bytes | None, key: str, reason: str
) -> None:
    file = tmp_path / "other.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=reason) as caught:
        load(file, {})
    assert caught.value.key == key


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can not be read"):
        load(tmp_path, {})


@given(st.text(string.printable, max_size=200))
def test_any_text_gives_settings_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}.toml"
    file.write_text(text, "utf-8")
    settings, found = read(file, {})
    assert (settings is None) == bool(found)


def test_a_secret_comes_from_its_variable_or_its_file(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("from-a-file\n")
    given_ = load(None, {"CROSSTIE_DISCORD_TOKEN": " direct "})
    read_ = load(None, {"CROSSTIE_DISCORD_TOKEN_FILE": str(token)})
    assert given_.discord_token() == "direct"
    assert read_.discord_token() == "from-a-file"
    assert "direct" not in repr(given_)


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_secret_file_that_is_missing_or_empty_is_told(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    error = one_wrong(tmp_path, "", CROSSTIE_X_BEARER_TOKEN_FILE=str(file))
    assert error.key == "CROSSTIE_X_BEARER_TOKEN_FILE"


def test_a_secret_given_twice_is_told(tmp_path: Path) -> None:
    environ = {"CROSSTIE_DISCORD_TOKEN": "a", "CROSSTIE_DISCORD_TOKEN_FILE": "b"}
    assert "keep one" in one_wrong(tmp_path, "", **environ).instead


def test_without_a_discord_token_the_next_step_is_told() -> None:
    with pytest.raises(ConfigError, match="set CROSSTIE_DISCORD_TOKEN"):
        Settings().discord_token()


def test_x_is_on_with_a_token_and_a_budget_only(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[sources.x]\nmonthly_budget_usd = 50\n")
    token = {"CROSSTIE_X_BEARER_TOKEN": "t"}
    assert load(file, token).x_is_on
    assert not load(file, {}).x_is_on
    assert not load(None, token).x_is_on
    assert not load(file, token | {"CROSSTIE__SOURCES__X__ENABLED": "false"}).x_is_on


def test_what_is_turned_on_without_what_it_needs_is_told(tmp_path: Path) -> None:
    error = one_wrong(tmp_path, "[sources.x]\nenabled = true")
    assert error.reason == "is true without CROSSTIE_X_BEARER_TOKEN"
    error = one_wrong(tmp_path, "[sources.mastodon]\nenabled = true")
    assert error.reason == "is true without instances"
    error = one_wrong(tmp_path, '[sources.bluesky]\nhandle = "a.example"')
    assert error.reason == "is given without CROSSTIE_BLUESKY_APP_PASSWORD"
    error = one_wrong(tmp_path, "", CROSSTIE_BLUESKY_APP_PASSWORD="p")
    assert error.reason == "is missing beside CROSSTIE_BLUESKY_APP_PASSWORD"


def test_mastodon_tokens_belong_to_instances_by_their_place(tmp_path: Path) -> None:
    instances = (
        "[[sources.mastodon.instances]]\nbase_url = 'https://a.example'\n"
        "[[sources.mastodon.instances]]\nbase_url = 'https://b.example'\n"
    )
    file = tmp_path / "config.toml"
    file.write_text(instances)
    settings = load(file, {"CROSSTIE_MASTODON_TOKEN_2": "second"})
    first, second = settings.secrets.mastodon_tokens
    assert first is None
    assert second is not None
    assert second.get_secret_value() == "second"
    assert settings.mastodon_is_on
    error = one_wrong(tmp_path, instances, CROSSTIE_MASTODON_TOKEN_3="t")
    assert "2 are configured" in error.reason


@pytest.mark.parametrize(
    "environ",
    [
        {"CROSSTIE__DATABASE__URL": "postgresql://bot:p%2Fq@db:5432/crosstie"},
        {
            "CROSSTIE__DATABASE__URL": "postgresql://bot@db:5432/crosstie",
            "CROSSTIE_DATABASE_PASSWORD": "p/q",
        },
    ],
)
def test_a_database_password_is_kept_apart_and_joined_for_connecting(
    environ: dict[str, str],
) -> None:
    settings = load(None, environ)
    assert settings.database.url == "postgresql://bot@db:5432/crosstie"
    assert settings.database_url == "postgresql://bot:p%2Fq@db:5432/crosstie"
    assert "p/q" in settings.secrets.values()


def test_an_sqlite_address_names_its_file() -> None:
    assert Settings().database.sqlite_path == Path("crosstie.db")
    absolute = load(None, {"CROSSTIE__DATABASE__URL": "sqlite:////var/lib/c.db"})
    assert absolute.database.sqlite_path == Path("/var/lib/c.db")


def test_posts_of_x_can_not_be_suggested(tmp_path: Path) -> None:
    error = one_wrong(tmp_path, "[suggestions.suggest_public_posts]\nx = true\n")
    assert error.where.endswith("config.toml")
    assert error.key == "suggestions.suggest_public_posts.x"
    assert "false" in error.reason


def test_compiled_walks_need_numba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    error = one_wrong(tmp_path, "[suggestions]\ncompiled = true\n")
    assert error.key == "suggestions.compiled"
    assert "pip install numba" in error.instead
