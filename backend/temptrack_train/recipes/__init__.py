"""Whole ways from raw material to a bundle, one command each."""
