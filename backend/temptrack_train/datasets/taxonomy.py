"""The tag groups of the method: 41 instrument, 20 genre and 28 mood tags, kept above a posterior of 0.3.

The counts and the threshold are the paper's (ViML). The words are ours: the sources in reach do
not list them.
"""

from collections.abc import Mapping
from typing import Final, Literal

TagKind = Literal["instrument", "genre", "mood"]

TAG_THRESHOLD: Final = 0.3
"""Posterior above which a tag is kept."""

INSTRUMENTS: Final = (
    "acoustic guitar", "electric guitar", "bass guitar", "double bass", "piano", "electric piano", "organ",
    "synth pad", "synth lead", "synth bass", "strings", "violin", "viola", "cello", "harp", "flute",
    "clarinet", "oboe", "saxophone", "trumpet", "trombone", "french horn", "brass section", "harmonica",
    "accordion", "banjo", "mandolin", "ukulele", "sitar", "drum kit", "drum machine", "percussion", "hand claps", "bells",
    "glockenspiel", "marimba", "timpani", "turntables", "choir", "female vocals", "male vocals",
)  # fmt: skip

GENRES: Final = (
    "ambient", "blues", "classical", "country", "dance", "disco", "electronic", "folk", "funk", "hip hop",
    "house", "jazz", "latin", "metal", "pop", "punk", "reggae", "rock", "soul", "soundtrack",
)  # fmt: skip

MOODS: Final = (
    "aggressive", "angry", "anxious", "bittersweet", "bright", "calm", "cheerful", "dark", "dramatic",
    "dreamy", "energetic", "epic", "exciting", "gloomy", "happy", "hopeful", "melancholic",
    "mysterious", "nostalgic", "peaceful", "playful", "relaxed", "romantic", "sad", "serious", "tense", "triumphant", "uplifting",
)  # fmt: skip

TAG_GROUPS: Final[Mapping[TagKind, tuple[str, ...]]] = {
    "instrument": INSTRUMENTS,
    "genre": GENRES,
    "mood": MOODS,
}

TAGS: Final = (*INSTRUMENTS, *GENRES, *MOODS)
"""All 89 tags, in the order of a tagger's outputs."""
