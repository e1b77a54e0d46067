"""Small changes to the code, to see whether a test notices each."""
