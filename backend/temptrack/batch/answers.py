"""What is known of a unit once the library was asked: kept as a file, whose presence says that it is done."""

import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from temptrack.suggest.types import Suggestions
from temptrack.timeline.segments import RecordRange

ANSWERS = "answers"
"""Folder of a batch that holds its answers."""

_SUFFIX, _PARTIAL = ".json", ".part"


class SceneAnswer(BaseModel):
    """A scene and the tracks that the library suggests for it."""

    model_config = ConfigDict(frozen=True)

    label: str = Field(description="how the scene came about, in words")
    start_frames: int = Field(description="first frame, counted from the start of the timeline")
    duration_frames: int
    rate: str = Field(description="frames per second, exact")
    segments_seen: int = Field(description="segments whose picture had a say; 0: words alone")
    warnings: tuple[str, ...] = Field(default=(), description="picture that could not be used")
    answer: Suggestions | None = Field(description="none where no picture can be seen and there are no words")
    problem: str = Field(default="", description="why there is no answer")

    @property
    def record(self) -> RecordRange:
        """Where the scene lies."""
        return RecordRange(self.start_frames, self.duration_frames, Fraction(self.rate))


class UnitAnswer(BaseModel):
    """The answer to one unit of a batch."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal[1] = 1
    unit: str = Field(description="hex SHA-256 of everything the answer depends on")
    timeline: str
    scenes: tuple[SceneAnswer, ...]


class Answers:
    """The answers of a batch in a folder, one file each.

    A file appears whole or not at all, so any number of processes on any number of machines may work on one
    folder and be killed at any moment. Whoever answers a unit again writes the same.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when first needed."""
        self._folder = folder

    def has(self, unit: str) -> bool:
        """Tell whether a unit is done."""
        return self._path(unit).is_file()

    def get(self, unit: str) -> UnitAnswer | None:
        """Return the answer to a unit, or None; a damaged file counts as none and is removed."""
        path = self._path(unit)
        try:
            answer = UnitAnswer.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            path.unlink(missing_ok=True)
            return None
        return answer if answer.unit == unit else None

    def put(self, answer: UnitAnswer) -> None:
        """Keep an answer, and with that say that its unit is done."""
        write_whole(self._path(answer.unit), answer.model_dump_json().encode())

    def known(self) -> Iterator[str]:
        """Yield the ids of all units that are done."""
        return (path.stem for path in sorted(self._folder.glob(f"*/*{_SUFFIX}")))

    def _path(self, unit: str) -> Path:
        return self._folder / unit[:2] / f"{unit}{_SUFFIX}"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, making its folder where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=".", suffix=_PARTIAL, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).chmod(0o644)
        os.replace(partial, path)
    finally:
        Path(partial).unlink(missing_ok=True)
