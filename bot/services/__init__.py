"""Use cases: one class per family, its dependencies in __init__."""
