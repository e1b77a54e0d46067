"""Surfaces from points: kernel density, its bandwidths, isolines and bands."""
