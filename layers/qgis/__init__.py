"""GeoPackages that QGIS opens as the web map draws them."""
