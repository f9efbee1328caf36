"""Files that are no code, and what in them must agree with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.model.permissions import PERMISSION_BITS, PERMISSIONS
from bot.settings import Settings

ROOT = Path(__file__).parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_readme_invites_with_exactly_the_permissions_that_are_used() -> None:
    assert f"permissions={PERMISSION_BITS}&" in text("README.md")
    for name in PERMISSIONS:
        assert name in text("README.md")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_a_hash_for_everything_and_no_address(name: str) -> None:
    lock = text(name)
    assert "://" not in lock
    assert "--find-links" not in lock
    for entry in re.split(r"\n(?=[a-z0-9])", lock.partition("\n\n")[0]):
        if "==" in entry:
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "extras", "groups"),
    [
        ("requirements.lock", ["postgres"], []),
        ("requirements-dev.lock", ["postgres", "demo"], ["dev"]),
    ],
)
def test_a_lock_holds_every_dependency(name: str, extras: list[str], groups: list[str]) -> None:
    project = tomllib.loads(text("pyproject.toml"))
    wanted = list(project["project"]["dependencies"])
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    for group in groups:
        wanted += project["dependency-groups"][group]
    locked = set(re.findall(r"^([a-z0-9-]+)==", text(name), re.M))
    names = {re.split(r"[\[<>=~! ]", dependency)[0].replace(".", "-") for dependency in wanted}
    assert names <= locked


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+)", text("CHANGELOG.md"), re.M)
    assert newest is not None
    assert newest[1] == version


def test_the_container_asks_the_port_where_health_is_served() -> None:
    port = Settings().health.listen.rpartition(":")[2]
    assert f"127.0.0.1:{port}/healthz" in text("Dockerfile")
    assert f"EXPOSE {port}" in text("Dockerfile")


def test_everything_that_the_container_copies_passes_its_ignore_file() -> None:
    let_in = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text("Dockerfile"), re.M):
        assert set(copied.split()) <= let_in
        assert all((ROOT / name).exists() for name in copied.split())
