"""Tagged tracks drawn at random, and runs over them, for tests of text synthesis."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from temptrack_train.datasets.taxonomy import TAG_GROUPS
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.order import Order
from temptrack_train.synthesis.types import Recipe, Tagged, TrackTags

FINDER = MentionFinder(Lexicon.load())


def tagged_tracks(count: int, *, seed: int = 0) -> Tagged:
    """Return tracks of three to seven tags."""
    chance = Random(seed)
    tracks = []
    for number in range(count):
        chosen = (
            chance.sample(TAG_GROUPS["instrument"], chance.randint(1, 3)),
            chance.sample(TAG_GROUPS["genre"], chance.randint(1, 2)),
            chance.sample(TAG_GROUPS["mood"], chance.randint(1, 2)),
        )
        terms = [term for group in chosen for term in group]
        tracks.append(TrackTags(f"track-{number:03}", FINDER.lexicon.grouped(terms)))
    return Tagged(tracks)


def order_for(recipe: Recipe, tagged: Tagged, **options: Any) -> Order:
    """Return an order to write about tracks."""
    return Order(recipe, "drawn", tagged, FINDER, **options)


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file under a folder but its lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
