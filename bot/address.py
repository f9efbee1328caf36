"""The database's address, where that is all that is set.

Loading the checks of every setting takes a fifth of a second, more than half of what else there is
to a short `crosstie import`. Where no file and no variable speaks of another setting, there is
nothing that they could refuse.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_FILE = Path("config.toml")
"""Read when no file is named; it may be missing."""
DEFAULT_URL = "sqlite:///crosstie.db"

_ANY = "CROSSTIE_"
_URL = "CROSSTIE__DATABASE__URL"
_SQLITE = "sqlite:///"


def address_alone(environ: Mapping[str, str]) -> str | None:
    """The address of an SQLite database; None where `bot.config` has to be asked.

    That is: where there is a configuration file, where any other variable of ours is set, right or
    wrong, or where the address is of another kind.
    """
    # is_symlink: a link that leads nowhere is a file that can not be read, not a missing one.
    if DEFAULT_FILE.exists() or DEFAULT_FILE.is_symlink():
        return None
    if any(name.startswith(_ANY) and name != _URL for name in environ):
        return None
    url = environ.get(_URL, DEFAULT_URL)
    return url if url.startswith(_SQLITE) and url != _SQLITE else None
