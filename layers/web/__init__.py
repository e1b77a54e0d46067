"""The web map: a document of plain JSON, and the one page that draws it."""
