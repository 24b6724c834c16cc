"""Texts in the form of MusicCaps, made up here: recordings with scenes, in the words of several authors."""

import csv
from pathlib import Path

_MOODS = ("calm", "sad", "happy", "tense", "epic", "playful", "dark", "romantic")
_MUSIC = ("piano ballad", "string quartet", "rock song", "techno track", "folk tune", "jazz piece", "march")
_SCENES = ("a wedding scene", "a car chase in a movie", "a horror movie", "a beach party", "a funeral scene")


def write_musiccaps(path: Path, count: int = 80) -> Path:
    """Write a CSV with the columns of MusicCaps."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["ytid", "caption", "aspect_list", "author_id"])
        writer.writeheader()
        for number in range(count):
            mood, music = _MOODS[number % len(_MOODS)], _MUSIC[number % len(_MUSIC)]
            scene = _SCENES[number % len(_SCENES)]
            writer.writerow(
                {
                    "ytid": f"recording{number:04}",
                    "caption": f"A {mood} {music} with a {_MOODS[number % 3]} melody. "
                    f"This song can be used in {scene}.",
                    "aspect_list": str([mood, music, f"{_MOODS[number % 5]} feeling"]),
                    "author_id": number % 10,
                }
            )
    return path
