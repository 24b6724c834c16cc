"""What the tracks are, as people say it, and what editors ask for."""

import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent


class Judgement(StrEnum):
    """Whether a track belongs to a category; ``MAYBE`` leaves it out of the question."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class MusicFile:
    """A track as the benchmark knows it.

    Attributes:
        package: the Debian package it comes from.
        name: its path below the package's folder.
        calibration: whether sounds of its package took part in calibrating the tagger, without labels.
    """

    package: str
    name: str
    calibration: bool

    @property
    def key(self) -> str:
        """Package and path, unique."""
        return f"{self.package}/{self.name}"


Judgements = Mapping[str, Mapping[str, Judgement]]
"""By category, by key of the track."""


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt and the category it asks for."""

    category: str
    prompt: str


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Category(_Model):
    kind: str
    means: str


class _Entry(_Model):
    yes: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    def apply(self, judged: dict[str, Judgement]) -> None:
        for judgement, names in (
            (Judgement.YES, self.yes),
            (Judgement.MAYBE, self.maybe),
            (Judgement.NO, self.no),
        ):
            judged.update(dict.fromkeys(names, judgement))


class _Group(_Entry):
    packages: tuple[str, ...]
    why: str
    silent: tuple[str, ...] = ()
    tracks: dict[str, _Entry] = {}


class _File(_Model):
    about: tuple[str, ...]
    categories: dict[str, _Category]
    opposites: tuple[tuple[str, str], ...] = ()
    groups: tuple[_Group, ...]


class Labels:
    """The labels of labels.json."""

    def __init__(self, path: Path = FOLDER / "labels.json") -> None:
        self._file = _File.model_validate_json(path.read_bytes())
        self._groups = {package: group for group in self._file.groups for package in group.packages}
        known = set(self._file.categories)
        for group in self._file.groups:
            for entry in (group, *group.tracks.values()):
                unknown = {*entry.yes, *entry.maybe, *entry.no} - known
                if unknown:
                    raise ValueError(
                        f"labels of {group.packages[0]} name unknown categories: {sorted(unknown)}"
                    )
        strange = {name for pair in self._file.opposites for name in pair} - known
        if strange:
            raise ValueError(f"opposites name unknown categories: {sorted(strange)}")

    @property
    def kinds(self) -> Mapping[str, str]:
        """Mood, genre, instrument or use of every category."""
        return {name: category.kind for name, category in self._file.categories.items()}

    @property
    def packages(self) -> frozenset[str]:
        """The packages with labels."""
        return frozenset(self._groups)

    def unused_patterns(self, tracks: Sequence[MusicFile]) -> list[str]:
        """Return the patterns that match no track of a package that is there: such a label is a mistake."""
        there = {track.package for track in tracks}
        return [
            f"{package}: {pattern}"
            for package, group in self._groups.items()
            for pattern in group.tracks
            if package in there
            and not any(track.package == package and _matches(track, pattern) for track in tracks)
        ]

    def judge(self, tracks: Sequence[MusicFile]) -> Judgements:
        """Return the judgement of every category on every track of a package with labels."""
        by_track = {track.key: self._judge(track) for track in tracks if track.package in self._groups}
        return {
            category: {key: judged[category] for key, judged in by_track.items()}
            for category in self._file.categories
        }

    def _judge(self, track: MusicFile) -> dict[str, Judgement]:
        group = self._groups[track.package]
        judged = {
            name: Judgement.MAYBE if category.kind in group.silent else Judgement.NO
            for name, category in self._file.categories.items()
        }
        group.apply(judged)
        for pattern, entry in group.tracks.items():
            if _matches(track, pattern):
                entry.apply(judged)
        self._apply_opposites(judged)
        return judged

    def _apply_opposites(self, judged: dict[str, Judgement]) -> None:
        """Say no where nothing is known but that the track belongs to an opposite."""
        known = dict(judged)
        for pair in self._file.opposites:
            for one, other in (pair, pair[::-1]):
                if known[one] is Judgement.YES and known[other] is Judgement.MAYBE:
                    judged[other] = Judgement.NO


def read_questions(path: Path = FOLDER / "prompts.json") -> list[Question]:
    """Return the prompts in the order of their file."""
    return [Question(row["category"], row["prompt"]) for row in json.loads(path.read_text("utf-8"))]


def _matches(track: MusicFile, pattern: str) -> bool:
    return fnmatch.fnmatchcase(f"/{track.name}", pattern)
