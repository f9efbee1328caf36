"""What a community's own past taught about the weights of the signals, kept between rounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.engine.learn import Profile
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.model.people import CommunityId
    from bot.store.database import Reader, Writer


async def profile_of(tx: Reader, community: CommunityId) -> Profile | None:
    """What the last round chose, with its gain in the back-test; None: it never did."""
    kept = await store_members.get_setting(tx, _name(community))
    if kept is None:
        return None
    told = json.loads(kept)
    return Profile(told["name"], told["weights"], told["gain"], told["askers"], told["events"])


async def keep_profile(tx: Writer, community: CommunityId, profile: Profile) -> None:
    """Replaces what was kept."""
    told = {
        "name": profile.name,
        "weights": dict(profile.weights),
        "gain": round(profile.gain, 4),
        "askers": profile.askers,
        "events": profile.events,
    }
    await store_members.set_setting(tx, _name(community), json.dumps(told, sort_keys=True))


def _name(community: CommunityId) -> str:
    return f"profile:{community}"
