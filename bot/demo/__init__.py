"""The demo: a generated season played through the real bot in a local Discord."""
