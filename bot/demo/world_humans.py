"""What humans do in the local Discord, as the gateway events that Discord would make of it.

Each function checks what the real client would refuse (a command that is not synced or not
visible, a button that is not there or disabled) and returns the interaction and its event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcord import _modal, interactions
from simcord.backend import serializers
from simcord.backend.access import channel_accessible, message_accessible
from simcord.backend.command_access import command_access
from simcord.backend.errors import SetupError
from simcord.components import walk_components
from simcord.enums import SELECT_TYPES, AppCommandType, ComponentType, InteractionType, OptionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simcord.backend.models import Interaction, Message

    from bot.demo.world_rules import LocalDiscord

    Asked = tuple[Interaction, dict[str, Any]]

_PEOPLE = (OptionType.USER, OptionType.MENTIONABLE)
_LINK_STYLES = (5, 6)


def use_command(
    world: LocalDiscord, user_id: int, channel_id: int, path: str, options: Mapping[str, Any]
) -> Asked:
    """`/path` with options; people, channels and roles are given by their ids."""
    root, leaf, nesting = _command(world, user_id, channel_id, path)
    built, resolved = _options(world, user_id, channel_id, path, leaf, options)
    for option in leaf.get("options") or []:
        if option.get("required") and option["name"] not in options:
            raise SetupError(f"/{path} requires {option['name']}")
    data = _command_data(root, interactions.nest_options(root, nesting, built), resolved)
    return _ask(world, InteractionType.APPLICATION_COMMAND, user_id, channel_id, data)


def type_into(
    world: LocalDiscord,
    user_id: int,
    channel_id: int,
    path: str,
    option: str,
    text: str,
    filled: Mapping[str, Any],
) -> Asked:
    """The autocomplete question that Discord sends while somebody types into an option."""
    root, leaf, nesting = _command(world, user_id, channel_id, path)
    declared = {known["name"]: known for known in leaf.get("options") or []}
    focused = declared.get(option)
    if focused is None or not focused.get("autocomplete"):
        raise SetupError(f"/{path} has no option {option!r} with autocomplete: {sorted(declared)}")
    built, _resolved = _options(world, user_id, channel_id, path, leaf, filled)
    built.append({"name": option, "type": focused["type"], "value": text, "focused": True})
    data = _command_data(root, interactions.nest_options(root, nesting, built), {})
    kind = InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
    return _ask(world, kind, user_id, channel_id, data)


def use_menu(
    world: LocalDiscord, user_id: int, channel_id: int, name: str, target_id: int
) -> Asked:
    """A context menu on a person or on a message of the channel, whichever has that id."""
    message = world.messages.get(channel_id, {}).get(target_id)
    resolved: dict[str, dict[str, Any]] = {}
    if message is None:
        kind = AppCommandType.USER
        _resolve(world, user_id, channel_id, OptionType.USER, target_id, resolved)
    else:
        kind = AppCommandType.MESSAGE
        payload = dict(serializers.message_payload(world, message))
        resolved["messages"] = {str(target_id): payload}
    root = _root(world, user_id, channel_id, name, kind)
    data = {
        "id": root["id"],
        "name": name,
        "type": int(kind),
        "target_id": str(target_id),
        "resolved": resolved,
    }
    return _ask(world, InteractionType.APPLICATION_COMMAND, user_id, channel_id, data)


def press(
    world: LocalDiscord,
    user_id: int,
    channel_id: int,
    message_id: int,
    *,
    custom_id: str | None,
    label: str | None,
) -> Asked:
    """A click on the one button with that custom id or label."""
    message = _message(world, user_id, channel_id, message_id)
    button = _component(message, (ComponentType.BUTTON,), custom_id=custom_id, label=label)
    if button.get("style") in _LINK_STYLES:
        raise SetupError("a link does not ask the bot")
    data = {"custom_id": button["custom_id"], "component_type": int(ComponentType.BUTTON)}
    return _from_component(world, user_id, message, data)


def choose(
    world: LocalDiscord,
    user_id: int,
    channel_id: int,
    message_id: int,
    values: Sequence[str | int],
    *,
    custom_id: str | None,
) -> Asked:
    """Values of a select: texts, or ids of people, roles, channels."""
    message = _message(world, user_id, channel_id, message_id)
    menu = _component(message, SELECT_TYPES, custom_id=custom_id, label=None)
    low, high = menu.get("min_values", 1), menu.get("max_values", 1)
    if not low <= len(values) <= high or len(set(values)) != len(values):
        raise SetupError(f"the menu takes {low} to {high} different values, got {list(values)}")
    data: dict[str, Any] = {"custom_id": menu["custom_id"], "component_type": int(menu["type"])}
    data["values"] = [str(value) for value in values]
    if menu["type"] == ComponentType.STRING_SELECT:
        known = [option["value"] for option in menu.get("options") or []]
        if strange := sorted(set(data["values"]) - set(known)):
            raise SetupError(f"the menu has no {strange}, only {known}")
    else:
        resolved: dict[str, dict[str, Any]] = {}
        option_type = {
            ComponentType.USER_SELECT: OptionType.USER,
            ComponentType.ROLE_SELECT: OptionType.ROLE,
            ComponentType.CHANNEL_SELECT: OptionType.CHANNEL,
            ComponentType.MENTIONABLE_SELECT: OptionType.MENTIONABLE,
        }[ComponentType(menu["type"])]
        for value in values:
            _resolve(world, user_id, channel_id, option_type, int(value), resolved)
        data["resolved"] = resolved
    return _from_component(world, user_id, message, data)


def fill_in(
    world: LocalDiscord, user_id: int, shown: Interaction, values: Mapping[str, Any]
) -> Asked:
    """A modal sent off, by custom id: texts, lists of a string select, booleans of a checkbox."""
    if shown.user_id != user_id or shown.modal is None or shown.modal_consumed:
        raise SetupError("there is no open modal in front of this person")
    controls = set(_modal._modal_control_map(shown.modal))
    if strange := sorted(set(values) - controls):
        raise SetupError(f"the modal has no {strange}, only {sorted(controls)}")
    nodes = _modal._modal_submit_nodes(
        shown.modal["components"], None, dict(values), {}, shown.channel_id, []
    )
    shown.modal_consumed = True
    data = {"custom_id": shown.modal["custom_id"], "components": nodes}
    extra, source = None, shown.source_message_id
    if source is not None:
        message = world.get_message(shown.channel_id, source)
        extra = {"message": dict(serializers.message_payload(world, message))}
    kind = InteractionType.MODAL_SUBMIT
    return _ask(world, kind, user_id, shown.channel_id, data, extra=extra, source=source)


def components_of(message: Message) -> Iterator[dict[str, Any]]:
    """Every component of a message, nested ones too, in the order of the wire."""
    return walk_components(message.components)


# --- how the events are made ---------------------------------------------------------------------


def _root(
    world: LocalDiscord, user_id: int, channel_id: int, name: str, kind: AppCommandType
) -> dict[str, Any]:
    guild_id = world.get_channel(channel_id).guild_id
    root = world.find_command(name, guild_id, type=kind)
    if root is None:
        known = sorted(name for scope in world.commands.values() for name, _kind in scope)
        raise SetupError(f"no command {name!r} is synced; known: {known}")
    access = command_access(world, root, user_id=user_id, channel_id=channel_id)
    if not access.allowed:
        raise SetupError(f"/{name} is not shown to this person here: {access.reason}")
    return root


def _command(
    world: LocalDiscord, user_id: int, channel_id: int, path: str
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    first, *rest = path.split()
    root = _root(world, user_id, channel_id, first, AppCommandType.CHAT_INPUT)
    leaf, nesting = interactions.walk_to_subcommand(root, rest)
    return root, leaf, nesting


def _command_data(
    root: dict[str, Any], options: list[dict[str, Any]], resolved: dict[str, Any]
) -> dict[str, Any]:
    data = {"id": root["id"], "name": root["name"], "type": root["type"], "options": options}
    if resolved:
        data["resolved"] = resolved
    if root.get("guild_id"):
        data["guild_id"] = root["guild_id"]
    return data


def _options(
    world: LocalDiscord,
    user_id: int,
    channel_id: int,
    path: str,
    leaf: dict[str, Any],
    given: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    declared = {option["name"]: option for option in leaf.get("options") or []}
    built: list[dict[str, Any]] = []
    resolved: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        if name not in declared:
            raise SetupError(f"/{path} has no option {name!r}, only {sorted(declared)}")
        option = declared[name]
        kind = OptionType(option["type"])
        if kind in (*_PEOPLE, OptionType.CHANNEL, OptionType.ROLE):
            _resolve(world, user_id, channel_id, kind, int(value), resolved)
            sent: Any = str(value)
        elif kind == OptionType.ATTACHMENT:
            filename, content = value
            sent = interactions.store_interaction_attachment(
                world, channel_id, filename, content, resolved
            )
        else:
            sent = interactions.validate_option_value(path, option, value)
        built.append({"name": name, "type": int(kind), "value": sent})
    return built, resolved


def _resolve(
    world: LocalDiscord,
    user_id: int,
    channel_id: int,
    kind: OptionType,
    target_id: int,
    resolved: dict[str, dict[str, Any]],
) -> None:
    """Puts the thing with that id into `resolved`, in the shape that Discord sends."""
    guild_id = world.get_channel(channel_id).guild_id
    guild = world.guilds[guild_id] if guild_id is not None else None
    wire = str(target_id)
    if kind in _PEOPLE and target_id in world.users:
        user = serializers.user_payload(world.get_user(target_id))
        resolved.setdefault("users", {})[wire] = dict(user)
        if guild is not None and target_id in guild.members:
            member = serializers.member_payload(
                world, guild, guild.members[target_id], with_user=False
            )
            permissions = str(world.compute_permissions(guild.id, target_id, channel_id))
            resolved.setdefault("members", {})[wire] = {**member, "permissions": permissions}
    elif kind in (OptionType.ROLE, OptionType.MENTIONABLE) and guild is not None:
        role = serializers.role_payload(guild.roles[target_id])
        resolved.setdefault("roles", {})[wire] = dict(role)
    elif kind == OptionType.CHANNEL and guild is not None:
        channel = world.get_channel(target_id)
        payload = dict(serializers.channel_payload(world, channel))
        payload["permissions"] = str(world.compute_permissions(guild.id, user_id, target_id))
        resolved.setdefault("channels", {})[wire] = payload
    else:
        raise SetupError(f"nothing here has the id {target_id}")


def _message(world: LocalDiscord, user_id: int, channel_id: int, message_id: int) -> Message:
    message = world.get_message(channel_id, message_id)
    if not message_accessible(world, channel_id, message, user_id):
        raise SetupError("this person can not see that message")
    return message


def _component(
    message: Message, kinds: Sequence[int], *, custom_id: str | None, label: str | None
) -> dict[str, Any]:
    there = [part for part in components_of(message) if part.get("type") in kinds]
    found = [
        part
        for part in there
        if (custom_id is None or part.get("custom_id") == custom_id)
        and (label is None or part.get("label") == label)
    ]
    if len(found) != 1:
        shown = [(part.get("label"), part.get("custom_id")) for part in there]
        raise SetupError(f"{len(found)} components fit {(label, custom_id)}; there are {shown}")
    if found[0].get("disabled"):
        raise SetupError("that component is disabled")
    return found[0]


def _from_component(
    world: LocalDiscord, user_id: int, message: Message, data: dict[str, Any]
) -> Asked:
    extra = {"message": dict(serializers.message_payload(world, message))}
    kind, channel_id = InteractionType.MESSAGE_COMPONENT, message.channel_id
    return _ask(world, kind, user_id, channel_id, data, extra=extra, source=message.id)


def _ask(
    world: LocalDiscord,
    kind: InteractionType,
    user_id: int,
    channel_id: int,
    data: dict[str, Any],
    *,
    extra: dict[str, Any] | None = None,
    source: int | None = None,
) -> Asked:
    if not channel_accessible(world, channel_id, user_id):
        raise SetupError("this person can not see that channel")
    guild_id = world.get_channel(channel_id).guild_id
    record, payload = interactions.base_payload(
        world, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=user_id, data=data
    )
    payload["locale"] = world.locales.get(user_id, "en-US")
    owner = {"1": str(user_id)} if guild_id is None else {"0": str(guild_id)}
    payload["authorizing_integration_owners"] = owner
    if guild_id is not None:
        payload["guild_locale"] = world.guilds[guild_id].preferred_locale
        payload["guild"] = {"id": str(guild_id), "locale": payload["guild_locale"], "features": []}
    record.source_message_id = source
    payload.update(extra or {})
    return record, payload
