"""How many of the inputs each target gets, in parts."""

SHARES = {
    "files": 40,
    "rasters": 12,
    "writers": 10,
    "arrays": 5,
    "addresses": 10,
    "texts": 10,
    "specifications": 5,
    "templates": 4,
    "records": 4,
}
