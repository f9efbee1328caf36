"""The season is what docs/demo.md says of it, and its bytes are Jetstream's."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import timedelta
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo.season import START, Season, make_season
from bot.demo.season_texts import first_person, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Event = dict[str, Any]


@cache
def season() -> Season:
    return make_season(random.Random(1))


@cache
def events() -> tuple[Event, ...]:
    return tuple(json.loads(delivered.line) for delivered in season().stream)


@cache
def created() -> tuple[Event, ...]:
    """Every post and repost, once."""
    found = {
        (event["did"], event["commit"]["collection"], event["commit"]["rkey"]): event
        for event in events()
        if event["kind"] == "commit" and event["commit"]["operation"] == "create"
    }
    return tuple(found.values())


@cache
def of_the_conference() -> tuple[Event, ...]:
    """Posts with its tag, and reposts of those."""
    tag = f"#{season().conference.tag}"
    posts = [e for e in created() if tag in e["commit"]["record"].get("text", "")]
    of_it = {f"at://{e['did']}/app.bsky.feed.post/{e['commit']['rkey']}" for e in posts}
    shared = [e for e in created() if e["commit"]["record"].get("subject", {}).get("uri") in of_it]
    return (*posts, *shared)


def is_repost(event: Event) -> bool:
    return bool(event["commit"]["collection"] == "app.bsky.feed.repost")


def did_in(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]


def engagements(among: Sequence[Event]) -> Iterator[tuple[str, str, str]]:
    """From whom, to whom, how."""
    for event in among:
        who, record = event["did"], event["commit"]["record"]
        targets = []
        if "subject" in record:
            targets.append((did_in(record["subject"]["uri"]), "repost"))
        if "reply" in record:
            targets.append((did_in(record["reply"]["parent"]["uri"]), "reply"))
        if "embed" in record:
            targets.append((did_in(record["embed"]["record"]["uri"]), "quote"))
        for facet in record.get("facets", ()):
            targets += [(f["did"], "mention") for f in facet["features"] if "did" in f]
        yield from ((who, target, kind) for target, kind in targets if target != who)


def mutual(pairs: set[tuple[str, str]]) -> float:
    return sum((b, a) in pairs for a, b in pairs) / len(pairs)


def gini(counts: Sequence[int]) -> float:
    ordered, n = sorted(counts), len(counts)
    return sum((2 * i - n + 1) * count for i, count in enumerate(ordered)) / (n * sum(ordered))


@cache
def measured() -> dict[str, float]:
    posts = of_the_conference()
    by = sorted(Counter(event["did"] for event in posts).values(), reverse=True)
    writers = {event["did"] for event in posts if not is_repost(event)}
    acts = list(engagements(posts))
    kinds = Counter(kind for _, _, kind in acts)
    field = {person.did: person.fields[0] for person in season().people}
    return {
        "people": len(by),
        "mean": len(posts) / len(by),
        "median": median(by),
        "once": sum(count == 1 for count in by) / len(by),
        "busiest tenth": sum(by[: len(by) // 10]) / len(posts),
        "busiest hundredth": sum(by[: len(by) // 100]) / len(posts),
        "gini": gini(by),
        "reposts among posts": sum(map(is_repost, posts)) / len(posts),
        "only repost": 1 - len(writers) / len(by),
        "mutual": mutual({(a, b) for a, b, _ in acts}),
        "mutual without reposts": mutual({(a, b) for a, b, kind in acts if kind != "repost"}),
        "between fields": sum(field[a] != field[b] for a, b, _ in acts) / len(acts),
        **{f"{kind} among engagements": count / len(acts) for kind, count in kinds.items()},
    }


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        ("people", 1000, 1500),
        ("mean", 3.4, 5.5),
        ("median", 1, 1),
        ("once", 0.52, 0.62),
        ("busiest tenth", 0.53, 0.65),
        ("busiest hundredth", 0.18, 0.27),
        ("gini", 0.60, 0.70),
        ("reposts among posts", 0.60, 0.70),
        ("only repost", 0.53, 0.78),
        ("repost among engagements", 0.51, 0.77),
        ("mention among engagements", 0.20, 0.40),
        ("reply among engagements", 0.020, 0.055),
        ("quote among engagements", 0.015, 0.035),
        ("mutual", 0.11, 0.33),
        ("mutual without reposts", 0.08, 0.14),
        ("between fields", 0.65, 0.80),
    ],
)
def test_the_conference_is_like_the_real_ones(what: str, low: float, high: float) -> None:
    assert low <= measured()[what] <= high


def test_the_season_is_as_large_as_promised() -> None:
    it = season()
    assert len(created()) >= 8000
    assert len({event["did"] for event in created()}) >= 500
    assert [len(home.members) for home in it.homes] == [36, 24]
    assert sum(len(home.chat.starts) for home in it.homes) == 12
    assert (it.conference.last_day - it.conference.first_day).days == 2
    assert len({person.handle for person in it.people}) == len(it.people)


def test_day_14_after_the_conference_is_played_and_a_seventh_week_of_chats_is_not() -> None:
    it = season()
    assert (it.ends_at.date() - it.conference.last_day).days >= 15
    assert all(
        home.chat.starts[-1] < it.ends_at < home.chat.starts[-1] + timedelta(days=7)
        for home in it.homes
    )


def test_a_chat_keeps_its_local_hour_when_summer_time_ends() -> None:
    for home in season().homes:
        starts = home.chat.starts
        assert {start.astimezone(ZoneInfo(home.zone)).hour for start in starts} == {
            home.chat.first_local.hour
        }
    assert {start.hour for start in season().homes[0].chat.starts} == {18, 19}


def test_each_session_has_six_questions_and_many_answers() -> None:
    for home in season().homes:
        tag = f"#{home.chat.tag}"
        for start in home.chat.starts:
            us = int(start.timestamp() * 1_000_000)
            said = [
                event["commit"]["record"].get("text", "")
                for event in created()
                if us <= event["time_us"] < us + 3_600_000_000
            ]
            asked = [text[:2] for text in said if re.match(r"Q\d ", text) and tag in text]
            assert asked == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
            assert sum(bool(re.match(r"A\d ", text)) for text in said) > 40


def test_facets_point_at_the_bytes_they_are_about() -> None:
    seen: Counter[str] = Counter()
    for event in created():
        record = event["commit"]["record"]
        text = record.get("text", "").encode()
        for facet in record.get("facets", ()):
            shown = text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
            for feature in facet["features"]:
                seen[feature["$type"].rpartition("#")[2]] += 1
                assert shown == f"#{feature['tag']}" if "tag" in feature else shown[0] in "@h"
    assert min(seen["tag"], seen["mention"], seen["link"]) > 20


def test_every_reference_goes_to_a_post_that_was_made_before() -> None:
    born = {
        f"at://{e['did']}/{e['commit']['collection']}/{e['commit']['rkey']}": e["time_us"]
        for e in created()
    }
    for event in created():
        record = event["commit"]["record"]
        refs = [record.get("subject"), record.get("embed", {}).get("record")]
        refs += [record.get("reply", {}).get(end) for end in ("parent", "root")]
        assert all(born[ref["uri"]] <= event["time_us"] for ref in refs if ref is not None)


def test_the_stream_comes_in_order_of_delivery_with_accidents_in_it() -> None:
    kinds = Counter(
        event["commit"]["operation"] if event["kind"] == "commit" else event["kind"]
        for event in events()
    )
    times = [delivered.at for delivered in season().stream]
    assert times == sorted(times)
    assert kinds["update"] > 20
    assert kinds["delete"] > 20
    assert kinds["identity"] >= len(season().people) + 12
    assert kinds["create"] - len(created()) > 20


def test_no_post_is_longer_than_one_may_be_or_has_an_unfilled_blank() -> None:
    for event in created():
        text = event["commit"]["record"].get("text", "")
        assert len(text) <= 300
        assert not set(text) & set("{}")
        assert "##" not in text


def test_people_do_not_all_say_the_same() -> None:
    said = Counter(e["commit"]["record"].get("text") for e in created() if not is_repost(e))
    assert len(said) / sum(said.values()) > 0.75
    assert said.most_common(1)[0][1] <= 40


def test_the_same_seed_gives_the_same_bytes_and_another_another_season() -> None:
    again = make_season(random.Random(1))
    assert again.stream == season().stream
    assert make_season(random.Random(2)).stream != season().stream


def test_another_start_moves_everything() -> None:
    moved = make_season(random.Random(1), START + timedelta(days=7))
    assert moved.conference.first_day - season().conference.first_day == timedelta(days=7)
    assert moved.ends_at - season().ends_at == timedelta(days=7)


@pytest.mark.parametrize(
    ("does", "i"),
    [
        ("runs ward simulations", "run ward simulations"),
        ("teaches maths", "teach maths"),
        ("studies sleep", "study sleep"),
    ],
)
def test_what_people_do_can_be_said_by_themselves(does: str, i: str) -> None:
    assert first_person(does) == i


def test_every_field_has_something_to_say_to_every_question() -> None:
    asked = {kind for kind, _ in texts().questions}
    assert all(len(t.says[kind]) >= 3 for t in texts().trades.values() for kind in asked)
