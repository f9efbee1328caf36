"""Who lives in the three years that are told, and what Ana says in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PEOPLE: Mapping[str, tuple[str, str]] = {
    "Ana Ruiz": ("nursing", "runs ward simulations"),
    "Ben Ode": ("game design", "builds learning games"),
    "Cyd Marsh": ("law", "teaches contract law by play"),
    "Dora Lind": ("statistics", "draws uncertainty"),
    "Eli Tal": ("theatre", "rehearses hard conversations"),
}
HELPS: Mapping[str, str] = {"Ben Ode": "simulation", "Dora Lind": "simulation", "Eli Tal": "voice"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dm": "direct message", "thread": "in the private thread", "command": "she runs",
        "pressed": "she presses", "joined": "she has joined", "kept": "she keeps Zoe",
        "noted": "she notes it", "bridged": "she introduces two of her network",
        "line": "How do you test a game on a busy ward?",
        "learned": "Feedback sticks when it comes within a day.",
        "will_try": "A two-minute debriefing on Friday",
        "question": "How do you grade a simulation fairly?",
        "bridge": "You both rehearse what can't be practised live.",
    },
    "es": {
        "dm": "mensaje directo", "thread": "en el hilo privado", "command": "usa",
        "pressed": "pulsa", "joined": "se ha unido", "kept": "guarda a Zoe",
        "noted": "lo anota", "bridged": "presenta a dos personas de su red",
        "line": "¿Cómo se prueba un juego en una planta llena?",
        "learned": "Un comentario se queda cuando llega el mismo día.",
        "will_try": "Dos minutos de cierre el viernes",
        "question": "¿Cómo se evalúa una simulación con justicia?",
        "bridge": "Los dos ensayan lo que no se puede practicar en vivo.",
    },
}  # fmt: skip
