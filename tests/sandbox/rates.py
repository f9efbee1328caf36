"""Discord's rate limits, as far as they are known: a bucket for each route and place, and a global.

Discord publishes no numbers; these are what its headers have told for years. Answers to
interactions do not count against the global limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

GLOBAL_A_SECOND = 50
_MESSAGE = r"/channels/(\d+)/messages"
_LIMITS = (
    ("POST", re.compile(_MESSAGE), 5, 5.0),
    ("PATCH", re.compile(rf"{_MESSAGE}/\d+"), 5, 5.0),
    ("DELETE", re.compile(rf"{_MESSAGE}/\d+"), 5, 1.0),
    ("POST", re.compile(rf"{_MESSAGE}/\d+/threads|/channels/(\d+)/threads"), 50, 300.0),
    ("PATCH", re.compile(r"/channels/(\d+)"), 2, 600.0),
    ("POST", re.compile(r"/users/@me/channels"), 10, 10.0),
    ("*", re.compile(r"/guilds/(\d+)/scheduled-events.*"), 5, 20.0),
    ("*", re.compile(r"/webhooks/\d+/([^/]+).*"), 5, 2.0),
)
_OTHERS = 50, 1.0
_FREE = ("/interactions/", "/webhooks/", "/gateway")


@dataclass(slots=True)
class _Bucket:
    limit: int
    per_s: float
    ends: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.ends:
            self.ends, self.used = now + self.per_s, 0
        self.used += 1
        return self.used <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request is told of its bucket; `retry_after_s` where it came too early."""

    headers: dict[str, str]
    retry_after_s: float | None = None
    is_global: bool = False


@dataclass
class Rates:
    """The buckets of one bot. `met` are the requests that were refused: method and path."""

    met: list[tuple[str, str]] = field(default_factory=list)
    _buckets: dict[tuple[str, str, str], _Bucket] = field(default_factory=dict)
    _all: _Bucket = field(default_factory=lambda: _Bucket(GLOBAL_A_SECOND, 1.0))

    def ask(self, method: str, path: str, now: float) -> Verdict:
        """Counts a request at `now`, in seconds."""
        name, place, limit, per_s = _of(method, path)
        bucket = self._buckets.setdefault((method, name, place), _Bucket(limit, per_s))
        is_global = not path.startswith(_FREE) and not self._all.take(now)
        is_early = is_global or not bucket.take(now)
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(bucket.limit - bucket.used, 0)),
            "X-RateLimit-Reset-After": f"{max(bucket.ends - now, 0):.3f}",
            "X-RateLimit-Bucket": f"{method.lower()}-{abs(hash(name)):x}",
        }
        if not is_early:
            return Verdict(headers)
        self.met.append((method, path))
        return Verdict(headers, max((self._all if is_global else bucket).ends - now, 0), is_global)


def _of(method: str, path: str) -> tuple[str, str, int, float]:
    """The route, the place that it counts for, and its limit."""
    for known, pattern, limit, per_s in _LIMITS:
        if known in (method, "*") and (found := pattern.fullmatch(path)):
            return pattern.pattern, next(filter(None, found.groups()), ""), limit, per_s
    return re.sub(r"\d{5,}", "id", path), "", *_OTHERS
