"""Numerics: no physiology in here."""
