"""How many of the inputs each target gets, in parts."""

SHARES = {
    "files": 40,
    "rasters": 15,
    "writers": 10,
    "arrays": 5,
    "addresses": 15,
    "texts": 10,
    "specifications": 5,
}
