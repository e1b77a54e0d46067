"""How things look: colours, symbols, classes, overlays, legends and base maps."""
