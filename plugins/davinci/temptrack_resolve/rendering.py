# SPDX-License-Identifier: Apache-2.0
"""Has the companion render the sound of a cue, file by file, and keeps it where the project finds it."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Mapping

from .cues import LIBRARY, TRACK, Cue, Sound, file_name, new_cue_id
from .panel.filling import Place, Stretch, Taste, filling_of
from .panel.problems import Problem
from .panel.session import Session
from .remedies import failure, resolve_problem
from .settings import Settings


@dataclass(frozen=True)
class Wish:
    """What is to be placed, and where.

    Attributes:
        library: name of the library.
        suggestion: as the protocol has it.
        start_frames: absolute frame where the music starts.
        end_frames: absolute frame where it has to end.
        rate: the timeline's frames per second.
        folder: where the sound is kept.
        bakes: whether fades and level go into the sound, because the host cannot set them.
        timeline: where speech is listened for, as the protocol has it; None lowers nothing under speech.
    """

    library: str
    suggestion: Mapping[str, Any]
    start_frames: int
    end_frames: int
    rate: Fraction
    folder: Path
    bakes: bool
    timeline: Mapping[str, Any] | None


class CueRendering:
    """One cue on its way; calls back once, unless it is dropped."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        wish: Wish,
        done: Callable[[Cue], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Start rendering.

        Raises:
            PanelError: CUE_EMPTY, when the track does not fill one frame.
        """
        self._session, self._wish, self._done, self._failed = session, wish, done, failed
        self._settings = settings
        taste = Taste(settings.target_lufs, settings.fade_in_frames, settings.fade_out_s)
        place = Place(wish.start_frames, wish.end_frames, wish.rate)
        self._filling = filling_of(wish.suggestion, place, taste)
        if not self._filling.stretches:
            raise failure("CUE_EMPTY")
        self._id = new_cue_id()
        self._sounds: list[Sound] = []
        self._ask_for_next()

    def drop(self) -> None:
        """Stop; nothing is called any more, and the files so far are deleted."""
        self._call.drop()
        self._discard()

    def _ask_for_next(self) -> None:
        number = len(self._sounds)
        filling, wish = self._filling, self._wish
        stretch = filling.stretches[number]
        is_first, is_last = number == 0, number == len(filling.stretches) - 1
        params = {
            "library": wish.library,
            "track_id": wish.suggestion["track"]["id"],
            "excerpt": _excerpt(stretch, wish.rate),
            "duration_frames": stretch.duration_frames,
            "rate": {"numerator": wish.rate.numerator, "denominator": wish.rate.denominator},
            "fade_in_frames": filling.fade_in_frames if wish.bakes and is_first else 0,
            "fade_out_frames": filling.fade_out_frames if wish.bakes and is_last else 0,
            "gain_db": filling.gain_db if wish.bakes else 0.0,
        }
        if wish.timeline is not None:
            scope = {"kind": "range", "start_frames": stretch.start_frames, "end_frames": stretch.end_frames}
            params["duck_under_speech"] = {
                "timeline": dict(wish.timeline),
                "scope": scope,
                "gain_db": -abs(self._settings.duck_db),
            }
        self._call = self._session.cue_file(
            params, lambda result: self._rendered(stretch, result), self._lost
        )

    def _rendered(self, stretch: Stretch, result: Mapping[str, Any]) -> None:
        try:
            kept = self._keep(Path(str(result["path"])))
        except OSError as error:
            self._lost(_problem_of(error, self._wish.folder))
            return
        self._sounds.append(Sound(kept, stretch.start_frames, stretch.duration_frames))
        if len(self._sounds) < len(self._filling.stretches):
            self._ask_for_next()
        else:
            self._done(self._cue())

    def _keep(self, rendered: Path) -> Path:
        """Copy a file out of the companion's cache, which forgets, to where the project's music lies."""
        self._wish.folder.mkdir(parents=True, exist_ok=True)
        kept = self._wish.folder / file_name(self._filling.name, self._id, len(self._sounds) + 1)
        partial = kept.with_suffix(".partial")
        try:
            shutil.copyfile(str(rendered), str(partial))
            os.replace(str(partial), str(kept))
        finally:
            if partial.exists():
                partial.unlink()
        return kept

    def _cue(self) -> Cue:
        wish, filling, bakes = self._wish, self._filling, self._wish.bakes
        track = wish.suggestion["track"]
        origin = {
            LIBRARY: wish.library,
            TRACK: str(track["id"]),
            "temptrack_licence": str(track.get("licence", "")),
            "temptrack_score": str(wish.suggestion["score"]),
        }
        note = "Licence: {temptrack_licence}. Library: {temptrack_library}. Track: {temptrack_track}.".format(
            **origin
        )
        return Cue(
            id=self._id,
            name=filling.name,
            sounds=tuple(self._sounds),
            fade_in_frames=0 if bakes else filling.fade_in_frames,
            fade_out_frames=0 if bakes else filling.fade_out_frames,
            gain_db=0.0 if bakes else filling.gain_db,
            note=note,
            origin=origin,
        )

    def _lost(self, why: Problem) -> None:
        self._discard()
        self._failed(why)

    def _discard(self) -> None:
        for sound in self._sounds:
            if sound.file.exists():
                sound.file.unlink()


def _excerpt(stretch: Stretch, rate: Fraction) -> dict[str, float]:
    end_s = stretch.source_start_s + stretch.duration_frames / rate
    return {"start_s": float(stretch.source_start_s), "end_s": float(end_s)}


def _problem_of(error: OSError, folder: Path) -> Problem:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return resolve_problem("DISK_FULL", str(folder))
    return resolve_problem("NOT_KEPT", str(folder))
