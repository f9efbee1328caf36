"""The limits that Discord enforces but its OpenAPI document lacks.

Numbers from Discord's developer documentation: message, component, embed, application command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_V2 = 1 << 15
_ROW, _BUTTON, _SELECTS, _TEXT = 1, 2, (3, 5, 6, 7, 8), 10
_LINK, _PREMIUM = 5, 6
_SUBCOMMANDS = (1, 2)
_MESSAGE_CALLBACKS = (4, 7)
_AUTOCOMPLETE = 8
_COMMAND_NAME = re.compile(r"^[-_'\w]{1,32}$")  # \w: letters and digits of every script
_MESSAGE_PATHS = re.compile(
    r"^(/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/[^/]+)?)$"
)


def faults_of(method: str, path: str, body: Any, *, files: int) -> list[str]:
    """What Discord would refuse in this body, beyond its document."""
    return list(_faults(method, path, body, files))


def _faults(method: str, path: str, body: Any, files: int) -> Iterator[str]:
    if path.endswith("/commands") and method == "PUT" and isinstance(body, list):
        yield from _commands(body)
    if not isinstance(body, dict):
        return
    if path.endswith("/callback"):
        data = body.get("data") or {}
        if body.get("type") in _MESSAGE_CALLBACKS:
            yield from _message(data, files, whole=body["type"] == _MESSAGE_CALLBACKS[0])
        elif body.get("type") == _AUTOCOMPLETE and len(data.get("choices") or ()) > 25:
            yield "more than 25 choices"
    elif _MESSAGE_PATHS.match(path) and method in ("POST", "PATCH"):
        yield from _message(body, files, whole=method == "POST")
    elif path.endswith("/threads") and method == "POST":
        yield from _length(body.get("name"), 1, 100, "thread name")
    elif path.endswith("/scheduled-events") and method == "POST":
        yield from _event(body)


def _message(body: Mapping[str, Any], files: int, *, whole: bool) -> Iterator[str]:
    content, embeds = body.get("content") or "", body.get("embeds") or []
    parts = body.get("components") or []
    v2 = bool((body.get("flags") or 0) & _V2)
    if whole and not (content.strip() or embeds or parts or files or body.get("sticker_ids")):
        yield "an empty message"
    if len(content) > 2000:
        yield f"content of {len(content)} characters, more than 2000"
    if (size := sum(map(_embed_size, embeds))) > 6000:
        yield f"embeds of {size} characters, more than 6000"
    if body.get("nonce") is not None and len(str(body["nonce"])) > 25:
        yield "a nonce of more than 25 characters"
    every = list(_walk(parts))
    if v2:
        if content or embeds:
            yield "components v2 together with content or embeds"
        if len(every) > 40:
            yield f"{len(every)} components, more than 40"
        if (size := sum(len(p.get("content") or "") for p in every if p["type"] == _TEXT)) > 4000:
            yield f"{size} characters of text, more than 4000"
    else:
        if len(parts) > 5:
            yield f"{len(parts)} action rows, more than 5"
        if any(part.get("type") != _ROW for part in parts):
            yield "components outside of action rows without the flag for components v2"
    yield from _components(every)


def _components(every: list[dict[str, Any]]) -> Iterator[str]:
    ids = [part["custom_id"] for part in every if part.get("custom_id") is not None]
    if doubled := sorted({i for i in ids if ids.count(i) > 1}):
        yield f"custom_ids used twice: {doubled}"
    for custom_id in ids:
        yield from _length(custom_id, 1, 100, "custom_id")
    for part in every:
        if part["type"] == _ROW:
            yield from _row(part.get("components") or [])
        elif part["type"] == _BUTTON:
            yield from _button(part)
        elif part["type"] in _SELECTS:
            yield from _select(part)


def _row(children: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(children) <= 5:
        yield f"{len(children)} components in an action row"
    if len(children) > 1 and any(child["type"] in _SELECTS for child in children):
        yield "a select that shares its row"


def _button(part: Mapping[str, Any]) -> Iterator[str]:
    if not part.get("label") and not part.get("emoji") and part.get("style") != _PREMIUM:
        yield "a button without label and emoji"
    yield from _length(part.get("label") or "", 0, 80, "button label")
    is_link = part.get("style") == _LINK
    if is_link != bool(part.get("url")) or (is_link and part.get("custom_id")):
        yield "a link button needs a url and no custom_id, another button the reverse"


def _select(part: Mapping[str, Any]) -> Iterator[str]:
    options = part.get("options") or []
    if part["type"] == _SELECTS[0] and not 1 <= len(options) <= 25:
        yield f"a select with {len(options)} options"
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        yield "a select with the same value twice"
    for option in options:
        yield from _length(option.get("label"), 1, 100, "label of an option")
        yield from _length(option.get("value"), 1, 100, "value of an option")
        yield from _length(option.get("description") or "", 0, 100, "description of an option")
    yield from _length(part.get("placeholder") or "", 0, 150, "placeholder")
    if (part.get("max_values") or 1) > max(len(options), 1) and part["type"] == _SELECTS[0]:
        yield "a select that wants more values than it has"


def _commands(commands: list[dict[str, Any]]) -> Iterator[str]:
    names = [(command.get("type", 1), command.get("name")) for command in commands]
    if len(set(names)) != len(names):
        yield "two commands of one name"
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        if sum(known == kind for known, _name in names) > most:
            yield f"more than {most} commands of type {kind}"
    for command in commands:
        if command.get("type", 1) == 1:
            yield from _command(command, depth=0)
            if (size := _command_size(command)) > 8000:
                yield f"/{command['name']} has {size} characters, more than 8000"
        else:
            yield from _length(command.get("name"), 1, 32, "name of a context menu")
            if command.get("description"):
                yield f"the context menu {command['name']!r} has a description"


def _command(node: Mapping[str, Any], *, depth: int) -> Iterator[str]:
    name, options = str(node.get("name")), node.get("options") or []
    if not _COMMAND_NAME.match(name) or name != name.lower():
        yield f"{name!r} is no name for a command or option"
    yield from _length(node.get("description"), 1, 100, f"description of {name}")
    if len(options) > 25 or len(node.get("choices") or ()) > 25:
        yield f"{name} has more than 25 options or choices"
    if len({option.get("name") for option in options}) != len(options):
        yield f"{name} has two options of one name"
    required = [bool(o.get("required")) for o in options if o.get("type") not in _SUBCOMMANDS]
    if required != sorted(required, reverse=True):
        yield f"{name} has a required option after an optional one"
    if depth > 2:
        yield f"{name} is nested too deeply"
    for option in options:
        yield from _command(option, depth=depth + 1)


def _event(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _length(body.get("name"), 1, 100, "name of an event")
    if body.get("entity_type") == 3:
        place = (body.get("entity_metadata") or {}).get("location")
        yield from _length(place, 1, 100, "location of an event")
        if not body.get("scheduled_end_time"):
            yield "an external event without an end"


def _walk(parts: Any) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield part
        yield from _walk(part.get("components") or ())
        if isinstance(part.get("accessory"), dict):
            yield from _walk([part["accessory"]])


def _embed_size(embed: Mapping[str, Any]) -> int:
    own = len(embed.get("title") or "") + len(embed.get("description") or "")
    own += len((embed.get("footer") or {}).get("text") or "")
    own += len((embed.get("author") or {}).get("name") or "")
    return own + sum(len(f["name"]) + len(f["value"]) for f in embed.get("fields") or ())


def _command_size(node: Mapping[str, Any]) -> int:
    own = len(str(node.get("name") or "")) + len(str(node.get("description") or ""))
    own += sum(len(c["name"]) + len(str(c["value"])) for c in node.get("choices") or ())
    return own + sum(_command_size(option) for option in node.get("options") or ())


def _length(value: Any, low: int, high: int, what: str) -> Iterator[str]:
    if not isinstance(value, str) or not low <= len(value) <= high:
        yield f"{what} {str(value)[:40]!r}: {low} to {high} characters"
