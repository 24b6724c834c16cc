"""Writes descriptions of music from its tags, to train on where nobody has written any (ViML section 3.2)."""
