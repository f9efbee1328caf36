"""Español. Todo lo que dice el inglés, y nada más."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts import (
    es_asks,
    es_chats,
    es_circles,
    es_hosting,
    es_me,
    es_network,
    es_page,
    es_suggestions,
    es_upkeep,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMON: Mapping[str, str] = {
    "error_unexpected": "Algo falló de mi lado, y no cambié nada. Si se repite, di a tu organizador este número: {reference}.",
    "prompt_unknown": "Ese mensaje es de un tiempo que ya no guardo. Mira en /today lo que está abierto.",
    "prompt_of_another": "Eso era para otra persona. Lo que te espera está en /today.",
    "not_in_dm": "Esto funciona en el servidor de tu comunidad. Úsalo allí.",
    "not_set_up": "Esta comunidad aún no está preparada. Quien gestiona el servidor puede usar /admin setup.",
    "not_a_member": "Aún no te has unido. /me join lleva un minuto, y cada paso se puede saltar.",
    "button_see_mine": "Ver lo mío",
    "error_permission": "Eso requiere el permiso {permission}. Pide a quien lo tenga que lo haga.",
    "help_title": "Qué puedes hacer aquí",
    "help_line": "`/{name}` — {what}\n-# Por ejemplo: `{example}`",
}

TEXTS: Mapping[str, str] = {
    **_COMMON,
    **es_me.TEXTS,
    **es_chats.TEXTS,
    **es_hosting.TEXTS,
    **es_suggestions.TEXTS,
    **es_network.TEXTS,
    **es_asks.TEXTS,
    **es_circles.TEXTS,
    **es_upkeep.TEXTS,
    **es_page.TEXTS,
}
