"""What passes between taggers, recipes and filters."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from temptrack.errors import TemptrackError
from temptrack_train.datasets.taxonomy import TagKind

RecipeName = Literal["tags", "data2text", "prompt2text"]


@dataclass(frozen=True, slots=True)
class TrackTags:
    """What a tagger heard in a track.

    Attributes:
        track_id: unique in its collection.
        groups: terms of the lexicon by group, surest first.
    """

    track_id: str
    groups: Mapping[TagKind, tuple[str, ...]]

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms: instruments, genres, moods."""
        return tuple(term for group in self.groups.values() for term in group)


class Failure(BaseModel):
    """Why there is no text for a track."""

    model_config = ConfigDict(frozen=True)

    reason: str = Field(description="stable UPPER_SNAKE word")
    message: str = Field(description="what happened and what to do")

    @classmethod
    def of(cls, error: TemptrackError) -> "Failure":
        """Describe an error."""
        return cls(reason=error.reason, message=str(error))


@dataclass(frozen=True, slots=True)
class Tagged:
    """A collection as a tagger heard it.

    Attributes:
        tracks: tracks with at least one known tag, in the collection's order.
        failed: tracks without, by id.
        unknown: tags that the lexicon has no word for, and on how many tracks they were heard.
    """

    tracks: Sequence[TrackTags]
    failed: Mapping[str, Failure] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)

    def first(self, count: int | None) -> "Tagged":
        """Return the same with only so many tracks; None keeps all."""
        return replace(self, tracks=self.tracks[:count])


class Tagger(Protocol):
    """Hears tags in the tracks of one collection.

    Implementations: ``TagFile``, ``BundleTagger`` and ``DatasetTagger`` of ``taggers``.
    """

    @property
    def id(self) -> str:
        """Changes whenever the same collection would be tagged otherwise."""

    def tag(self) -> Tagged:
        """Tag every track; one that fails does not stop the others."""


class Recipe(Protocol):
    """Turns tags into a text. Safe to call from several threads."""

    @property
    def name(self) -> RecipeName:
        """Its name in tables and folders."""

    @property
    def jobs(self) -> int:
        """How many texts are best written at once."""

    def settings(self) -> Mapping[str, JsonValue]:
        """Return everything that shapes the texts: model ids, prompts, digests of files."""

    def write(self, track: TrackTags, chance: Random) -> str:
        """Write one text.

        Args:
            track: at least one tag.
            chance: the only source of randomness.

        Raises:
            TemptrackError: this text could not be written.
        """


def chance_for(seed: int, recipe: str, track_id: str, attempt: int) -> Random:
    """Return the randomness of one attempt at one text; it depends on nothing that was written before."""
    return Random(digest_of([seed, recipe, track_id, attempt]))


def digest_of(value: object) -> str:
    """Return the hex SHA-256 of a value that JSON can hold."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
