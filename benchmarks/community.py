"""A community of 2,000 members with known tastes, for a year: what its rounds learn, and for whom.

Members come, pause and leave; each week the lists of everybody hold five people. Either they have
something in common by chance, in an order that knows nothing of tastes; or the lists are the
engine's own, made of what members say in public (benchmarks/community_talk.py). Everything after
the lists is what the bot runs: who stands how (services/standing.py), what answers teach
(engine/answers.py), whom a round asks (engine/offers.py, engine/matching.py). The same year is
played without learning, too. `python -m benchmarks.community` draws docs/community.png;
`python -m benchmarks.community 11 engine` plays seed 11 with the engine's lists, 400 members;
`... 11 engine 2000 16 known` 2,000 for 16 weeks, and once more with all tastes known: the ceiling.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from benchmarks import Row
from benchmarks.community_talk import Public, options_of
from benchmarks.community_world import BEGIN, Known, World, world_of
from bot.engine.answers import NAMES, believed, features_of
from bot.engine.history import Draft
from bot.engine.offers import EXPECTED_AT_MOST, Option, as_kept, estimate, offers_of, places_of
from bot.model.people import PersonId
from bot.model.suggestions import IntroductionState, Reason, ReasonTerm
from bot.services.introductions import LASTS
from bot.services.standing import PERIOD, WEEK, answers, outcomes, standing
from bot.store.offers import Asked, Chosen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.engine.answers import Beliefs, Features
    from bot.engine.offers import Offer

SIZE, WEEKS, SEED = 2000, 52, 1
SIZE_WITH_ENGINE = 400
LIST, LIST_CROSS, LOOKED_AT = 5, 3, 24
SILENT = 0.25
"""Of those who do not say yes: who says nothing."""
_TERMS = {
    "question": ReasonTerm.SAME_QUESTION,
    "interest": ReasonTerm.SHARED_INTEREST,
    "curious": ReasonTerm.CURIOUS,
    "contacts": ReasonTerm.SHARED_CONTACT,
}


@dataclass
class Week:
    """What a round did."""

    willing: frozenset[int]
    """Who may be asked: not away, not resting."""
    offers: list[Offer]
    made: int = 0


@dataclass
class Year:
    """What happened."""

    world: World
    weeks: list[Week] = field(default_factory=list)
    rows: list[Asked] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    """The highest of each week among those who are offered something, that included."""


def play(
    size: int,
    weeks: int,
    seed: int,
    *,
    learns: bool = True,
    knows: bool = False,
    public: Public | None = None,
) -> Year:
    """A year; the same for the same numbers. With `public` the lists are the engine's.

    `knows`: rounds are planned with everybody's tastes known, which nobody can: the ceiling.
    """
    rng = np.random.default_rng(seed)
    year = Year(public.world if public else world_of(size, rng))
    world, before = year.world, defaultdict[int, set[int]](set)
    lists: Mapping[int, Sequence[Draft]] = {}
    for week in range(weeks):
        now = BEGIN + week * WEEK
        _pass_in_silence(year, now)
        recent = sorted(year.rows, key=lambda row: row.changed_at)
        stand = standing([r for r in recent if r.created_at >= now - PERIOD], recent, now)
        out = {*stand.resting, *stand.given}
        willing = [n for n in world.willing(week) if n not in out]
        asking = [n for n in willing if n not in stand.still_asked]
        told = answers(recent) if learns and not knows else []
        beliefs = cast("Beliefs", Known(world)) if knows else believed(told)
        if public:
            places = places_of(beliefs.answers, len(asking))
            if week % public.lists_last == 0:
                # Whoever rests, or waits for an answer, may be asked before these lists are over.
                everybody = world.willing(week)
                may, ask = (willing, asking) if public.lists_last == 1 else (everybody,) * 2
                lists = public.lists(week, may, ask, before, places)
            options = options_of(world, lists, willing, asking, before, places)
        else:
            options = _options(world, willing, asking, before, rng)
        waiting = {PersonId(n) for n in asking} - stand.asked
        offers = offers_of(options, beliefs, waiting, stand.load, rng)
        load = Counter(dict(stand.load))
        this = Week(frozenset(willing), offers)
        for offer in offers:
            a, b = (int(p) for p in offer.option.pair)
            before[a].add(b)
            before[b].add(a)
            load[PersonId(a)] += offer.expected  # type: ignore[assignment]
            load[PersonId(b)] += offer.expected  # type: ignore[assignment]
            row = _asked(world, offer, now, rng)
            this.made += row.state is IntroductionState.MADE
            year.rows.append(row)
        year.weeks.append(this)
        offered = [
            load[p]
            for offer in offers
            for p in (offer.option.draft.member, offer.option.draft.about)
        ]
        year.loads.append(float(max(offered, default=0.0)))
    return year


def _pass_in_silence(year: Year, now: datetime) -> None:
    """Questions of two weeks ago end."""
    for at, row in enumerate(year.rows):
        if row.changed_at <= now - LASTS and not row.state.is_over:
            year.rows[at] = replace(row, state=IntroductionState.EXPIRED, changed_at=now)


def _asked(world: World, offer: Offer, now: datetime, rng: np.random.Generator) -> Asked:
    """What the two answer, by their tastes."""
    chosen = Chosen(
        offer.chance_a,
        offer.chance_b,
        offer.propensity,
        offer.planned,
        offer.plain,
        as_kept(offer.option.of_a),
        as_kept(offer.option.of_b),
    )
    a, b = offer.option.pair
    row = Asked(
        PersonId(a), PersonId(b), IntroductionState.ASKED_A, now, now, True, "", None, chosen
    )
    answer_a = _answer(world, int(a), offer.option.of_a, rng)
    if not answer_a:
        return row
    at = now + timedelta(days=1)
    if answer_a == "no":
        return replace(row, state=IntroductionState.DECLINED, answer_a="no", changed_at=at)
    answer_b = _answer(world, int(b), offer.option.of_b, rng)
    state = {
        "yes": IntroductionState.MADE,
        "no": IntroductionState.DECLINED,
        "": IntroductionState.ASKED_B,
    }[answer_b]
    return replace(row, state=state, answer_a="yes", answer_b=answer_b, changed_at=at)


def _answer(world: World, who: int, features: Features, rng: np.random.Generator) -> str:
    likes = sum(world.tastes.get(name, 0.0) * x for name, x in zip(NAMES, features, strict=True))
    if rng.random() < 1.0 / (1.0 + np.exp(-(likes + world.own[who]))):
        return "yes"
    return "" if rng.random() < SILENT else "no"


def _options(
    world: World,
    willing: Sequence[int],
    asking: Sequence[int],
    before: Mapping[int, set[int]],
    rng: np.random.Generator,
) -> list[Option]:
    """Everybody's list, three of five from another field where there are such."""
    people = np.array(willing)
    if len(people) < 2 or not asking:
        return []
    heap = np.cumsum(world.drawn[people] / world.drawn[people].sum())
    heap[-1] = 1.0
    a = np.array(asking)[:, None]
    b = people[np.searchsorted(heap, rng.random((len(asking), LOOKED_AT)))]
    tags_a, tags_b = world.tags[a], world.tags[b]
    has = {
        "question": rng.random(b.shape) < 0.4,
        "contacts": rng.random(b.shape) < 0.15,
        "interest": (tags_a[..., :, None] == tags_b[..., None, :]).any(axis=(-1, -2)),
        "curious": (world.curious[a] == world.work[b]) | (world.curious[b] == world.work[a]),
    }
    height = rng.random((len(_TERMS), *b.shape)) * np.array(list(has.values()))
    score, cross = height.sum(axis=0), world.work[a] != world.work[b]
    options = []
    for row, who in enumerate(asking):
        known, found, far = before.get(who, set()), dict[int, int](), 0
        # A list is full with five of which three are far; whatever is near beyond two waits.
        for at, other in enumerate(b[row].tolist()):
            near_is_full = len(found) - far >= LIST - LIST_CROSS and not cross[row, at]
            if (
                len(found) == LIST
                or near_is_full
                or not score[row, at]
                or other in found
                or other == who
                or other in known
                or (who, other) in world.apart
            ):
                continue
            found[other] = at
            far += bool(cross[row, at])
        ordered = sorted(found.items(), key=lambda one: -score[row, one[1]])
        for rank, (other, at) in enumerate(ordered, start=1):
            reasons = tuple(
                Reason(term, float(height[n, row, at]))
                for n, term in enumerate(_TERMS.values())
                if height[n, row, at]
            )
            draft = Draft(
                PersonId(who),
                PersonId(other),
                rank,
                float(score[row, at]),
                bool(cross[row, at]),
                reasons,
            )
            one, two = world.members[who], world.members[other]
            options.append(
                Option(
                    draft,
                    features_of(draft, one, two, second=False),
                    features_of(draft, two, one, second=True),
                )
            )
    return options


# ---- what came of it


def gini(counts: Sequence[int]) -> float:
    """0: all alike; 1: one has everything."""
    x = np.sort(np.array(counts, float))
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / max(n * x.sum(), 1e-12))


def acceptance(weeks: Sequence[Week]) -> float:
    """What share of the offers came about."""
    return sum(w.made for w in weeks) / max(sum(len(w.offers) for w in weeks), 1)


def coverage(year: Year) -> list[float]:
    """For every four weeks: of those who were willing in all of them, who was asked in one."""
    found = []
    for at in range(len(year.weeks) - 3):
        four = year.weeks[at : at + 4]
        willing = frozenset.intersection(*(week.willing for week in four))
        asked = {int(o.option.draft.member) for week in four for o in week.offers}
        if willing:
            found.append(len(willing & asked) / len(willing))
    return found


def cross_share(year: Year) -> float:
    """What share of the offers is between fields."""
    return float(
        np.mean([o.option.draft.cross_field is True for w in year.weeks for o in w.offers])
    )


def exposure(year: Year) -> list[int]:
    """How often everybody who stayed all year was proposed to somebody."""
    about = Counter(int(o.option.draft.about) for week in year.weeks for o in week.offers)
    return [about[n] for n in range(len(year.world.members)) if year.world.gone[n] > 52]


def top_share(counts: Sequence[int]) -> float:
    """What share the most exposed twentieth has."""
    ordered = sorted(counts, reverse=True)
    return sum(ordered[: max(len(ordered) // 20, 1)]) / max(sum(ordered), 1)


def breaches(year: Year) -> list[str]:
    """Whatever a rule forbids and happened all the same."""
    found: list[str] = []
    pairs: set[frozenset[int]] = set()
    for number, week in enumerate(year.weeks):
        willing, seen = set(year.world.willing(number)), set[int]()
        for offer in week.offers:
            a, b = (int(p) for p in offer.option.pair)
            if not {a, b} <= willing:
                found.append(f"week {number}: {a}, {b}: one opted out")
            if seen & {a, b}:
                found.append(f"week {number}: {a}, {b}: twice in a week")
            if frozenset((a, b)) in pairs:
                found.append(f"week {number}: {a}, {b}: again")
            if (a, b) in year.world.apart:
                found.append(f"week {number}: {a}, {b}: to be kept apart")
            seen |= {a, b}
            pairs.add(frozenset((a, b)))
        if year.loads[number] > EXPECTED_AT_MOST + 1e-9:
            found.append(f"week {number}: more expected of one than may be")
    return found


def measure() -> list[Row]:
    return rows_of(play(SIZE, WEEKS, SEED), play(SIZE, WEEKS, SEED, learns=False))


def rows_of(year: Year, plain: Year) -> list[Row]:
    """The table."""
    first, held = acceptance(plain.weeks[:4]), acceptance(plain.weeks[-12:])
    last = acceptance(year.weeks[-12:])
    told, counts, wrong = outcomes(year.rows), exposure(year), breaches(year)
    by_answers, plainly = estimate(told, plain=False), estimate(told, plain=True)
    covered, cross = min(coverage(year)), cross_share(year)
    offers = sum(len(week.offers) for week in year.weeks)
    both = by_answers.may_be_claimed and plainly.may_be_claimed
    right = abs(plainly.made - acceptance(plain.weeks)) < 0.03
    estimated = f"{by_answers.made:.3f}, {plainly.made:.3f}"
    sizes = f"{by_answers.effective:.0f}, {plainly.effective:.0f}"
    return [
        _row("first four weeks without learning: come about", first, "~ .10", 0.07 < first < 0.13),
        _row("last twelve weeks without: come about", held, "no rise", held < 1.3 * first),
        _row("last twelve weeks with: come about", last, f">= {2 * first:.3f}", last >= 2 * first),
        Row("the bot's estimate for both, from the year with", estimated, ".03 near", right),
        Row("effective sizes of the two estimates", sizes, ">= 50", both),
        _row("Gini of exposure", gini(counts), "<= .35", gini(counts) <= 0.35),
        _row(
            "of all offers: about the top 5 %",
            top_share(counts),
            "<= .10",
            top_share(counts) <= 0.1,
        ),
        _row("asked within four weeks, the worst four", covered, ">= .90", covered >= 0.9),
        _row("of all offers: between fields", cross, ">= .50", cross >= 0.5),
        Row(f"rules broken in {offers} offers", str(len(wrong)), "0", not wrong),
        Row("introductions by quarter, without", by_quarter(plain), ""),
        Row("introductions by quarter, with", by_quarter(year), ""),
    ]


def by_quarter(year: Year) -> str:
    """How many came about of how many offers, in each thirteen weeks."""
    quarters = [year.weeks[at : at + 13] for at in range(0, len(year.weeks), 13)]
    return ", ".join(f"{sum(w.made for w in q)}/{sum(len(w.offers) for w in q)}" for q in quarters)


def _row(what: str, measured: float, wanted: str, kept: bool) -> Row:
    return Row(what, f"{measured:.3f}", wanted, kept)


def main() -> None:
    from benchmarks.community_picture import draw

    seed = int(sys.argv[1]) if sys.argv[1:] else SEED
    size = int(sys.argv[3]) if sys.argv[3:] else SIZE_WITH_ENGINE
    weeks = int(sys.argv[4]) if sys.argv[4:] else WEEKS
    public = Public.of(size, weeks, seed) if sys.argv[2:3] == ["engine"] else None
    year, plain = (play(SIZE, weeks, seed, learns=x, public=public) for x in (True, False))
    rows = rows_of(year, plain)
    if sys.argv[5:] == ["known"]:
        known = play(SIZE, weeks, seed, knows=True, public=public)
        ceiling = acceptance(known.weeks[-12:])
        rows += [
            _row("last twelve weeks with all tastes known: come about", ceiling, "", kept=True),
            Row("introductions by quarter, with all tastes known", by_quarter(known), ""),
        ]
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.wanted} | {'yes' if row.kept else 'NO'} |")
    if not sys.argv[1:]:
        draw(year, plain, Path("docs/community.png"))


if __name__ == "__main__":
    main()
