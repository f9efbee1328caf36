"""The suggestion engine: pure functions of values; no clock, no database, no network."""
