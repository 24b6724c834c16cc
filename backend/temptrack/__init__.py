"""Suggest music for a cut from your own library, by picture and by words."""

__version__ = "0.1.0.dev0"
