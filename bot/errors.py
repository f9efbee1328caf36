"""Every error of ours, in one tree.

BotError
├ ConfigError            names file, key, reason, and what to write instead
├ SourceError
│ ├ SourceUnavailable    try again later (retry_after)
│ ├ RateLimited          not before retry_at
│ ├ SourceRefused        parked: a token, a payment or a right is missing
│ └ PayloadError         one payload can not be used; the page goes on
├ StoreError
│ ├ StoreUnavailable     the database can not be reached
│ └ SchemaMismatch       it has another version than this program (found, wanted)
├ DeliveryError          Discord said no to a message
│ ├ DeliveryRefused      for good: the prompt ends, or waits in /today
│ └ DeliveryFailed       for now: it is tried again
└ RequestError           shown to the person who asked, in its own words
  ├ Unknown              there is no such thing
  ├ NotAllowed           not for this person
  └ Invalid              what is wrong, and an example that works
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class BotError(Exception):
    """The root of all errors of ours."""


class ConfigError(BotError):
    """A setting is wrong; says where, why, and what to write instead."""

    def __init__(self, where: str, key: str, reason: str, instead: str) -> None:
        super().__init__(f"{where}: {key}: {reason}; {instead}")
        self.where = where
        self.key = key
        self.reason = reason
        self.instead = instead


class SourceError(BotError):
    """The outside did not do what was asked."""


class SourceUnavailable(SourceError):
    """It can not be reached now."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(SourceError):
    """It says when it may be asked again."""

    def __init__(self, message: str, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class SourceRefused(SourceError):
    """It will not serve us until a human changes something; the message says what."""


class PayloadError(SourceError):
    """One payload can not be used: where in it, and which keys it had; never a value of it."""

    def __init__(self, reason: str, path: str = "", keys: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.keys = keys


class StoreError(BotError):
    """The database did not do what was asked."""


class StoreUnavailable(StoreError):
    """It can not be reached, or is locked by somebody else."""


class SchemaMismatch(StoreError):
    """The database has another schema than this program wants."""

    def __init__(self, message: str, found: int, wanted: int) -> None:
        super().__init__(message)
        self.found = found
        self.wanted = wanted


class DeliveryError(BotError):
    """A message of ours did not reach Discord."""


class DeliveryRefused(DeliveryError):
    """For good: the channel, the human or the right is gone."""

    def __init__(self, message: str, *, closed_dms: bool = False) -> None:
        super().__init__(message)
        self.closed_dms = closed_dms
        """True when only direct messages are closed: the card waits in /today."""


class DeliveryFailed(DeliveryError):
    """For now: an outage or a rate limit."""


class RequestError(BotError):
    """Shown to the person who asked, with the next step, in their language.

    Takes the name of a text in the catalogue and the values that it wants.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Unknown(RequestError):
    """There is no such thing; says what there is."""


class NotAllowed(RequestError):
    """Not for this person; says who may."""


class Invalid(RequestError):
    """The request can not be understood; says what is wrong and gives an example that works."""
