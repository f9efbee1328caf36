"""What is measured, against what: each file is one benchmark, with `measure() -> list[Row]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing."""

    what: str
    measured: str
    wanted: str
    """The bound it is held against, or "" where there is none."""
    kept: bool = True
    """Whether the bound is kept."""
