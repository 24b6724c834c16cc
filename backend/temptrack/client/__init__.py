"""Asks a temptrack server: the same Suggester as in process, and the libraries of the server."""
