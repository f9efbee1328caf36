"""Faults on demand: what the sandbox answers instead of what it should."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any


@dataclass(slots=True)
class Fault:
    """One kind of trouble for requests that fit `method` and the pattern `path`.

    `left` counts down; None means until it is taken away. `status` 429 answers as Discord's rate
    limit does. `gate` holds the answer of a request that was carried out, or, with `before`, the
    request itself, which is lost if its sender dies meanwhile.
    """

    method: str
    path: str
    left: int | None = 1
    status: int | None = None
    retry_after_s: float = 0.05
    is_global: bool = False
    delay_s: float = 0.0
    gate: Gate | None = None
    before: bool = False
    hits: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether it is this request's turn."""
        if self.left is not None and self.left <= 0:
            return False
        return self.method in (method, "*") and fnmatch(path, self.path)


class Gate:
    """Holds a request or its answer: the moment to kill the bot."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()

    async def hold(self) -> None:
        """Waits until `release`."""
        self.reached.set()
        await self._open.wait()

    def release(self) -> None:
        """Lets the answer go, to whoever is still there."""
        self._open.set()


@dataclass
class Faults:
    """The trouble that is planned, the first that fits counts."""

    planned: list[Fault] = field(default_factory=list)

    def rate_limit(
        self,
        method: str = "*",
        path: str = "*",
        *,
        times: int | None = 1,
        retry_after_s: float = 0.05,
        is_global: bool = False,
    ) -> Fault:
        """The next requests get 429."""
        return self._plan(
            method,
            path,
            left=times,
            status=429,
            retry_after_s=retry_after_s,
            is_global=is_global,
        )

    def fail(
        self, method: str = "*", path: str = "*", *, status: int = 502, times: int | None = 1
    ) -> Fault:
        """The next requests get a status and are not carried out."""
        return self._plan(method, path, left=times, status=status)

    def slow(
        self, method: str = "*", path: str = "*", *, by_s: float, times: int | None = 1
    ) -> Fault:
        """The next requests are carried out after a while."""
        return self._plan(method, path, left=times, delay_s=by_s)

    def hold(self, method: str, path: str, *, times: int | None = 1, before: bool = False) -> Gate:
        """The next requests are carried out and their answers wait; `before`: they wait."""
        gate = Gate()
        self._plan(method, path, left=times, gate=gate, before=before)
        return gate

    def clear(self) -> None:
        """No more trouble."""
        self.planned.clear()

    def next_for(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted."""
        for fault in self.planned:
            if fault.fits(method, path):
                fault.hits += 1
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    def _plan(self, method: str, path: str, **fields: Any) -> Fault:
        fault = Fault(method, path, **fields)
        self.planned.append(fault)
        return fault
