"""What every test may ask for: the shared folder, a clock that stands still, ids, chance.

And what no test may do: reach anything beyond this machine.
"""

from __future__ import annotations

import os
import random
import socket
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from bot.clock import ReplayClock
from bot.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ("tests.databases",)

ROOT = Path(__file__).parent.parent

settings.register_profile(
    "crosstie",
    deadline=None,  # two cores, shared by several workers
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("crosstie")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared: the test skips without it, and fails under CROSSTIE_SHARED=required."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        reason = "needs the folder shared/ beside the repository; it is not there"
        if os.environ.get("CROSSTIE_SHARED") == "required":
            pytest.fail(f"{reason} (CROSSTIE_SHARED=required)")
        pytest.skip(reason)
    return folder


@pytest.fixture
def clock() -> ReplayClock:
    """A Wednesday evening in May; it stands still until the test moves it."""
    return ReplayClock(datetime(2026, 5, 13, 18, 0, tzinfo=UTC))


@pytest.fixture
def rng() -> random.Random:
    """The same chance in every run."""
    return random.Random(7)


@pytest.fixture
def ids(clock: ReplayClock, rng: random.Random) -> Ids:
    """Ids of that evening."""
    return Ids(clock, rng)


def _is_here(host: object) -> bool:
    """Whether the host of a socket address is this machine."""
    if host in (None, "", b"", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _nothing_but_loopback() -> Iterator[None]:
    """Closes the network: only unix sockets and loopback are left, names are not looked up."""
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def check(host: object) -> None:
        if not _is_here(host):
            raise PermissionError(f"a test tried to reach {host}: only loopback is open")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield
