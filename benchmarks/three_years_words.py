"""Who lives in the three years that are told, and what Ana says in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PEOPLE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "Ana Ruiz": ("nursing", "runs ward simulations"),
        "Ben Ode": ("game design", "builds learning games"),
        "Cyd Marsh": ("law", "teaches contract law by play"),
        "Dora Lind": ("statistics", "draws uncertainty"),
        "Eli Tal": ("theatre", "rehearses hard conversations"),
    },
    "es": {
        "Ana Ruiz": ("enfermería", "dirige simulaciones de planta"),
        "Ben Ode": ("diseño de juegos", "hace juegos para aprender"),
        "Cyd Marsh": ("derecho", "enseña contratos jugando"),
        "Dora Lind": ("estadística", "dibuja la incertidumbre"),
        "Eli Tal": ("teatro", "ensaya conversaciones difíciles"),
    },
}
"""What each works in, and does, as they would say it."""
HELPS: Mapping[str, Mapping[str, str]] = {
    "en": {"Ben Ode": "simulation", "Dora Lind": "simulation", "Eli Tal": "voice"},
    "es": {"Ben Ode": "simulación", "Dora Lind": "simulación", "Eli Tal": "voz"},
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dm": "direct message", "thread": "in the private thread", "command": "she runs",
        "pressed": "she presses", "joined": "she has joined", "kept": "she keeps Zoe",
        "simulation": "simulation", "beekeeping": "beekeeping", "curious": "game design",
        "leave": "law", "noted": "she notes it", "bridged": "she introduces two of her network",
        "line": "How do you test a game on a busy ward?",
        "learned": "Feedback sticks when it comes within a day.",
        "will_try": "A two-minute debriefing on Friday",
        "question": "How do you grade a simulation fairly?",
        "bridge": "You both rehearse what can't be practised live.",
    },
    "es": {
        "dm": "mensaje directo", "thread": "en el hilo privado", "command": "usa",
        "pressed": "pulsa", "joined": "se ha unido", "kept": "guarda a Zoe",
        "simulation": "simulación", "beekeeping": "apicultura", "curious": "diseño de juegos",
        "leave": "derecho", "noted": "lo anota", "bridged": "presenta a dos personas de su red",
        "line": "¿Cómo se prueba un juego en una planta llena?",
        "learned": "Un comentario se queda cuando llega el mismo día.",
        "will_try": "Dos minutos de cierre el viernes",
        "question": "¿Cómo se evalúa una simulación con justicia?",
        "bridge": "Los dos ensayan lo que no se puede practicar en vivo.",
    },
}  # fmt: skip
