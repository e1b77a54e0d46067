"""Texts on paper: fonts, line breaks, tables, and where names stand."""
