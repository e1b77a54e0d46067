"""Figures of zones: counts and how sure they are, reach, rasters and people; ways to cut zones."""
