"""Records: the specification of a map, and what made a file, written into the file."""
