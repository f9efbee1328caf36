"""The rules of the house, kept by walking over the files: who imports whom, how long a file is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Innermost first: what each layer may import beside itself. Imports under TYPE_CHECKING and inside
# functions count too.
_INNER = {"bot.model", "bot.errors"}
_TOP = {"bot.cli", "bot.__main__", "bot.demo", "bot.app", "bot.commands"}
LAYERS: dict[str, set[str]] = {
    "migrations": set(),
    "bot.model": set(),
    "bot.errors": set(),
    "bot.address": set(),
    "bot.clock": set(),
    "bot.log": set(),
    "bot.ids": {"bot.clock"},
    "bot.settings": {*_INNER, "bot.address"},
    "bot.config": {*_INNER, "bot.address", "bot.settings"},
    "bot.engine": {"bot.model"},
    "bot.sources": {*_INNER, "bot.clock", "bot.settings"},
    "bot.store": {*_INNER, "bot.settings", "migrations"},
    "bot.services": {
        *_INNER, "bot.clock", "bot.ids", "bot.settings", "bot.engine", "bot.store",
        "bot.sources.base",
    },
    "bot.texts": {"bot.model"},
    "bot.scheduler": {"bot.errors", "bot.clock", "bot.settings"},
    # texts: the client answers every error, and what it says is in the catalogue.
    "bot.client": {*_INNER, "bot.settings", "bot.services", "bot.scheduler", "bot.texts"},
    "bot.web": {*_INNER, "bot.settings", "bot.services", "bot.texts"},
    "cogs": {
        *_INNER, "bot.settings", "bot.client", "bot.services", "bot.scheduler", "bot.texts",
        "bot.engine.layout",
    },
}  # fmt: skip
_BELOW = set(LAYERS)
LAYERS["bot.app"] = _BELOW - {"cogs"}
LAYERS["bot.commands"] = _BELOW - {"cogs"}
LAYERS["bot.demo"] = {*_BELOW, "bot.app", "bot.commands"}
LAYERS["bot.cli"] = {
    "bot.app", "bot.commands", "bot.demo", "bot.address", "bot.config", "bot.settings",
    "bot.errors", "bot.log",
}  # fmt: skip
LAYERS["bot.__main__"] = {"bot.cli"}

# The only places that may know a third-party library.
DOORS: dict[str, tuple[str, ...]] = {
    "discord": ("bot.client", "cogs", "bot.demo"),
    # Not sources/x.py: that reads archives, and tweepy takes a third of a second to import.
    "tweepy": ("bot.sources.x_api",),
    "aiosqlite": ("bot.store.sqlite",),
    "asyncpg": ("bot.store.postgres",),
    "apscheduler": ("bot.scheduler",),
    "msgspec": ("bot.sources",),
    "networkx": ("bot.engine.matching",),
    "numba": ("bot.engine.compiled",),
    "numpy": ("bot.engine", "bot.commands", "bot.services", "bot.demo"),
    "simcord": ("bot.demo",),
    "PIL": ("cogs.picture", "cogs.plots"),
    "rich": ("bot.commands", "bot.demo"),
}

LONG: dict[str, str] = {
    "benchmarks/three_years.py": "one life, told from its first day to its last",
    "bot/app.py": "the composition: everything is built on one page",
    "bot/model/cards.py": "all that Crosstie can say, one card beside the other",
    "bot/services/prompts.py": "the one place that delivers: its steps are read beside each other",
    "tests/store/test_privacy.py": "one season that fills every table, which every test reads",
    "bot/services/introductions.py": "one state machine: its steps are read beside each other",
}
"""Files that may pass 400 lines, each with its reason."""


def _modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for package in ("bot", "cogs", "migrations"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


@cache
def _imports(module: str) -> frozenset[str]:
    """All that a module imports, as the longest dotted names that are modules where ours."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return frozenset(found)


def _is_in(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


def _layer(module: str) -> str | None:
    return next((layer for layer in LAYERS if _is_in(module, layer)), None)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("bot", "cogs", "migrations", "tests", "benchmarks")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    if module == "bot":
        assert not _imports(module) - {"__future__"}
        return
    layer = _layer(module)
    assert layer is not None, f"{module} is in no known layer"
    allowed = {layer, *LAYERS[layer]}
    if module == "cogs.picture":
        allowed.add("bot.engine.layout")
    elif layer == "cogs":
        allowed.discard("bot.engine.layout")
    breaches = {
        name
        for name in _imports(module)
        if _is_ours(name) and not any(_is_in(name, place) for place in allowed)
    }
    assert not breaches, f"{module} imports {sorted(breaches)}, which {layer} may not"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module: _imports(module) & MODULES.keys() - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        pytest.fail(f"a circle of imports: {' -> '.join(exc.args[1])}")


def test_no_cog_imports_another() -> None:
    cogs = {
        module
        for module, path in MODULES.items()
        if _is_in(module, "cogs") and re.search(r"^async def setup\(", path.read_text(), re.M)
    }
    for module in cogs:
        assert not _imports(module) & cogs - {module}, f"{module} imports another cog"


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_used_behind_its_door_only(library: str) -> None:
    outside = {
        module
        for module in MODULES
        if any(_is_in(name, library) for name in _imports(module))
        and not any(_is_in(module, door) for door in DOORS[library])
    }
    assert not outside, f"{library} is imported in {sorted(outside)}"


def test_the_model_needs_the_standard_library_only() -> None:
    foreign = {
        name
        for module in MODULES
        if _is_in(module, "bot.model")
        for name in _imports(module)
        if not _is_ours(name) and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign


def _tracked() -> list[Path]:
    """Every file that belongs to the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def test_files_stay_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_bytes().splitlines())
        for path in _tracked()
        if path.suffix in (".py", ".sql")
    }
    too_long = {name: n for name, n in lengths.items() if n > 500}
    assert not too_long, "over 500 lines: divide them"
    unexplained = {name: n for name, n in lengths.items() if n > 400 and name not in LONG}
    assert not unexplained, "over 400 lines: divide them, or give a reason in LONG"
    assert LONG.keys() <= lengths.keys(), "a reason for a file that is gone"


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    # Written in two halves, so that this file passes its own test.
    halves = [
        ("pypi.", "org"), ("pythonhosted.", "org"), ("npmjs.", "org"), ("/work", "/"),
        ("/tmp/", "h/"), ("/opt/", "pypi"), ("/opt/", "wheels"), (".lib", "rary/"),
    ]  # fmt: skip
    words = ["".join(pair) for pair in halves]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in _tracked()
        for text in [path.read_bytes().decode("utf-8", "replace")]
        for word in words
        if word in text
    ]
    assert not found


def _is_command(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "command"
    )


def _undescribed(tree: ast.Module) -> list[str]:
    """The slash commands, groups and parameters of a cog that say nothing about themselves."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
            for call in filter(_is_command, calls):
                if not ast.get_docstring(node) and not _has(call, "description"):
                    found.append(node.name)
                described = {
                    keyword.arg
                    for other in calls
                    if isinstance(other.func, ast.Attribute) and other.func.attr == "describe"
                    for keyword in other.keywords
                }
                asked = [arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)]
                found += [
                    f"{node.name}({arg})"
                    for arg in asked
                    if arg not in ("self", "interaction") and arg not in described
                ]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("app_commands.Group")
            and not _has(node, "description")
        ):
            found.append(ast.unparse(node))
    return sorted(found)


def _has(call: ast.Call, keyword: str) -> bool:
    return any(k.arg == keyword for k in call.keywords)


def test_every_slash_command_and_parameter_is_described() -> None:
    for module, path in MODULES.items():
        if _is_in(module, "cogs"):
            assert not _undescribed(ast.parse(path.read_text("utf-8"))), module


def test_an_undescribed_command_is_found() -> None:
    cog = """
@app_commands.command()
async def bare(self, interaction, zone): ...

@group.command(description="Adds")
@app_commands.describe(zone="Where")
async def good(self, interaction, zone): ...

group = app_commands.Group(name="chat")
"""
    assert _undescribed(ast.parse(cog)) == [
        "app_commands.Group(name='chat')",
        "bare",
        "bare(zone)",
    ]
