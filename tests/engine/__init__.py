"""The engine, on worlds with known answers."""
