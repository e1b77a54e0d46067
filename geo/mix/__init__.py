"""Mixes of categories: concentration, specialisation and diversity."""
