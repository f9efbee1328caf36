"""The public page in headless Chromium: how it looks, whether all can use it, and its form."""

from __future__ import annotations

import io
import json
import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.store import privacy as store_privacy
from tests.chromium import chromium, found
from tests.test_page import LEA, Site, site

if TYPE_CHECKING:
    from tests.chromium import Tab

__all__ = ["site"]

AXE = resources.files("axe_core_python") / "axe.min.js"
PICTURES = os.environ.get("CROSSTIE_TEST_PICTURES")
"""A folder in which to leave what was seen."""
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


async def violations(tab: Tab) -> list[str]:
    """What axe finds wrong with the page that is shown."""
    await tab.eval(f"{AXE.read_text('utf-8')}; true")
    run = f"axe.run(document, {json.dumps(_RULES)}).then(r => r.violations)"
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in await tab.eval(run)]


async def looked_at(tab: Tab, name: str) -> Image.Image:
    picture = await tab.picture()
    if PICTURES:
        (Path(PICTURES) / f"{name}.png").write_bytes(picture)
    return Image.open(io.BytesIO(picture))


async def test_the_page_can_be_seen_read_and_used_by_all(site: Site, tmp_path: Path) -> None:
    program = found()
    if program is None:
        pytest.skip("needs Debian's chromium, or CROSSTIE_TEST_CHROMIUM; there is none")
    async with chromium(program, tmp_path) as tab:
        for name, query, width, dark in (
            ("desktop", "?lang=en", 1280, False),
            ("desktop-dark-es", "?lang=es", 1280, True),
            ("phone", "?lang=en", 390, False),
            ("phone-dark", "?lang=en", 390, True),
        ):
            await tab.go(f"{site.base}/{query}", width=width, dark=dark)
            assert await tab.eval("document.scripts.length") == 0
            assert await tab.eval("document.documentElement.scrollWidth") <= width, name
            small = "[...document.querySelectorAll('button,input,select')]"
            small += ".filter(e => e.type != 'hidden' && e.offsetHeight < 44).length"
            assert await tab.eval(small) == 0, name
            picture = await looked_at(tab, name)
            darkest, brightest = picture.convert("L").getextrema()
            assert brightest - darkest > 150, "something is written"  # type: ignore[operator]
            assert await violations(tab) == [], name
        # The form, as a person uses it: by the keyboard alone.
        await tab.eval("document.querySelector('#handle').focus()")
        await tab.ask("Input.insertText", text="@lea.example")
        enter = {"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
        for kind in ("keyDown", "keyUp"):
            await tab.ask("Input.dispatchKeyEvent", type=kind, **enter)
        await tab.until("document.querySelector('[role=status]') !== null")
        said = await tab.eval("document.querySelector('[role=status]').innerText")
        await looked_at(tab, "objected")
        assert await violations(tab) == []
    assert "is kept out from now on" in said
    assert not await site.knows_lea()
    async with site.db.read() as tx:
        assert await store_privacy.is_objected(tx, LEA)
