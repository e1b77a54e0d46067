"""How many of the inputs each target gets, in parts."""

SHARES = {
    "parsers": 30,
    "bands": 10,
    "files": 2,
    "rasters": 1,
    "writers": 8,
    "arrays": 8,
    "addresses": 12,
    "texts": 12,
    "specifications": 8,
    "templates": 3,
    "records": 8,
}
