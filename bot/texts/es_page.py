"""Español: la página pública, también para quien no está en Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "page_title": "Crosstie: qué se sigue aquí y qué se guarda",
    "page_skip": "Ir al contenido",
    "page_heading": "Qué sigue Crosstie aquí",
    "page_intro": "Crosstie ayuda a los miembros de una comunidad de Discord a conocer a personas de otros campos. Lee las publicaciones públicas con los hashtags de abajo, y nada más.",
    "page_other_language": "English",
    "page_followed": "Hashtags",
    "page_nothing": "Ahora no se sigue nada.",
    "page_gathering": "{name}, {hashtags}",
    "page_next": "Próxima: {date} ({zone})",
    "page_kept": "Qué se guarda y por qué",
    "page_kept_why": "Por qué",
    "page_kept_how_long": "Cuánto tiempo",
    "page_posts": "Publicaciones públicas con un hashtag seguido: quién, cuándo, en respuesta a quién",
    "page_posts_why": "Resúmenes, y motivos para presentaciones entre miembros",
    "page_posts_long": "Los textos {texts_days} días (ninguno de X), los intercambios dos años",
    "page_members": "De los miembros: lo que contaron, y cómo les llegan las cosas",
    "page_members_why": "Para encontrar a personas de otros campos, y no molestar de noche",
    "page_members_long": "Hasta que lo cambien, salgan o borren",
    "page_answers": "Propuestas, presentaciones y las respuestas a ellas",
    "page_answers_why": "Para no preguntar nada dos veces",
    "page_answers_long": "Hasta que el miembro borre",
    "page_not": "Los mensajes de Discord no se leen nunca. No se deduce nada sobre salud, creencias, origen, política o vida privada. Quien no se unió no se propone a nadie. Una biografía que dice #nobot vale como un no. Lo que se borra en su plataforma se va también de aquí.",
    "page_members_take": "Los miembros ven todo lo suyo con /me data, y salen o borran con /me leave en Discord.",
    "page_object": "Dejarme fuera",
    "page_object_intro": "Di tu cuenta. Lo guardado de ella se va al momento, y lo que publique después se descarta; de eso se ocupa una huella con clave que no dice a nadie quién eres.",
    "page_object_platform": "Plataforma",
    "page_object_handle": "Tu cuenta allí",
    "page_object_send": "Dejar fuera esta cuenta",
    "page_object_done": "Hecho: se borró lo que había de {handle}, y desde ahora queda fuera.",
    "page_object_often": "Fueron muchas veces. Inténtalo dentro de una hora, o pregunta a un organizador.",
    "page_object_expired": "El formulario estuvo abierto demasiado tiempo. Envíalo otra vez, por favor.",
    "page_back": "Volver",
    "page_join": "Unirse",
    "page_join_how": "En una comunidad que tiene Crosstie, escribe /me join. Para llevar Crosstie a tu propio servidor, añádelo allí; necesitas permiso para gestionar el servidor.",
    "page_invite": "Añadir Crosstie a un servidor",
    "page_calendars": "Calendarios",
    "page_calendars_how": "Cada comunidad tiene un calendario de sus fechas al que suscribirse. Su dirección es solo para la comunidad: los organizadores la encuentran con /admin status y pueden pasarla.",
    "status_calendar": "Calendario",
    "status_calendar_how": "{address}\n-# Quien tiene esta dirección ve las fechas.",
}
