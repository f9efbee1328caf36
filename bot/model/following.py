"""How the live sources are: what their supervisor knows, and an organiser is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class SourceState(StrEnum):
    """What a Source does at the moment."""

    STARTING = "starting"
    FOLLOWING = "following"
    RETRYING = "retrying"
    """It could not be reached, and is tried again at `until`."""
    LIMITED = "limited"
    """It asked to be left alone until `until`."""
    PARKED = "parked"
    """It is not tried again before a human did something; `reason` says what."""


class GapState(StrEnum):
    """What becomes of a gap."""

    MISSING = "missing"
    """Nothing brings it back."""
    FILLING = "filling"
    """It is searched for."""
    FILLED = "filled"
    """What a search finds was taken in."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time of which a Source could not read everything."""

    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    """Such as "the host keeps only a day"; short, and without values of payloads."""
    state: GapState = GapState.MISSING

    @property
    def length(self) -> timedelta:
        """How much is missing."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One Source, as `/admin status`, `/healthz` and `/metrics` show it."""

    name: str
    state: SourceState = SourceState.STARTING
    reason: str = ""
    """Why it is not followed, with the next step; empty while all is well."""
    until: datetime | None = None
    """When a source that waits is asked again."""
    last_event_at: datetime | None = None
    """When the newest event that was read happened, whether somebody followed it or not."""
    lag: timedelta | None = None
    """How old that event was when it was read."""
    reconnects: int = 0
    """How often it came back after it had failed, since the process started."""
    gap: Gap | None = None
    """The last one since the process started."""
    notice: str = ""
    """What is not complete in how it is followed, such as "reposts are missing"."""
