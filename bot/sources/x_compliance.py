"""X's batch compliance jobs: which of the posts and accounts that we hold have to go.

X answers with a line for each of them: an action, and why. `delete` is for what is deleted,
suspended, deactivated or protected. `scrub_geo` asks to forget where a post was written: no place
is ever kept here, so there is nothing to forget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.errors import SourceUnavailable
from bot.model.compliance import Gone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.model.compliance import Held, Job
    from bot.sources.x_api import XApi

JOB_NAME = "crosstie"
_NOTHING_KEPT = frozenset({"scrub_geo"})


class _Verdict(msgspec.Struct):
    id: str | int = ""
    action: str = ""
    reason: str = ""


_VERDICT = msgspec.json.Decoder(_Verdict)


class XCompliance:
    """The AsksCompliance of bot.sources.base, over X's API."""

    def __init__(self, api: XApi) -> None:
        self._api = api

    async def ours(self, held: Held) -> list[tuple[Job, datetime]]:
        """The jobs of our name; those of other programs are left alone."""
        return await self._api.jobs(held.value, JOB_NAME)

    async def create(self, held: Held) -> Job:
        """Opens a job."""
        return await self._api.create_job(held.value, JOB_NAME)

    async def look(self, id_: str) -> Job:
        """How a job is."""
        return await self._api.job(id_)

    async def send(self, job: Job, native_ids: Iterable[str]) -> None:
        """Gives a job its ids."""
        await self._api.upload(job.upload_url, native_ids)

    async def gone(self, job: Job) -> list[Gone]:
        """What a finished job says has to go.

        Raises:
            SourceError: a line can not be understood, so that nobody could say who is meant.
        """
        return verdicts(await self._api.download(job.download_url))


def verdicts(body: bytes) -> list[Gone]:
    """The verdicts of a finished job's file; an empty one says that all may stay."""
    found = []
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            told = _VERDICT.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
            raise SourceUnavailable("a verdict of X's compliance job can not be read") from exc
        if not str(told.id):
            raise SourceUnavailable("a verdict of X's compliance job is about nothing")
        if _NOTHING_KEPT.isdisjoint((told.action, told.reason)):
            found.append(Gone(str(told.id), told.reason or told.action))
    return found
