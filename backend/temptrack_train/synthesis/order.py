"""What a run is asked to do, and what shapes its texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue

from temptrack_train.synthesis.figures import Figures
from temptrack_train.synthesis.filters import Rules
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import Recipe, RecipeName, Tagged, digest_of
from temptrack_train.synthesis.writing import ATTEMPTS

FORMAT: Final = 1
"""Version of the files of a run."""


class Settings(BaseModel):
    """What shapes the texts of a run."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    recipe: RecipeName
    recipe_settings: dict[str, JsonValue]
    tagger: str
    tracks: int
    tracks_sha256: str
    lexicon_sha256: str
    rules: Rules
    seed: int
    attempts: int


class Manifest(BaseModel):
    """What a finished run says of itself."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    written_by: str
    settings: Settings
    figures: Figures
    unknown_tags: dict[str, int]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do.

    Attributes:
        recipe: who writes.
        tagger_id: who tagged.
        tagged: what about.
        finder: reads what texts mention.
        rules: what a text must be.
        seed: of everything random.
        attempts: most texts to try for one track.
        inputs: files to store with the texts, by name.
    """

    recipe: Recipe
    tagger_id: str
    tagged: Tagged
    finder: MentionFinder
    rules: Rules = field(default_factory=Rules)
    seed: int = 0
    attempts: int = ATTEMPTS
    inputs: Mapping[str, bytes] = field(default_factory=dict)

    def settings(self) -> Settings:
        """Return what shapes the texts."""
        tracks = self.tagged.tracks
        return Settings(
            recipe=self.recipe.name,
            recipe_settings=dict(self.recipe.settings()),
            tagger=self.tagger_id,
            tracks=len(tracks),
            tracks_sha256=digest_of([[track.track_id, *track.groups.items()] for track in tracks]),
            lexicon_sha256=self.finder.lexicon.digest,
            rules=self.rules,
            seed=self.seed,
            attempts=self.attempts,
        )
