"""The research side: datasets, features, text synthesis, towers, training and evaluation of the ViML method.

It may import ``temptrack`` (there is one definition of preprocessing); nothing in ``temptrack`` imports it.
"""
