"""Sources: payloads of invented people, in the shapes that platforms send."""
