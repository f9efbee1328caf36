"""Español: círculos."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "circle_offer": (
        "Tú y algunas personas más coinciden a menudo en {gathering} y se responden. ¿Te gustaría "
        "un círculo: un hilo privado en el que cada quien, por turno, trae una pregunta? Empieza "
        "cuando al menos tres digan que sí; solo esas personas saben quién está."
    ),
    "button_circle_weekly": "Sí, cada semana",
    "button_circle_often": "Sí, cada quincena",
    "button_circle_no": "No, gracias",
    "circle_yes": "Gracias. Solo sabrás algo si llega a formarse.",
    "circle_no": "De acuerdo. Nadie se entera, y no vuelvo a preguntar.",
    "circle_thread": (
        "Coinciden a menudo en {gathering} y se responden, así que este es un círculo propio. "
        "{rhythm} pido a una persona, por turno, que traiga una pregunta. Los moderadores pueden "
        "abrir este hilo."
    ),
    "circle_weekly": "Cada semana",
    "circle_fortnightly": "Cada dos semanas",
    "circle_thread_name": "Círculo {number}: {gathering}",
    "button_leave_circle": "Salir del círculo",
    "circle_turn": (
        "{who}, es tu turno: trae una pregunta, tan pequeña como quieras. El próximo turno llega "
        "{when}."
    ),
    "circle_turn_last": "{who}, es tu turno: trae una pregunta, tan pequeña como quieras.",
    "button_pass_it_on": "Pasar el turno",
    "circle_passed": "El turno pasa a quien más ha esperado.",
    "circle_turn_of_another": "Esta vez el turno es de otra persona.",
    "circle_of_others": "No estás en este círculo.",
    "circle_left": "Saliste del círculo, y te quito de este hilo.",
    "circle_wrong": (
        "Gracias por decirlo. Los organizadores de esta comunidad ven que aquí algo fue mal, no "
        "quién lo dijo. Puedes salir con el botón de al lado."
    ),
    "circle_over": "Quedan muy pocas personas para turnarse, así que dejo de pedir turnos. El hilo sigue siendo suyo.",
}
