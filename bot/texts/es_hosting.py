"""Español: preguntas de una sesión, responder aquí, organizar, ponerse al día."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "question_title": "Q{number}",
    "question_asked": "Preguntada en {links}",
    "question_none": "Aún sin respuesta.",
    "question_one": "1 respuesta hasta ahora.",
    "question_many": "{answers} respuestas hasta ahora.",
    "button_answer": "Responder aquí",
    "button_answer_on": "En {platform}",
    "answer_compose": "A{number} … {hashtag}",
    "answer_title": "Tu respuesta a Q{number}",
    "answer_label": "Aparece en este hilo como {name}",
    "answer_placeholder": "Cuenta como una publicación con {hashtag}, y puedes retirarla.",
    "answer_shown": "**{name}** sobre {question}:\n{words}",
    "answer_given": "Gracias. Tu respuesta a {question} aparece en el hilo en un momento.",
    "answer_too_late": "{gathering} ya terminó. Las próximas fechas están en /chat list.",
    "answer_not_joined": "Responder aquí publica con tu nombre, así que es para miembros: /me join lleva un minuto. Después pulsa otra vez. Los otros dos botones sirven a todos.",
    "answer_kept_out": "Me pediste no guardar nada tuyo, así que no puedo publicar eso. /me join lo cambia.",
    "answer_of_another": "Solo quien escribió esta respuesta puede retirarla.",
    "answer_is_gone": "Esa respuesta ya no está.",
    "answer_taken_back": "Retirada: se borró aquí y ya no cuenta.",
    "button_take_back": "Retirarla",
    "panel_not_on": "Eso funciona mientras la sesión está en marcha y tiene su hilo.",
    "button_going": "Voy",
    "button_remind": "Recordármelo",
    "button_remind_dm": "Por mensaje directo",
    "button_remind_thread": "En el hilo",
    "button_catch_up": "Ponerme al día",
    "going_which": "¿Cuál?",
    "going_where": "¿Diez minutos antes por mensaje directo, o por tu nombre en el hilo cuando se abra?",
    "going_none": "No hay más fechas previstas. /chat list muestra las que hay.",
    "going_not_joined": "Para recordarlo tendría que conocerte: /me join lleva un minuto. Después pulsa otra vez.",
    "going_only": "Anotado: vas a {gathering}, <t:{starts}:F>. No te lo recordaré.",
    "going_dm": "Te escribo diez minutos antes de que empiece {gathering}, <t:{starts}:F>.",
    "going_thread": "Te llamo en el hilo cuando se abra {gathering}, <t:{starts}:F>.",
    "reminder": "{gathering} empieza <t:{starts}:R>{where}.",
    "reminder_where": ", en <#{channel}>",
    "going_call": "Empieza {gathering}. Pediste que te llamara aquí.",
    "catch_up_none": "Aún no hubo ninguna sesión. Las próximas fechas están en /chat list.",
    "catch_up_nothing": "Nada nuevo en {gathering} desde <t:{since}:t>.",
    "catch_up_since": "{gathering}, desde <t:{since}:t>:",
    "catch_up_to_you": "**Para ti** · {links}",
    "catch_up_to_you_bare": "**Para ti** · {count}",
    "catch_up_answers_one": "**{question}** · 1 respuesta nueva{links}",
    "catch_up_answers": "**{question}** · {count} respuestas nuevas{links}",
    "catch_up_others_one": "Y 1 publicación más.",
    "catch_up_others": "Y {count} publicaciones más.",
}
