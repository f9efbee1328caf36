"""The parts that a card is said in, before they become a message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """What a card says: a body, perhaps a title and blocks, and the buttons with their answers."""

    body: str
    buttons: tuple[tuple[str, str], ...] = ()
    """(answer, name of the label in the catalogue); all of one size and one colour."""
    title: str | None = None
    blocks: tuple[tuple[str, str], ...] = ()
    """(heading, text), each text at most 1,024 characters."""
    thread_name: str | None = None
    """At most 60 characters; where the prompt opens a thread."""
    content: str | None = None
    """Only where somebody is to be mentioned, which an embed can not do."""
    links: tuple[tuple[str, str], ...] = ()
    """(label, address): buttons that only open a page."""
