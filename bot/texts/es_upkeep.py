"""Español: seguir en contacto, aprender después de hablar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "dormant_two": (
        "Hace tiempo que no hablas con {near}{near_link} y, más lejos, con {far}{far_link}. Una "
        "línea a cualquiera de las dos personas basta."
    ),
    "dormant_one": "Hace tiempo que no hablas con {who}{link}. Una línea basta.",
    "dormant_one_bare": "Querías hablar con {who} por estas fechas. Una línea basta.",
    "dormant_post": "lo que escribió hace poco",
    "button_wrote": "Le escribí",
    "button_wrote_first": "A la primera, sí",
    "button_wrote_second": "A la segunda, sí",
    "dormant_wrote": "Bien. Vuelvo a contar desde hoy.",
    "dormant_later": "Lo vuelvo a mostrar en una semana.",
    "learned_ask": ("{gathering} terminó. ¿Qué aprendiste, con qué se conecta, qué vas a probar?"),
    "button_note_it": "Anotarlo",
    "button_not_this_time": "Esta vez no",
    "learned_no": "De acuerdo.",
    "tried_ask": "Hace dos semanas querías probar «{will_try}». ¿Lo probaste?",
    "tried_yes": "Bien. Ya consta en /learn list.",
    "tried_no": "De acuerdo. Sigue en /learn list.",
    "learn_said_tried": "Lo probaste.",
    "learn_draft_pick": "Borrador a partir de una nota",
    "learn_draft": (
        "Un borrador, para que lo cambies y lo publiques donde quieras. Por ti no se publica nada."
    ),
    "learn_draft_learned": "Aprendí: {said}",
    "learn_draft_connects": "Se conecta con: {said}",
    "learn_draft_try": "Voy a probar: {said}",
    "learn_draft_tried": "Probé: {said}",
    "learn_draft_site": "Más de mi trabajo: {site}",
    "reading": "De campos que dejas a otros, compartido aquí esta semana:",
    "reading_line": "- {field}: {link}",
    "look_back": (
        "Otro año desde que te uniste. Tus últimos doce meses, solo para ti:\n{said}\n"
        "/network map muestra quién está. ¿De quién te gustaría saber ahora?"
    ),
    "look_back_people": "personas nuevas en tu red: {count}",
    "look_back_met": "por una presentación: {count}",
    "look_back_learned": "aprendizajes anotados: {count}",
    "look_back_tried": "probados: {count}",
    "look_back_helped": "ayudas con /ask: {count}",
    "look_back_done": "De acuerdo. No guardo ninguna copia.",
    "letter_title": "{month} en tu comunidad",
    "letter_empty": (
        "En {month} nada de lo que cuento les pasó a cinco personas o más. Con menos, un número "
        "podría decir quiénes son, así que no hay ninguno."
    ),
    "letter_hidden": "Sin número, porque fueron menos de cinco personas: {what}.",
    "letter_offered": "presentaciones ofrecidas",
    "letter_agreed": "aceptadas por ambas partes",
    "letter_talked": "hablaron en una semana",
    "letter_changed": "cambiaron algo en el trabajo de alguien",
    "letter_fields_known": "propuestas entre campos distintos",
    "letter_newcomers": "personas nuevas",
    "letter_asked": "preguntado con /ask",
    "letter_line": "{what}: {count}",
    "letter_share": "{what}: {share} de 100",
    "letter_of_newcomers": "{what}: {count}; {answered} recibieron respuesta en un día, {back} volvieron",
    "letter_of_asked": "{what}: {count}; respondidas, {answered}",
    "letter_next": "Qué probar",
    "letter_try_newcomers": "Pide a dos habituales que respondan primero a quien llegue nuevo, en la próxima sesión.",
    "letter_try_help": "Pregunta en el canal quién ayuda con qué; se anota en /me settings.",
    "letter_try_fields": "Invita a alguien de otro campo a la próxima sesión.",
    "letter_try_threads": "Da diez minutos de la próxima sesión a parejas que acaban de conocerse.",
    "letter_try_ask": "Enseña /ask al final de una sesión; una pregunta es el comienzo más fácil.",
    "letter_alt": "Presentaciones por mes: {said}.",
}
