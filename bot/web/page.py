"""The public page: what is followed, what is kept, how to object, how to join. No JavaScript."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_date

from bot.errors import RequestError
from bot.texts import CATALOGUES, text
from bot.web import serving
from bot.web.ics import calendar_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from bot.model.chats import Upcoming
    from bot.services.calendars import Calendars, Followed
    from bot.services.privacy import Privacy

_COOKIE = "crosstie_form"
_OBJECTIONS_AN_HOUR = 5
_OBJECTIONS_OF_ALL = 60
_ADDRESSES_KEPT = 1000
_HOUR = timedelta(hours=1)
_PLATFORMS = (("bluesky", "Bluesky"), ("mastodon", "Mastodon"), ("x", "X"))
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2726;--paper:#fff;--accent:#235554;--line:#8a9a99}
@media (prefers-color-scheme:dark){
:root{--ink:#e8eeed;--paper:#142020;--accent:#8fd0cc;--line:#6b807e}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}
main,header,footer{max-width:42rem;margin:0 auto;padding:1rem}
h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.25rem;margin-top:2.25rem}h3{font-size:1.05rem}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
dl{margin:0}dt{font-weight:600;margin-top:1rem}dd{margin:0 0 0 1rem}
label{display:block;margin-top:.75rem;font-weight:600}
input,select,button{font:inherit;padding:.6rem;width:100%;box-sizing:border-box;color:inherit;
background:var(--paper);border:2px solid var(--line);border-radius:.4rem;min-height:2.75rem}
button{margin-top:1rem;background:var(--accent);color:var(--paper);border-color:var(--accent)}
[role=status]{border-left:.3rem solid var(--accent);padding:.5rem 1rem}
"""


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What the page is made of."""

    calendars: Calendars
    privacy: Privacy
    invite: str | None
    """The address at which the bot is added to a server; None: not known."""
    now: Callable[[], datetime]


class _Often:
    """Counts objections: a few an hour from one address, some more from all together."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: deque[tuple[datetime, str]] = deque()

    def allows(self, address: str) -> bool:
        now = self._now()
        while self._seen and (self._seen[0][0] <= now - _HOUR or len(self._seen) > _ADDRESSES_KEPT):
            self._seen.popleft()
        own = sum(seen == address for _, seen in self._seen)
        if own >= _OBJECTIONS_AN_HOUR or len(self._seen) >= _OBJECTIONS_OF_ALL:
            return False
        self._seen.append((now, address))
        return True


def public_app(page: PublicPage) -> web.Application:
    """The page, its form, and the calendars."""
    key, often = secrets.token_bytes(32), _Often(page.now)

    async def show(request: web.Request) -> web.Response:
        return await _page(page, request, key)

    async def take_objection(request: web.Request) -> web.Response:
        locale, form = _locale(request), await request.post()
        if not _is_ours(request, str(form.get("token", "")), key):
            return _answer(locale, text(locale, "page_object_expired"), status=403)
        if not often.allows(request.remote or ""):
            return _answer(locale, text(locale, "page_object_often"), status=429)
        platform, handle = str(form.get("platform", "")), str(form.get("handle", ""))[:200]
        try:
            await page.privacy.object_for(platform, handle)
        except RequestError as exc:
            return _answer(locale, text(locale, exc.key, **exc.values), status=400)
        said = text(locale, "page_object_done", handle=handle.strip())
        return _answer(locale, said)

    async def calendar(request: web.Request) -> web.Response:
        feed = await page.calendars.feed(request.match_info["secret"])
        if feed is None:
            raise web.HTTPNotFound
        return web.Response(
            body=calendar_bytes(feed, page.now()),
            headers={
                "Content-Type": "text/calendar; charset=utf-8",
                "Cache-Control": "private, max-age=900",
                "X-Robots-Tag": "noindex",
            },
        )

    app = web.Application(client_max_size=16_384)
    app.add_routes(
        [
            web.get("/", show),
            web.post("/object", take_objection),
            web.get(r"/calendar/{secret:[A-Za-z0-9_-]{16,64}}.ics", calendar),
        ]
    )
    return app


@asynccontextmanager
async def serve_public(listen: str, page: PublicPage) -> AsyncIterator[int | None]:
    """Serves the page on `host:port` while the block runs; gives the port in use.

    An empty `listen` serves nothing, and gives None.

    Raises:
        ConfigError: the address can not be had.
    """
    if not listen:
        yield None
        return
    async with serving(public_app(page), listen, "public.listen") as port:
        yield port


# ---- the form


def _token(key: bytes, nonce: str) -> str:
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()


def _is_ours(request: web.Request, token: str, key: bytes) -> bool:
    """Whether the form was sent from our own page: its token belongs to the reader's cookie."""
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and origin.partition("://")[2] != request.host:
        return False
    nonce = request.cookies.get(_COOKIE, "")
    return bool(nonce) and hmac.compare_digest(_token(key, nonce).encode(), token.encode())


# ---- what is read


def _locale(request: web.Request) -> str:
    """The reader's language: chosen, or the first that their browser asks for and we speak."""
    asked = [request.query.get("lang", "")]
    asked += [
        part.partition(";")[0].strip()
        for part in request.headers.get("Accept-Language", "").split(",")
    ]
    known = (one.partition("-")[0].casefold() for one in asked)
    return next((one for one in known if one in CATALOGUES), "en")


def _html(locale: str, main: str) -> str:
    title = escape(text(locale, "page_title"))
    skip = escape(text(locale, "page_skip"))
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f'<a class="skip" href="#content">{skip}</a>{main}</body></html>'
    )


def _response(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", headers=_HEADERS)


def _answer(locale: str, said: str, *, status: int = 200) -> web.Response:
    back = escape(text(locale, "page_back"))
    heading = escape(text(locale, "page_object"))
    main = (
        f'<main id="content"><h1>{heading}</h1><p role="status">{escape(said)}</p>'
        f'<p><a href="/?lang={locale}">{back}</a></p></main>'
    )
    return _response(_html(locale, main), status)


async def _page(page: PublicPage, request: web.Request, key: bytes) -> web.Response:
    locale = _locale(request)
    nonce = request.cookies.get(_COOKIE) or secrets.token_urlsafe(16)

    def said(name: str, **values: object) -> str:
        return escape(text(locale, name, **values))

    other = "en" if locale == "es" else "es"
    language = (
        f'<p><a href="/?lang={other}" lang="{other}" hreflang="{other}">'
        f"{said('page_other_language')}</a></p>"
        if other in CATALOGUES
        else ""
    )
    followed = "".join(_followed(f, locale, page.now()) for f in await page.calendars.followed())
    kept = "".join(
        f"<dt>{said(f'page_{what}', texts_days=page.privacy.texts_days)}</dt>"
        f"<dd>{said('page_kept_why')}: {said(f'page_{what}_why')}</dd>"
        f"<dd>{said('page_kept_how_long')}: "
        f"{said(f'page_{what}_long', texts_days=page.privacy.texts_days)}</dd>"
        for what in ("posts", "members", "answers")
    )
    nothing = f"<p>{said('page_nothing')}</p>"
    options = "".join(f'<option value="{v}">{shown}</option>' for v, shown in _PLATFORMS)
    form = (
        f'<form method="post" action="/object?lang={locale}">'
        f'<input type="hidden" name="token" value="{_token(key, nonce)}">'
        f'<label for="platform">{said("page_object_platform")}</label>'
        f'<select id="platform" name="platform">{options}</select>'
        f'<label for="handle">{said("page_object_handle")}</label>'
        f'<input id="handle" name="handle" required maxlength="200" autocomplete="off" '
        f'autocapitalize="none" spellcheck="false">'
        f"<button>{said('page_object_send')}</button></form>"
    )
    invite = (
        f'<p><a href="{escape(page.invite)}">{said("page_invite")}</a></p>' if page.invite else ""
    )
    main = (
        f"<header><h1>{said('page_heading')}</h1><p>{said('page_intro')}</p>{language}</header>"
        f'<main id="content">'
        f'<section aria-labelledby="followed"><h2 id="followed">{said("page_followed")}</h2>'
        f"{followed or nothing}</section>"
        f'<section aria-labelledby="kept"><h2 id="kept">{said("page_kept")}</h2>'
        f"<dl>{kept}</dl><p>{said('page_not')}</p><p>{said('page_members_take')}</p></section>"
        f'<section aria-labelledby="object"><h2 id="object">{said("page_object")}</h2>'
        f"<p>{said('page_object_intro')}</p>{form}</section>"
        f'<section aria-labelledby="join"><h2 id="join">{said("page_join")}</h2>'
        f"<p>{said('page_join_how')}</p>{invite}</section>"
        f'<section aria-labelledby="dates"><h2 id="dates">{said("page_calendars")}</h2>'
        f"<p>{said('page_calendars_how')}</p></section></main>"
    )
    response = _response(_html(locale, main))
    response.set_cookie(
        _COOKIE, nonce, max_age=3600, httponly=True, samesite="Strict", secure=request.secure
    )
    return response


def _followed(followed: Followed, locale: str, now: datetime) -> str:
    items = "".join(f"<li>{_gathering(g, locale, now)}</li>" for g in followed.gatherings)
    return f"<h3>{escape(followed.name)}</h3><ul>{items}</ul>"


def _gathering(upcoming: Upcoming, locale: str, now: datetime) -> str:
    hashtags = " ".join(f"#{h.shown}" for h in upcoming.hashtags)
    lines = [escape(text(locale, "page_gathering", name=upcoming.name, hashtags=hashtags))]
    coming = next((start for start in upcoming.next if start > now), None)
    if coming is not None:
        local = coming.astimezone(ZoneInfo(upcoming.zone))
        day = format_date(local.date(), "full", locale="en_GB" if locale == "en" else locale)
        date = f"{day}, {local:%H:%M}"
        stamp = coming.isoformat()
        said = escape(text(locale, "page_next", date=date, zone=upcoming.zone))
        lines.append(f'<time datetime="{stamp}">{said}</time>')
    return "<br>".join(lines)
