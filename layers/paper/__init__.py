"""The printed map: a sheet with title, legend, scale, sources and notes."""
