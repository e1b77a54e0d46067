"""Files that come in and go out: read behind a seal, with a receipt; written whole."""
