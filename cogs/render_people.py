"""Cards for one person, or for two: suggestions, introductions, follow-ups, digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts import text
from cogs.parts import Parts

if TYPE_CHECKING:
    from bot.model.cards import (
        DigestCard,
        FollowUpCard,
        IntroducedCard,
        IntroductionCard,
        SuggestionCard,
        WhyCard,
    )


def parts(
    card: SuggestionCard | WhyCard | IntroductionCard | IntroducedCard | FollowUpCard | DigestCard,
    locale: str,
) -> Parts:
    """The parts of a card for a person."""
    return Parts(body=text(locale, "digest", count=1))
