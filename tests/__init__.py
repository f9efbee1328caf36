"""The tests mirror bot/ and cogs/."""
