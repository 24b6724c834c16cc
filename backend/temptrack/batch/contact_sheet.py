"""The review page of a batch: for each scene its pictures, its words, the first tracks and their sound.

Pictures and sound lie in a folder beside the page: inside it, some hundred timelines would make a page that
no browser opens. Each file is named by what it holds, so that a batch that goes on makes only missing ones.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from temptrack.batch.answers import SceneAnswer, write_whole
from temptrack.batch.pages import render_page
from temptrack.batch.pictures import write_strip
from temptrack.batch.reading import Reader
from temptrack.batch.report import SceneLine
from temptrack.batch.units import Unit
from temptrack.errors import TemptrackError
from temptrack.media.audio_writing import encode_excerpt
from temptrack.review.evidence import grouped
from temptrack.review.sounds import Sounds
from temptrack.suggest.clock import clock
from temptrack.suggest.cue import gain_for
from temptrack.suggest.types import Suggestion
from temptrack.timeline.scope_request import ScopeRequest
from temptrack.timeline.segments import Scope

_FOLDER = "review"
_HEARD_S = 20.0
"""How much of an excerpt can be heard: enough to judge, and some hundred scenes still fit on a disk."""

_FADE_S = 0.03
_MOST_THREADS = 8
_TRACKS = 3


@dataclass(frozen=True, slots=True)
class _Heard:
    """A track as the page shows it."""

    suggestion: Suggestion
    placed: bool
    sound: str


class ContactSheet:
    """Gathers the scenes of a batch and writes the page."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        """Prepare a page in the folder of the batch.

        Args:
            folder: where the page goes.
            reader: reads timelines, for pictures that are missing.
        """
        self._folder = folder
        self._reader = reader
        self._cards: list[Mapping[str, Any]] = []
        self._sounds: dict[str, Future[str]] = {}
        self._threads = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "review")

    def strip(self, unit: Unit, index: int, scene: SceneAnswer) -> str:
        """Make the pictures of a scene, unless they are there, and return their address, empty without."""
        address = f"{_FOLDER}/{unit.id[:24]}-{index}.jpg"
        try:
            made = write_strip(lambda: self._scope(unit, scene), self._folder / address)
        except TemptrackError:
            return ""
        return address if made else ""

    def add(self, unit: Unit, index: int, scene: SceneAnswer, line: SceneLine, sounds: Sounds) -> None:
        """Add a scene.

        Args:
            unit: what it belongs to.
            index: its number in the unit.
            scene: its answer.
            line: what was chosen.
            sounds: where the sound of the tracks is.
        """
        placed_first = sorted(line.suggestions, key=lambda item: (item.rank != line.chosen_rank, item.rank))
        self._cards.append(
            {
                "line": line,
                "timeline": Path(line.timeline).name,
                "length": clock(line.record.duration_s),
                "strip": self.strip(unit, index, scene),
                "tracks": [
                    self._heard(item, item.rank == line.chosen_rank, sounds)
                    for item in placed_first[:_TRACKS]
                ],
            }
        )

    def finish(self) -> None:
        """Wait for the sound that is being made; what the tracks come from may be closed afterwards."""
        self._threads.shutdown()

    def write(self, title: str) -> Path:
        """Write the page and return its path."""
        self.finish()
        page = self._folder / "review.html"
        notes = {address: made.result() for address, made in self._sounds.items()}
        text = render_page("contact_sheet.html", title=title, cards=self._cards, notes=notes, grouped=grouped)
        write_whole(page, text.encode())
        return page

    def _scope(self, unit: Unit, scene: SceneAnswer) -> Scope:
        cut = self._reader.cut(unit.row)
        part = ScopeRequest.between(scene.start_frames, scene.start_frames + scene.duration_frames)
        return self._reader.scope(cut.file, unit.row, part, require_picture=False)

    def _heard(self, suggestion: Suggestion, placed: bool, sounds: Sounds) -> "_Heard":
        excerpt, gain_db = suggestion.excerpt, gain_for(suggestion.track)
        heard_s = min(excerpt.duration_s, _HEARD_S)
        facts = f"{suggestion.track.id}|{excerpt.start_s}|{heard_s}|{gain_db}"
        address = f"{_FOLDER}/{hashlib.sha256(facts.encode()).hexdigest()[:24]}.mp3"
        if address not in self._sounds:
            file = partial(sounds.file, suggestion.track)
            # Encoding lets go of the interpreter, so that threads share the work.
            self._sounds[address] = self._threads.submit(
                _encode, file, excerpt.start_s, heard_s, gain_db, self._folder / address
            )
        return _Heard(suggestion, placed, address)


def _encode(file: Callable[[], Path], start_s: float, heard_s: float, gain_db: float, path: Path) -> str:
    """Write an excerpt, unless it is there, and return why it cannot be, or an empty string."""
    if path.is_file():
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        encode_excerpt(file(), start_s, heard_s, _FADE_S, path, gain_db=gain_db)
    except TemptrackError as error:
        # A page without one sound is better than no page: the editor sees why.
        return error.message
    return ""
