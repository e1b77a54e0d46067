"""Slides that stay editable: a presentation with native text, tables, legends and charts."""
