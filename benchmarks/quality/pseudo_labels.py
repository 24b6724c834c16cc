"""A second set of labels that nobody wrote: guesses of two other public taggers. Reported apart, as such."""

import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality.labels import Judgement, Judgements, MusicFile, Question

_TAGS = {
    # Category: tag, lowest posterior for yes, highest posterior for no; between the two is maybe.
    "piano": ("piano", 0.35, 0.15),
    "classical": ("classical", 0.35, 0.15),
    "rock": ("rock", 0.35, 0.15),
    "ambient": ("ambient", 0.35, 0.2),
    "techno": ("techno", 0.22, 0.12),
    "metal": ("metal", 0.2, 0.1),
    "drums": ("drums", 0.2, 0.1),
    "electronic": ("electronic", 0.6, 0.35),
}
_MOODS = (
    "sad",
    "calm",
    "dark",
    "epic",
    "happy",
    "energetic",
    "funny",
    "space",
    "romantic",
    "relaxing",
    "heavy",
)

QUESTIONS = (
    Question("piano", "solo piano"),
    Question("classical", "classical music"),
    Question("rock", "rock band with guitars"),
    Question("ambient", "ambient soundscape"),
    Question("techno", "techno for a club night"),
    Question("metal", "heavy metal"),
    Question("drums", "driven by drums"),
    Question("electronic", "electronic music"),
    Question("sad", "sad and melancholic"),
    Question("calm", "calm and quiet"),
    Question("dark", "dark and threatening"),
    Question("epic", "epic film trailer"),
    Question("happy", "happy and sunny"),
    Question("energetic", "energetic and fast"),
    Question("funny", "funny and playful"),
    Question("space", "floating in outer space"),
    Question("romantic", "romantic evening"),
    Question("relaxing", "relaxing spa"),
    Question("heavy", "heavy and powerful"),
)


def read_pseudo_labels(table: Path, tracks: Sequence[MusicFile]) -> Judgements:
    """Return the guesses for those tracks that the table has."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = {_ending(row["package"], row["path"]): row for row in csv.DictReader(file)}
    found = {
        track.key: rows[_ending(track.package, track.name)]
        for track in tracks
        if _ending(track.package, track.name) in rows
    }
    judgements: dict[str, dict[str, Judgement]] = {}
    for category, (tag, yes, no) in _TAGS.items():
        judgements[category] = {
            key: _by_posterior(_posteriors(row["top_tags"]).get(tag, 0.0), yes, no)
            for key, row in found.items()
        }
    for mood in _MOODS:
        judgements[mood] = {
            key: Judgement.YES if mood in row["mood_rel_top5"].split() else Judgement.NO
            for key, row in found.items()
        }
    return judgements


def _ending(package: str, path: str) -> tuple[str, ...]:
    # The table was made from archives unpacked elsewhere; folder and file name agree.
    return (package, *Path(path).parts[-2:])


def _posteriors(text: str) -> dict[str, float]:
    return {tag: float(value) for tag, _, value in (item.partition(":") for item in text.split())}


def _by_posterior(value: float, yes: float, no: float) -> Judgement:
    if value >= yes:
        return Judgement.YES
    return Judgement.NO if value < no else Judgement.MAYBE
