"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_test_can_not_connect_beyond_this_machine() -> None:
    with (
        socket.socket() as outside,
        pytest.raises(PermissionError, match=r"192\.0\.2\.1"),
    ):
        outside.connect(("192.0.2.1", 80))


def test_a_test_can_not_look_up_a_foreign_name() -> None:
    with pytest.raises(PermissionError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_loopback_is_open() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()


def test_the_shared_folder_holds_the_architecture(shared: Path) -> None:
    assert (shared / "architecture.md").is_file()
