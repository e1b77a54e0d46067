"""Inputs that nobody would send, in great numbers: nothing foreign may come of them."""
