"""The recipe ``tags``: the tags themselves, shuffled (ViML section 3.2, the plainest baseline)."""

from collections.abc import Mapping
from random import Random

from pydantic import JsonValue

from temptrack_train.synthesis.types import RecipeName, TrackTags


class TagsRecipe:
    """Writes tags in random order with commas between them."""

    name: RecipeName = "tags"
    jobs = 1

    def settings(self) -> Mapping[str, JsonValue]:
        """Return nothing: there is nothing to set."""
        return {}

    def write(self, track: TrackTags, chance: Random) -> str:
        """Write one text."""
        terms = list(track.terms)
        chance.shuffle(terms)
        return ", ".join(terms)
