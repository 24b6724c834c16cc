# SPDX-License-Identifier: GPL-3.0-or-later
"""Ties the shared session to Blender: a plain class that a timer ticks. No threads, nothing waits.

Between two ticks anything may have happened: undo, another scene, another file, a deleted strip. So scenes
are kept by session id and cues by their own id, never by reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from . import settings, strips
from .asking import Asked, Placement, question_for
from .panel.problems import PanelError, Problem
from .panel.questions import Results
from .panel.reports import CueReport
from .panel.session import Session
from .picture_playing import PicturePlaying
from .properties import OPERATORS, panel_of
from .remedies import failure
from .renders import FrameRenderer
from .scenes import redraw, scene_by_id, scene_id


class Driver:
    """What the panel's buttons call and its drawing reads.

    Attributes:
        session: the shared session.
        checks: what the doctor said last.
        pending: what the placing operator is to place.
        is_panel_seen: whether the panel was ever drawn; before that nothing is started.
    """

    def __init__(self) -> None:
        self.session = Session(settings.settings())
        self.checks: list[dict[str, Any]] = []
        self.pending: Placement | None = None
        self.is_panel_seen = False
        self._asked: Asked | None = None
        self._answered: Asked | None = None
        self._shown: Results | None = None
        self._libraries: list[dict[str, Any]] = []
        self._renderer: FrameRenderer | None = None
        self._picture = PicturePlaying()
        self._was_greeted = False

    def tick(self) -> float:
        """Let things move on; returns after how many seconds to tick again."""
        if self.is_panel_seen and not self._was_greeted:
            self._was_greeted = True
            if self._may_connect():
                self.session.start()
        changed = self.session.tick()
        self._render_a_frame()
        self._take_libraries()
        self._take_results()
        self._picture.follow(self.session.preview)
        if changed:
            redraw()
        return self.session.tick_s

    def configure(self) -> None:
        """Take over changed preferences."""
        self.session.configure(settings.settings())
        self._was_greeted = False

    def close(self) -> None:
        """End the companion and tidy up."""
        self._picture.stop()
        self.session.close()
        self._drop_renderer()

    # Searching.

    def search(self, context: bpy.types.Context) -> None:
        """Search for what the panel says; problems end in the panel."""
        if not self._may_connect():
            return
        scene, panel = strips.scene_of(context), panel_of(context)
        try:
            question, asked = question_for(scene, panel)
        except PanelError as error:
            self.session.show(error.problem)
            return
        self._asked = asked
        self.session.search(question)

    def cancel(self) -> None:
        """Stop searching."""
        self.session.cancel()

    def refresh(self) -> None:
        """Start the companion if none runs, and ask which libraries there are."""
        if self._may_connect():
            self.session.refresh_libraries()

    @property
    def results(self) -> Results | None:
        """The last answer."""
        return self.session.results

    def suggestion(self, index: int) -> dict[str, Any] | None:
        """Return the suggestion at an index of the list, or None."""
        found = self.session.results.suggestions if self.session.results else []
        return found[index] if 0 <= index < len(found) else None

    def _render_a_frame(self) -> None:
        wanted = self.session.renders_wanted
        if wanted is None or self._asked is None:
            return
        if self._renderer is None or self._renderer.generation != wanted.generation:
            self._drop_renderer()
            self._renderer = FrameRenderer(self._asked.scene, wanted.frames, wanted.generation)
        renderer = self._renderer
        renderer.step()
        self.session.rendering(renderer.done, len(renderer.wanted))
        if renderer.is_done:
            self.session.give_renders(wanted.generation, renderer.renders)

    def _drop_renderer(self) -> None:
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _take_libraries(self) -> None:
        libraries = self.session.libraries
        panel = panel_of(bpy.context)
        # Opening another file may empty the window manager's list.
        if libraries is self._libraries and len(panel.libraries) == len(libraries):
            return
        self._libraries = libraries
        names = [str(each["name"]) for each in libraries]
        panel.libraries.clear()
        for name in names:
            panel.libraries.add().name = name
        if panel.library not in names:
            wished = settings.preferences().library
            panel.library = wished if wished in names else next(iter(names), "")

    def _take_results(self) -> None:
        results = self.session.results
        if results is None or results is self._shown:
            return
        self._shown, self._answered = results, self._asked
        panel = panel_of(bpy.context)
        panel.found.clear()
        for each in results.suggestions:
            line = panel.found.add()
            line.name, line.rank = each["track"]["title"], each["rank"]
        panel.chosen = 0

    # Placing.

    def place(self, context: bpy.types.Context, index: int, replaces: str = "") -> None:
        """Fetch a suggestion's file, then place it in the part searched for, or instead of another cue."""
        suggestion = self.suggestion(index)
        results, answered = self.session.results, self._answered
        if suggestion is None or results is None or answered is None or not self._may_connect():
            return
        if results.timeline_id != str(scene_id(strips.scene_of(context))):
            scene = scene_by_id(answered.scene)
            self.session.show(failure("OTHER_SCENE", scene.name if scene else "?").problem)
            return
        answer = dict(results.answer)

        def arrived(path: str) -> None:
            self._place(answered, suggestion, answer, path, replaces)

        self.session.track_file(
            results.question.library,
            suggestion["track"]["id"],
            arrived,
            keep_in=settings.music_folder(),
        )

    def _place(
        self, asked: Asked, suggestion: dict[str, Any], answer: dict[str, Any], path: str, replaces: str
    ) -> None:
        scene = scene_by_id(asked.scene)
        if scene is None:
            self.session.show(failure("SCENE_GONE").problem)
            return
        place = asked.place(answer, suggestion, strips.rate_of(scene))
        digest = str(answer.get("query_digest", ""))
        self.pending = Placement(asked.scene, place, suggestion, answer["library"], path, replaces, digest)
        # The True makes it one step of undo, as if the user had pressed a button for it.
        OPERATORS.place("EXEC_DEFAULT", True)

    def report(self, reports: Iterable[CueReport]) -> None:
        """Tell a studio's server what was done, where Blender may go online."""
        if bpy.app.online_access:
            for report in reports:
                self.session.report_cue(report)

    # Listening, and the doctor.

    def preview(self, context: bpy.types.Context, index: int) -> None:
        """Play a suggestion with the picture, or stop it when it plays."""
        suggestion = self.suggestion(index)
        results = self.session.results
        if suggestion is None or results is None or not self._may_connect():
            return
        if self.session.preview.is_active and self.session.preview.track_id == suggestion["track"]["id"]:
            self.session.preview.stop()
            return
        excerpt = suggestion["excerpt"]
        end_s = excerpt["start_s"] + excerpt["duration_s"]
        self.session.preview.play(
            results.question.library, suggestion["track"]["id"], excerpt["start_s"], end_s
        )
        part = results.answer.get("host_scope")
        scene = scene_id(strips.scene_of(context))
        if part is not None and results.timeline_id == str(scene):
            self._picture.start(scene, part["start_frames"])

    def doctor(self) -> None:
        """Examine every link of the chain; the preferences show what was found."""
        if self._may_connect():
            self.session.doctor(self._examined, self._not_examined)
        elif self.session.problem is not None:
            self._not_examined(self.session.problem)

    def _examined(self, checks: list[dict[str, Any]]) -> None:
        self.checks = checks
        redraw()

    def _not_examined(self, why: Problem) -> None:
        self._examined(
            [{"name": "companion", "state": "broken", "detail": why.sentence, "next_step": why.next_step}]
        )

    def _may_connect(self) -> bool:
        """Say whether what is set may be reached; a server only when Blender may go online."""
        if not self.session.settings.server or bpy.app.online_access:
            return True
        self.session.show(failure("ONLINE_ACCESS_OFF", self.session.settings.server).problem)
        return False
