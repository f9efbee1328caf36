"""The domain in plain words: frozen dataclasses and enums, standard library only."""
