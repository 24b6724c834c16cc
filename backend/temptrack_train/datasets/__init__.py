"""Pairs of picture and music, with words: one Protocol over every collection."""
