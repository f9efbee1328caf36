"""What a platform says of posts and accounts that we hold, when it is asked whether they stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Held(StrEnum):
    """What is asked about; the words are those of X."""

    POSTS = "tweets"
    ACCOUNTS = "users"


@dataclass(frozen=True, slots=True)
class Job:
    """A batch compliance job: ids go up, and those that must go come down."""

    id: str
    status: str
    """created, in_progress, complete, failed or expired."""
    upload_url: str
    download_url: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A post or an account that may not be kept."""

    native_id: str
    reason: str
    """deleted, suspended, deactivated, protected, or another word of the platform."""
