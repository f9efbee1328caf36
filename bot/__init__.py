"""Crosstie: the companion of personal learning networks."""
