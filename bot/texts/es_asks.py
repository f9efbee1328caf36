"""Español: preguntar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "ask_title": "Preguntar",
    "ask_question_label": "Tu pregunta",
    "ask_question_example": "¿Cómo se evalúa una simulación con justicia?",
    "ask_sounding_label": "¿Qué te gustaría pensar en voz alta?",
    "ask_sounding_example": "Si nuestra reunión de cierre es muy larga",
    "ask_make_label": "¿Qué te gustaría hacer?",
    "ask_make_example": "Un juego de cartas sobre higiene, para enfermeras nuevas",
    "ask_company_label": "¿Compañía para qué?",
    "ask_company_example": "Cinco minutos antes de mi primera charla",
    "ask_field_label": "¿En qué campo?",
    "ask_field_example": "simulación",
    "ask_empty": "Escribe qué quieres preguntar; una frase basta.",
    "ask_no_field": "Nombra un campo, como `simulación`, para que sepa a quién preguntar.",
    "ask_enough": "Esta semana ya fueron tres. La próxima puedes volver a preguntar.",
    "ask_done": (
        "Pregunté, con tu nombre, como mucho a tres personas que dijeron que ayudan con eso. Sabrás "
        "quién cuando alguien diga que sí. Si en 48 horas nadie lo ha dicho, te aviso."
    ),
    "ask_nobody": "Nadie a quien pueda preguntar ahora dijo que ayuda con eso.",
    "ask_question": "{who} tiene una pregunta sobre {field}: «{question}» ¿La tomas?",
    "ask_sounding": (
        "{who} busca a alguien para pensar en voz alta, sobre {field}: «{question}» ¿Tienes diez "
        "minutos?"
    ),
    "ask_make": "A {who} le gustaría hacer algo, en {field}: «{question}» ¿Te sumas?",
    "ask_company": "{who} pide cinco minutos de compañía, sobre {field}: «{question}» ¿Los tienes?",
    "ask_company_any": "{who} pide cinco minutos de compañía: «{question}» ¿Los tienes?",
    "ask_yes": "Bien. En un momento se abre un hilo privado para ambos.",
    "ask_no": "De acuerdo. Nadie se entera.",
    "ask_question_public": "{who} pregunta, sobre {field}: «{question}»",
    "ask_sounding_public": (
        "{who} busca a alguien para pensar en voz alta, sobre {field}: «{question}»"
    ),
    "ask_make_public": "A {who} le gustaría hacer algo, en {field}: «{question}»",
    "ask_company_public": "{who} pide cinco minutos de compañía, sobre {field}: «{question}»",
    "ask_company_any_public": "{who} pide cinco minutos de compañía: «{question}»",
    "button_i_can_help": "Puedo ayudar",
    "ask_own": "Esa es tuya. Pueden responderla otros.",
    "ask_has_enough": "Ya respondieron tres personas. Gracias de todos modos.",
    "ask_unanswered": (
        "Hasta ahora nadie pudo con esta: «{question}» ¿La publico en el canal de la comunidad, con "
        "tu nombre?"
    ),
    "ask_nobody_to_ask": (
        "No hay a quién preguntar esto en privado: «{question}» ¿Lo publico en el canal de la "
        "comunidad, con tu nombre?"
    ),
    "button_publish": "Publicarla",
    "ask_published": "En un momento está en el canal.",
    "ask_dropped": "Descartada. A quienes pregunté no les digo nada más.",
    "ask_thread": (
        "{a}, aquí está {b}, que dijo que sí: «{question}» Los moderadores pueden abrir este hilo. "
        "Les dejo."
    ),
    "ask_thread_name": "{a} y {b}",
    "button_say_thanks": "Dar las gracias",
    "ask_thanked": "Lo dije en el hilo, y queda guardado entre lo que ha dado.",
    "ask_thanked_here": "{a} te da las gracias, {b}.",
    "ask_thanks_of_asker": "Ese botón es de quien preguntó.",
    "ask_wrong": (
        "Gracias por decirlo. No volveré a juntarles, y los organizadores de esta comunidad ven que "
        "algo fue mal, no quién lo dijo."
    ),
}
