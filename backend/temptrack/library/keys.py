"""Musical keys by name."""

import re

from temptrack.errors import InvalidRequest

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Pitch classes upward from C, each spelt as its commonest key is."""

KEYS = tuple(f"{tonic} {mode}" for mode in ("major", "minor") for tonic in TONICS)
"""All keys a track can have."""

_SPELLING = re.compile(r"^\s*([A-Ga-g])\s*([#♯b♭]?)\s*-?\s*(major|minor|maj|min|m|)\s*$", re.IGNORECASE)
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def parse_key(text: str) -> str:
    """Return a key as this project spells it: "a minor", "Am" and "A min" all give "A minor".

    Raises:
        InvalidRequest: UNKNOWN_KEY.
    """
    match = _SPELLING.match(text)
    if match is None:
        raise InvalidRequest(
            f"{text!r} is not a key.",
            reason="UNKNOWN_KEY",
            hint="Write it like 'A minor', 'C# major' or 'Bb minor'.",
            metadata={"key": text},
        )
    letter, accidental, mode = match.groups()
    step = _STEPS[letter.upper()] + {"": 0, "#": 1, "♯": 1}.get(accidental, -1)
    # "M" alone is the one spelling in which case matters.
    minor = mode == "m" or mode.lower() in ("min", "minor")
    return f"{TONICS[step % 12]} {'minor' if minor else 'major'}"
