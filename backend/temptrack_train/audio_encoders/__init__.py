"""Encoders of sound: ten seconds of mono samples to one vector."""
