"""Numbered SQL steps, V up and U down, shipped as package data."""
