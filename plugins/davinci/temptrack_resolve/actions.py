# SPDX-License-Identifier: Apache-2.0
"""What the panel's buttons do. The window shows what it finds here and in the session."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generator, Mapping

from . import VERSION, editions, placing
from .cues import Cue, PlacedCue, placed_cues
from .panel.problems import PanelError, Problem
from .panel.questions import Question
from .panel.questions import Settings as Introduction
from .panel.reports import INSERTED, REMOVED, CueReport
from .panel.session import Session
from .reading import PARTS, WORDS_ONLY, export, part_of
from .remedies import failure
from .rendering import CueRendering, Wish
from .reporting import report_of
from .resolve_api import EditableTimeline, Host
from .settings import Settings
from .stills import stills


@dataclass
class _Stills:
    """Pictures being taken for a search."""

    generation: int
    total: int
    pictures: Generator[dict[str, Any], None, None]
    done: list[dict[str, Any]]


class Actions:
    """Search, listen, insert, replace, remove. Problems end in ``session.problem``; nothing is raised.

    Attributes:
        session: the panel's state.
        settings: the user's choices.
        said: the last thing that was done, in words.
        cues: our music on the open timeline when it was last looked at.
    """

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host = host
        self._product = host.product()
        self.settings = settings
        self.session = Session(_introduction(settings, ".".join(map(str, self._product.version))))
        self.said = ""
        self.cues: list[PlacedCue] = []
        self._folder = Path(tempfile.mkdtemp(prefix="temptrack-"))
        self._stills: _Stills | None = None
        self._rendering: CueRendering | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that can be cancelled."""
        return self.session.is_searching or self._rendering is not None

    def parts(self) -> list[str]:
        """Return the parts of the timeline that can be searched for, as the panel offers them."""
        try:
            return [*PARTS, *(f"Marker: {name}" for name in self._host.open_timeline().marker_ranges())]
        except PanelError:
            return list(PARTS)

    def search(self, words: Mapping[str, Any], part: str) -> None:
        """Search for music.

        Args:
            words: library, prompt, exclude, text_weight and filters.
            part: one of ``parts``.
        """
        self._forget_what_was_said()
        try:
            if part == WORDS_ONLY:
                self.session.search(Question(limit=self.settings.limit, **words))
                return
            timeline = self._host.open_timeline()
            scope = part_of(timeline, part).scope
            question = Question(
                limit=self.settings.limit,
                timeline={"path": str(export(timeline, self._folder))},
                scope=scope,
                timeline_id=timeline.id,
                can_render=True,
                **words,
            )
        except PanelError as error:
            self.session.cancel()
            self.session.show(error.problem)
            return
        self.session.search(question)

    def cancel(self) -> None:
        """Stop what is under way."""
        self.session.cancel()
        self._stop_stills()
        if self._rendering is not None:
            self._rendering.drop()
            self._rendering = None

    def play(self, rank: int) -> None:
        """Play the excerpt of a suggestion, or stop it if it plays."""
        suggestion = self._suggestion(rank)
        if suggestion is None or self.session.results is None:
            return
        self._forget_what_was_said()
        track, preview = suggestion["track"], self.session.preview
        if preview.is_active and preview.track_id == track["id"]:
            preview.stop()
            return
        start_s = float(suggestion["excerpt"]["start_s"])
        end_s = start_s + float(suggestion["excerpt"]["duration_s"])
        preview.play(self.session.results.question.library, track["id"], start_s, end_s)

    def insert(self, rank: int, replaced_id: str = "") -> None:
        """Place a suggestion, or put it where other music of ours lies.

        Args:
            rank: which suggestion, from 1.
            replaced_id: the cue to replace, or empty.
        """
        suggestion, results = self._suggestion(rank), self.session.results
        if suggestion is None or results is None or self._rendering is not None:
            return
        self._forget_what_was_said()
        try:
            timeline = self._timeline_of_results()
            start, end = self._span(timeline, replaced_id)
            wish = Wish(
                library=results.question.library,
                suggestion=suggestion,
                start_frames=start,
                end_frames=end,
                rate=timeline.rate,
                folder=self.settings.folder_for(timeline.project_name),
                bakes=not editions.sets_fades_and_level(self._product),
                timeline=results.question.timeline if self.settings.duck_db else None,
            )
            self._rendering = CueRendering(
                self.session,
                self.settings,
                wish,
                done=lambda cue: self._place(cue, replaced_id),
                failed=self._not_rendered,
            )
        except PanelError as error:
            self.session.show(error.problem)

    def remove(self, cue_id: str) -> None:
        """Take our music off the timeline."""
        self._forget_what_was_said()
        try:
            timeline = self._host.open_timeline()
            told = report_of(timeline, placing.find(timeline, cue_id), REMOVED)
            placing.remove(self._host, timeline, cue_id)
            self.said = "Removed. The file stays in the media pool."
            self._report(told)
        except PanelError as error:
            self.session.show(error.problem)
        self.look()

    def look(self) -> None:
        """See what of ours lies on the open timeline."""
        try:
            self.cues = placed_cues(self._host.open_timeline())
        except PanelError:
            self.cues = []

    def tick(self) -> bool:
        """Go on with what is under way. Returns whether the panel should be drawn again."""
        changed = self.session.tick()
        wanted = self.session.renders_wanted
        if wanted is None:
            self._stop_stills()
            return changed
        if self._stills is None or self._stills.generation != wanted.generation:
            self._stop_stills()
            self._start_stills(wanted.generation, wanted.frames)
        self._one_more_still()
        return True

    def close(self) -> None:
        """End the companion and clear up."""
        self.cancel()
        self.session.close()
        shutil.rmtree(str(self._folder), ignore_errors=True)

    def _forget_what_was_said(self) -> None:
        self.said, self.session.problem = "", None

    def _suggestion(self, rank: int) -> dict[str, Any] | None:
        found = self.session.results.suggestions if self.session.results else []
        return next((each for each in found if each["rank"] == rank), None)

    def _timeline_of_results(self) -> EditableTimeline:
        """Return the open timeline, which must be the one that was searched for."""
        timeline = self._host.open_timeline()
        asked = self.session.results.timeline_id if self.session.results else ""
        if asked and asked != timeline.id:
            raise failure("TIMELINE_SWITCHED", timeline.name)
        return timeline

    def _span(self, timeline: EditableTimeline, replaced_id: str) -> tuple[int, int]:
        """Return where music goes: where the old lies, in the part searched for, or on the whole timeline."""
        if replaced_id:
            old = placing.find(timeline, replaced_id)
            return old.start_frames, old.end_frames
        asked = self.session.results.answer.get("host_scope") if self.session.results else None
        if asked:
            return int(asked["start_frames"]), int(asked["end_frames"])
        whole = part_of(timeline, PARTS[0])
        return whole.start_frames, whole.end_frames

    def _place(self, cue: Cue, replaced_id: str) -> None:
        self._rendering = None
        try:
            # The user may have gone elsewhere while the sound was rendered.
            timeline = self._timeline_of_results()
            gone = None
            if replaced_id:
                gone = report_of(timeline, placing.find(timeline, replaced_id), REMOVED)
                placed = placing.replace(self._host, timeline, replaced_id, cue, self.settings.lane_name)
            else:
                placed = placing.insert(self._host, timeline, cue, self.settings.lane_name)
            self._report(gone, report_of(timeline, placed, INSERTED, self._query_digest()))
            self._forget_what_was_said()
            self.said = f"'{cue.name}' lies on track '{placed.lane_name}'."
        except PanelError as error:
            self.session.show(error.problem)
        self.look()

    def _report(self, *reports: CueReport | None) -> None:
        for report in reports:
            if report is not None:
                self.session.report_cue(report)

    def _query_digest(self) -> str:
        return str(self.session.results.answer.get("query_digest", "")) if self.session.results else ""

    def _not_rendered(self, why: Problem) -> None:
        self._rendering = None
        self.session.show(why)

    def _start_stills(self, generation: int, frames: list[int]) -> None:
        try:
            each = stills(self._host, self._host.open_timeline(), frames, self._folder)
            self._stills = _Stills(generation, len(frames), each, [])
        except PanelError as error:
            self._give_up_search(error)

    def _one_more_still(self) -> None:
        """Take one picture a tick, so that Resolve stays responsive and Cancel works."""
        under_way = self._stills
        if under_way is None:
            return
        try:
            under_way.done.append(next(under_way.pictures))
            self.session.rendering(len(under_way.done), under_way.total)
        except StopIteration:
            self._stills = None
            self.session.give_renders(under_way.generation, under_way.done)
        except PanelError as error:
            self._stills = None
            self._give_up_search(error)

    def _give_up_search(self, error: PanelError) -> None:
        self.session.cancel()
        self.session.show(error.problem)

    def _stop_stills(self) -> None:
        if self._stills is not None:
            # Puts playhead and page back.
            self._stills.pictures.close()
            self._stills = None


def _introduction(settings: Settings, version: str) -> Introduction:
    return Introduction(
        host_name="DaVinci Resolve",
        host_version=version,
        plugin_version=VERSION,
        companion=settings.companion,
        server=settings.server,
        token=settings.token,
        home=settings.home,
        path_map=settings.path_map,
    )
