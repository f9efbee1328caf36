"""Español: los nombres de los comandos, y lo que se lee al lado de cada uno en Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "Add to my network": "Añadir a mi red",
    "Never introduce us": "Nunca presentarnos",
    "Note what I learned": "Anotar lo aprendido",
    "add": "añadir",
    "admin": "admin",
    "chat": "chat",
    "conference": "congreso",
    "data": "datos",
    "edit": "editar",
    "help": "ayuda",
    "hide": "ocultar",
    "host": "organizar",
    "introductions": "presentaciones",
    "join": "unirme",
    "learn": "aprender",
    "leave": "salir",
    "list": "lista",
    "map": "mapa",
    "me": "yo",
    "network": "red",
    "plan": "plan",
    "recap": "resumen",
    "settings": "ajustes",
    "setup": "preparar",
    "show": "ver",
    "status": "estado",
    "suggest": "proponer",
    "today": "hoy",
}
"""By the English name; several commands may share one."""

WORDS: Mapping[str, str] = {
    # ---- /me, /today, /suggest
    "You in this community": "Tú en esta comunidad",
    "Join: what is kept, and how to be introduced": "Unirte: qué se guarda y cómo se te presenta",
    "Fields, naming, delivery, quiet hours, pause, never introduce me to": "Campos, nombre, entrega, horas de silencio, pausa, a quién no presentarte",
    "Everything kept about you, to read and as JSON": "Todo lo que se guarda sobre ti, para leer y como JSON",
    "Leave, erase everything, or keep an account of yours out": "Salir, borrar todo o dejar fuera una cuenta tuya",
    "What waits for you, one thing at a time": "Lo que te espera, una cosa cada vez",
    "Somebody new for you, now": "Alguien nuevo para ti, ahora",
    "How far from your own fields; left out: as in your settings": "Cuán lejos de tus campos; si falta: como en tus ajustes",
    "near my own fields": "cerca de mis campos",
    "far from my own fields": "lejos de mis campos",
    # ---- /network, /learn
    "Your own network": "Tu propia red",
    "Who is in your network, and why": "Quién está en tu red, y por qué",
    "Add somebody: a handle, the address of a post, a name, or a member": "Añadir a alguien: una cuenta, la dirección de una publicación, un nombre o un miembro",
    "A handle, the address of a post or profile, or just a name": "Una cuenta, la dirección de una publicación o de un perfil, o solo un nombre",
    "Somebody of this server": "Alguien de este servidor",
    "What you learned": "Lo que aprendiste",
    "Note what you learned, and what you will try": "Anotar lo que aprendiste y lo que probarás",
    "What you learned so far; only you see it": "Lo que aprendiste hasta ahora; solo lo ves tú",
    "Your network as a picture, and in words": "Tu red en imagen y en palabras",
    "Colours; left out: dark": "Colores; si falta: oscuro",
    "dark": "oscuro",
    "light": "claro",
    # ---- /chat
    "Chats and conferences of this community": "Chats y congresos de esta comunidad",
    "The chats and conferences here, and their next dates": "Los chats y congresos de aquí, y sus próximas fechas",
    "What happened in the last session": "Qué pasó en la última sesión",
    "Of which chat or conference; left out: of the last one": "De qué chat o congreso; si falta: del último",
    # ---- /host
    "Plan chats and conferences": "Prever chats y congresos",
    "Plan a chat that returns under a hashtag": "Prever un chat que vuelve bajo un hashtag",
    "What you call it": "Cómo lo llamas",
    "One to five, the main one first: #lrnchat #edchat": "De uno a cinco, primero el principal: #lrnchat #edchat",
    "A weekday, or the first date: Thursday, 2026-05-19": "Un día de la semana o la primera fecha: Thursday, 2026-05-19",
    "20:00 or 8 pm": "20:00 u 8 pm",
    "How often it returns; left out: every week": "Cada cuánto vuelve; si falta: cada semana",
    "How long it lasts; left out: 60": "Cuántos minutos dura; si falta: 60",
    "Whose clock that is; left out: that of this community": "De qué zona es la hora; si falta: la de esta comunidad",
    "Every how many weeks or months; left out: 1": "Cada cuántas semanas o meses; si falta: 1",
    "Its last day; left out: it goes on": "Su último día; si falta: sigue",
    "Follow a conference under its hashtags": "Seguir un congreso bajo sus hashtags",
    "What it is called": "Cómo se llama",
    "One to five, the main one first: #sibecol #sibecol26": "De uno a cinco, primero el principal: #sibecol #sibecol26",
    "2026-05-19 or 19 May": "2026-05-19 o 19 May",
    "2026-05-21 or 21 May": "2026-05-21 o 21 May",
    "Where it takes place; left out: the zone of this community": "Dónde se celebra; si falta: la zona de esta comunidad",
    "Move or cancel a chat or a conference": "Mover o cancelar un chat o un congreso",
    "Which one: its name, or its hashtag": "Cuál: su nombre o su hashtag",
    "Once": "Una vez",
    "Weekly": "Cada semana",
    "Fortnightly": "Cada dos semanas",
    "Monthly": "Cada mes",
    "Hide a post or an account from this community, or show it again": "Ocultar una publicación o una cuenta a esta comunidad, o volver a mostrarla",
    "The link of a post; or a handle, such as @ana.example": "El enlace de una publicación; o una cuenta, como @ana.example",
    # ---- /admin
    "Set Crosstie up for this community": "Preparar Crosstie para esta comunidad",
    "Where and when Crosstie speaks here; run it again to change it": "Dónde y cuándo habla Crosstie aquí; repítelo para cambiarlo",
    "Where sessions open their threads": "Dónde abren sus hilos las sesiones",
    "Where the weekly message goes; left out: as before, or the chat channel": "Adónde va el mensaje semanal; si falta: como antes, o el canal de chats",
    "Whose clock counts here; left out: as before": "Qué zona horaria vale aquí; si falta: como antes",
    "When introductions are made: Monday 10:00; left out: as before": "Cuándo se hacen las presentaciones: Monday 10:00; si falta: como antes",
    "The language of what all can read; left out: as before": "El idioma de lo que todos leen; si falta: como antes",
    "Whether you want to see each introduction before it is made": "Si quieres ver cada presentación antes de que se haga",
    "How things stand, in numbers": "Cómo está todo, en cifras",
    "Introductions that wait for you, and what was reported": "Presentaciones que te esperan, y los avisos",
    # ---- /help
    "What you can do here, with an example each": "Qué puedes hacer aquí, con un ejemplo de cada cosa",
}
"""Descriptions and choices, by the English ones."""
