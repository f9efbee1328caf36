"""The configuration: a TOML file, then the environment, checked and frozen.

A setting `[section] key` is overridden by the variable `CROSSTIE__SECTION__KEY`. Secrets never
stand in the file: each comes from a variable of its own, or from the file that `..._FILE` names.
What is wrong is said with its place, its key, the reason, and what to write instead.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import unquote, urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr, ValidationError

from bot.address import DEFAULT_FILE
from bot.errors import ConfigError
from bot.settings import DISCORD_TOKEN, FileSections, Secrets, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

__all__ = ["DEFAULT_FILE", "Settings", "load", "read"]

_PREFIX = "CROSSTIE__"
_X_TOKEN = "CROSSTIE_X_BEARER_TOKEN"  # noqa: S105 the name, not the token
_BLUESKY_PASSWORD = "CROSSTIE_BLUESKY_APP_PASSWORD"  # noqa: S105 the name, not the password
_DATABASE_PASSWORD = "CROSSTIE_DATABASE_PASSWORD"  # noqa: S105 the name, not the password
_MASTODON_TOKEN = "CROSSTIE_MASTODON_TOKEN_"  # noqa: S105 the name, not the token
_SECRET_KEYS = {
    "token": DISCORD_TOKEN,
    "discord_token": DISCORD_TOKEN,
    "bearer_token": _X_TOKEN,
    "access_token": f"{_MASTODON_TOKEN}1",
    "app_password": _BLUESKY_PASSWORD,
    "password": _DATABASE_PASSWORD,
}
"""Keys that people would try to put into the file, and where they belong."""


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a file (`config.toml`, where it exists, for None) and the environment.

    Raises:
        ConfigError: the first thing that is wrong; `read` gives all of them.
    """
    settings, wrong = read(path, environ)
    if settings is None:
        raise wrong[0]
    return settings


def read(
    path: Path | None, environ: Mapping[str, str]
) -> tuple[Settings | None, list[ConfigError]]:
    """The settings, or None and everything that is wrong with them."""
    try:
        raw = _parsed(path)
    except ConfigError as unreadable:
        return None, [unreadable]
    origin = _Origin(str(path or DEFAULT_FILE))
    wrong = _passwords_in(raw, origin)
    _override(raw, environ, origin)
    try:
        sections = FileSections.model_validate(raw)
    except ValidationError as exc:
        return None, wrong + _explained(exc.errors(include_url=False), origin)
    secrets, wrong_secrets = _secrets(environ, len(sections.sources.mastodon.instances))
    settings = _settings(sections, secrets)
    wrong += wrong_secrets + _missing(settings, origin)
    return (None if wrong else settings), wrong


@dataclass(slots=True)
class _Origin:
    """Where each setting was written, so that an error can say it."""

    file: str
    variables: dict[str, str] = field(default_factory=dict)
    """The environment variable that gave a setting, by the setting's dotted name."""

    def error(
        self, key: str, reason: str, instead: str = "", example: object = None
    ) -> ConfigError:
        """The error about a setting; with an `example`, `instead` shows how to write that."""
        variable = self.variables.get(key)
        if example is not None:
            table, _, name = key.rpartition(".")
            plain = example if isinstance(example, str) else _toml(example)
            instead = (
                f"set {variable}={plain}"
                if variable
                else f"write {name} = {_toml(example)} under {_heading(table)}"
            )
        return ConfigError(
            "environment" if variable else self.file, variable or key, reason, instead
        )


def _heading(table: str) -> str:
    """How TOML writes the heading of a section, or of an item of a list of them."""
    bare = re.sub(r"\[\d+\]$", "", table)
    return f"[{table}]" if bare == table else f"[[{bare}]]"


def _toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _parsed(path: Path | None) -> dict[str, Any]:
    """What the file holds; nothing where no file was named and the default one is missing."""
    file = path or DEFAULT_FILE
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as exc:
        if path is None:
            return {}
        instead = "copy config.example.toml there, or leave --config out to run on the defaults"
        raise ConfigError(str(file), "--config", "there is no such file", instead) from exc
    except OSError as exc:
        reason = f"can not be read ({exc.strerror or exc})"
        raise ConfigError(str(file), "--config", reason, "name a file that can") from exc
    except ValueError as exc:  # not UTF-8, or not TOML: both say where
        instead = "write it as in config.example.toml"
        raise ConfigError(str(file), "syntax", f"is not TOML: {exc}", instead) from exc


def _passwords_in(raw: dict[str, Any], origin: _Origin) -> list[ConfigError]:
    """The file is copied and shown to people: a password in its address is refused."""
    database = raw.get("database")
    url = database.get("url") if isinstance(database, dict) else None
    if not isinstance(url, str) or not _password_of(url):
        return []
    instead = f"leave it out there, and set {_DATABASE_PASSWORD} or {_DATABASE_PASSWORD}_FILE"
    return [origin.error("database.url", "holds a password", instead)]


def _password_of(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:  # no address at all: the check of the setting says so
        return None


def _override(raw: dict[str, Any], environ: Mapping[str, str], origin: _Origin) -> None:
    """Puts `CROSSTIE__SECTION__KEY` variables over what the file says.

    A value is read as TOML where it is TOML (3, true, ["a"]), else taken as the text it is.
    """
    for variable, text in sorted(environ.items()):
        if not variable.startswith(_PREFIX):
            continue
        steps = variable.removeprefix(_PREFIX).lower().split("__")
        try:
            value: object = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        node: Any = raw
        for step in steps[:-1]:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                break  # the file gives a value where a section belongs: that is told, not this
        else:
            node[steps[-1]] = value
            origin.variables[".".join(steps)] = variable


def _explained(errors: Sequence[ErrorDetails], origin: _Origin) -> list[ConfigError]:
    """One error of ours for each setting that pydantic has refused."""
    wrong: dict[str, ConfigError] = {}
    reasons: dict[str, list[str]] = {}
    for error in errors:
        key, info, siblings = _place(error["loc"])
        if error["type"] == "extra_forbidden":
            wrong[key] = _unknown(key, siblings, origin)
            continue
        if error["type"] == "value_error":
            reasons[key] = [str(error["ctx"]["error"])]
        elif error["type"] == "missing":
            reasons[key] = ["is missing"]
        else:
            expected = error["msg"].removeprefix("Input should be ").replace("'", '"')
            known = reasons.setdefault(key, [])
            known.append(f"or {expected}" if known else f"should be {expected}")
        reason = " ".join(reasons[key])
        if info is not None and _model_of(info.annotation) and not info.examples:
            wrong[key] = origin.error(
                key, "should be a section", f"write [{key}] and its settings below"
            )
            continue
        example = None
        if info is not None:
            example = (
                info.examples[0] if info.examples else info.get_default(call_default_factory=True)
            )
        wrong[key] = origin.error(key, reason, "see config.example.toml", example)
    return list(wrong.values())


def _place(loc: Sequence[int | str]) -> tuple[str, FieldInfo | None, list[str]]:
    """The dotted name of the setting at a place, its field, and the names beside it."""
    model: type[BaseModel] | None = FileSections
    key, info, siblings = "", None, []
    for step in loc:
        if isinstance(step, int):
            key += f"[{step}]"
        elif model is None:
            break  # deeper is only which branch of a union was tried
        else:
            siblings = list(model.model_fields)
            info = model.model_fields.get(step)
            key = f"{key}.{step}" if key else step
            model = _model_of(info.annotation) if info else None
    return key, info, siblings


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The section in a type, also as the item of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_of, get_args(annotation))), None)


def _unknown(key: str, siblings: Sequence[str], origin: _Origin) -> ConfigError:
    table, _, name = key.rpartition(".")
    if variable := _SECRET_KEYS.get(name):
        reason = "is a secret, and secrets do not belong in the configuration"
        return origin.error(
            key, reason, f"set {variable}, or {variable}_FILE to the file that holds it"
        )
    if close := difflib.get_close_matches(name, siblings, 1):
        right = f"{table}.{close[0]}" if table else close[0]
        if key in origin.variables:
            right = _PREFIX + right.replace(".", "__").upper()
        return origin.error(key, "is no setting", f"did you mean {right}?")
    what = f"[{table}] has" if table else "the sections are"
    return origin.error(key, "is no setting", f"{what} {', '.join(siblings)}")


def _secrets(environ: Mapping[str, str], instances: int) -> tuple[Secrets, list[ConfigError]]:
    """The secrets, and what is wrong with how they were given."""
    wrong: list[ConfigError] = []

    def secret(name: str) -> SecretStr | None:
        try:
            return _secret(environ, name)
        except ConfigError as exc:
            wrong.append(exc)
            return None

    mastodon = [f"{_MASTODON_TOKEN}{n}" for n in range(1, instances + 1)]
    secrets = Secrets(
        discord_token=secret(DISCORD_TOKEN),
        x_bearer_token=secret(_X_TOKEN),
        bluesky_app_password=secret(_BLUESKY_PASSWORD),
        mastodon_tokens=tuple(secret(name) for name in mastodon),
        database_password=secret(_DATABASE_PASSWORD),
    )
    names = [DISCORD_TOKEN, _X_TOKEN, _BLUESKY_PASSWORD, _DATABASE_PASSWORD, *mastodon]
    names += [f"{name}_FILE" for name in names]
    for variable in sorted(environ):
        if variable in names or variable.startswith(_PREFIX):
            continue
        if re.fullmatch(rf"{_MASTODON_TOKEN}\d+(_FILE)?", variable):
            reason = f"has no instance: {instances} are configured, counted from 1"
            instead = "add the instance to [sources.mastodon] instances, or correct the number"
            wrong.append(ConfigError("environment", variable, reason, instead))
        elif variable.startswith("CROSSTIE_") and (
            close := difflib.get_close_matches(variable, names, 1, 0.85)
        ):
            wrong.append(
                ConfigError("environment", variable, "is no setting", f"did you mean {close[0]}?")
            )
    return secrets, wrong


def _secret(environ: Mapping[str, str], name: str) -> SecretStr | None:
    """A secret from its variable, or from the file that its `..._FILE` variable names."""
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value and file:
        reason = f"is set, and so is {name}_FILE"
        raise ConfigError("environment", name, reason, "keep one of the two")
    if file:
        try:
            value = Path(file).read_text("utf-8")
        except (OSError, ValueError) as exc:
            reason = (
                f"names {file}, which can not be read ({getattr(exc, 'strerror', None) or exc})"
            )
            instead = "name a text file that holds nothing but the secret"
            raise ConfigError("environment", f"{name}_FILE", reason, instead) from exc
        if not value.strip():
            instead = "write the secret into it, and nothing else"
            raise ConfigError(
                "environment", f"{name}_FILE", f"names {file}, which is empty", instead
            )
    return SecretStr(value.strip()) if value and value.strip() else None


def _settings(sections: FileSections, secrets: Secrets) -> Settings:
    """The whole; a password in the database's address (from the environment) joins the secrets."""
    database = sections.database
    if password := _password_of(database.url):
        parts = urlsplit(database.url)
        name, _, host = parts.netloc.rpartition("@")
        bare = urlunsplit(parts._replace(netloc=f"{name.partition(':')[0]}@{host}"))
        database = database.model_copy(update={"url": bare})
        if secrets.database_password is None:
            found = {"database_password": SecretStr(unquote(password))}
            secrets = secrets.model_copy(update=found)
    given = {name: getattr(sections, name) for name in FileSections.model_fields}
    return Settings(**given | {"database": database, "secrets": secrets})


def _missing(settings: Settings, origin: _Origin) -> list[ConfigError]:
    """What was turned on without what it needs."""
    wrong = []
    x, mastodon = settings.sources.x, settings.sources.mastodon
    handle, password = settings.sources.bluesky.handle, settings.secrets.bluesky_app_password
    if (handle is None) != (password is None):
        key, lacks = ("sources.bluesky.handle", _BLUESKY_PASSWORD)
        if handle is None:
            instead = "give the handle of the account that made the app password"
            wrong.append(origin.error(key, f"is missing beside {lacks}", instead))
        else:
            instead = f"set {lacks} to an app password of that account, or leave the handle out"
            wrong.append(origin.error(key, f"is given without {lacks}", instead))
    if settings.suggestions.compiled and importlib.util.find_spec("numba") is None:
        instead = "pip install numba, or write compiled = false"
        wrong.append(origin.error("suggestions.compiled", "is true without numba", instead))
    if x.enabled is True and not settings.x_is_on:
        lacks = "a monthly_budget_usd" if settings.secrets.x_bearer_token else f"{_X_TOKEN}"
        instead = f'give {lacks}, or write enabled = "auto"'
        wrong.append(origin.error("sources.x.enabled", f"is true without {lacks}", instead))
    if mastodon.enabled is True and not settings.mastodon_is_on:
        lacks = f"{_MASTODON_TOKEN}1" if mastodon.instances else "instances"
        instead = f'give {lacks}, or write enabled = "auto"'
        wrong.append(origin.error("sources.mastodon.enabled", f"is true without {lacks}", instead))
    return wrong
