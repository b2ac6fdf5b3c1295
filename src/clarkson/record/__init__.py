"""The record and its readers: one person's facts, each with the place it was read from."""
