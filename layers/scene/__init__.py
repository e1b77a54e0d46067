"""A map resolved: what each feature looks like where, for the writers that draw or store it."""
