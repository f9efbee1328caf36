"""What a played season came to: counted in the local Discord, compared with the database."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.demo.visitors import answers_in
from bot.model.suggestions import PromptKind
from bot.store import totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.demo.stage import Play
    from bot.demo.world import Seen, World
    from bot.model.suggestions import PromptId
    from bot.store.totals import SentPrompt

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_ORDINARY = 0
Value = int | float


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of the contract, and where Discord and the database disagree."""

    numbers: Mapping[str, Value]
    differences: tuple[str, ...]


async def summarise(play: Play, seconds: float) -> Summary:
    """Counts both sides."""
    world, app = play.world, play.app
    async with app.db.read() as tx:
        total = await totals.totals(tx)
        sent = await totals.sent_prompts(tx)
        kinds = await totals.kinds_of_prompts(tx)
        named = await totals.suggested(tx)
        newcomers = await totals.newcomers_answered(tx)
    known = {prompt.message: prompt for prompt in sent}
    messages = [m for m in world.bot_messages() if not m.ephemeral and m.kind == _ORDINARY]
    by_kind = Counter(known[message.id].kind for message in messages if message.id in known)
    threads = [t for channel in play.channels for t in world.threads(channel)]
    private = sum(thread.private for thread in threads)
    circles = by_kind[PromptKind.CIRCLE]
    on_screens = _by_kind(play.sightings.prompts | _prompts_in(messages), kinds)
    asked_for = {prompt.message for prompt in sent if not prompt.unasked}
    direct = _direct(world, [m for m in messages if m.id not in asked_for])
    unasked = _busiest_week(direct)
    differ = _Differences()
    differ.unless("members", play.joined, total.members)
    differ.unless("communities", len(world.discord.guilds), total.communities)
    differ.unless("posts", play.posts, total.posts)
    differ.unless("prompts sent", len(messages), len(sent))
    differ.unless("messages of prompts", sum(by_kind.values()), len(sent))
    differ.unless("openings", by_kind[PromptKind.OPENING], total.sessions)
    differ.unless("public threads", len(threads) - private, total.sessions)
    differ.unless("introductions", private - circles, total.made)
    differ.unless("recaps", by_kind[PromptKind.RECAP], total.recapped)
    differ.unless("unasked in a week", unasked, _busiest_week(_unasked(sent)))
    differ.unless("prompts on screens", 0, on_screens[None])
    differ.all(play.sightings.faults)
    numbers: dict[str, Value] = {
        "posts": total.posts,
        "people": total.people,
        "members": total.members,
        "communities": total.communities,
        "engagements": total.engagements,
        "deletions": total.deletions,
        "sessions": by_kind[PromptKind.OPENING],
        "threads": len(threads),
        "suggestions": total.suggestions,
        "cross_field_share": _share(total.crossing, total.both_known),
        "both_fields_known": _share(total.both_known, total.suggestions),
        "max_exposure": _exposure((community, about, at) for community, about, at in named),
        "prompts_sent": len(messages),
        "prompts_duplicated": _repeated(play.sent),
        "introductions_offered": on_screens[PromptKind.SUGGESTION],
        "introductions_made": private - circles,
        "recaps": by_kind[PromptKind.RECAP],
        "followups": on_screens[PromptKind.FOLLOW_UP],
        "newcomers_answered": newcomers,
        "unasked_per_member_week": unasked,
        "seconds": round(seconds, 1),
    }
    return Summary(numbers, tuple(differ.found))


class _Differences:
    def __init__(self) -> None:
        self.found: list[str] = []

    def unless(self, what: str, in_discord: int, in_database: int) -> None:
        """Notes the difference, if there is one."""
        if in_discord != in_database:
            self.found.append(f"{what}: {in_discord} in Discord, {in_database} in the database")

    def all(self, faults: Sequence[str]) -> None:
        """Notes what the bot itself said had failed."""
        self.found += [f"somebody was told: {fault.splitlines()[0]}" for fault in faults]


def _repeated(messages: Sequence[Seen]) -> int:
    """Messages that said once more what was said: of one prompt, or alike within a day."""
    last: dict[tuple[int, object], datetime] = {}
    count = 0
    for message in sorted(messages, key=lambda each: each.at):
        prompts = frozenset(_prompts_in([message]))
        key = (message.channel_id, prompts or message.text)
        before = last.get(key)
        count += before is not None and (bool(prompts) or message.at - before < _DAY)
        last[key] = message.at
    return count


def _prompts_in(messages: Iterable[Seen]) -> set[int]:
    return {prompt for message in messages for prompt, _, _ in answers_in(message)}


def _by_kind(prompts: set[int], kinds: Mapping[PromptId, PromptKind]) -> Counter[PromptKind | None]:
    plain = {int(prompt): kind for prompt, kind in kinds.items()}
    return Counter(plain.get(prompt) for prompt in prompts)


def _direct(world: World, messages: Sequence[Seen]) -> dict[int, list[datetime]]:
    """When each human was written to by direct message."""
    owners = {channel: user for user, channel in world.discord.dm_channels.items()}
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for message in messages:
        if message.channel_id in owners:
            found[owners[message.channel_id]].append(message.at)
    return found


def _unasked(sent: Sequence[SentPrompt]) -> dict[int, list[datetime]]:
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for prompt in sent:
        if prompt.recipient is not None and prompt.unasked:
            found[prompt.recipient].append(prompt.at)
    return found


def _busiest_week(times: Mapping[int, Sequence[datetime]]) -> int:
    """The most that one of them got within seven days."""
    most = 0
    for each in times.values():
        ordered = sorted(each)
        for start, at in enumerate(ordered):
            most = max(most, bisect_right(ordered, at + _WEEK - timedelta.resolution) - start)
    return most


def _exposure(named: Iterable[tuple[int, int, datetime]]) -> int:
    """The most lists of one week and community that one person was in."""
    weekly = Counter((community, about, at.isocalendar()[:2]) for community, about, at in named)
    return max(weekly.values(), default=0)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
