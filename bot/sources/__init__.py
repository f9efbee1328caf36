"""The outside, turned into the model; knows no database."""
