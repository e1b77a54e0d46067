"""Spatial pattern: autocorrelation, clusters, point patterns and centres."""
