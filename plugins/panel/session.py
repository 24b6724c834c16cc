# SPDX-License-Identifier: Apache-2.0
"""The state behind a panel, the same for every host: what runs, what was found, what went wrong.

A host calls ``tick`` from a timer, shows what it finds in the attributes, and calls the methods when the user
acts. Nothing waits, and nothing is called from another thread.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, Sequence

from .companion_link import Done, Failed
from .connection import Call, Connection
from .preview import Preview
from .problems import Problem, problem
from .questions import Progress, Question, RendersWanted, Results, Settings, State
from .reports import CueReport

__all__ = ["Progress", "Question", "RendersWanted", "Results", "Session", "Settings", "State"]

TICK_BUSY_S = 0.05
TICK_IDLE_S = 0.25


class Session:
    """One panel's state. The host's main thread owns it.

    Attributes:
        problem: what to show, or None; a new search clears it.
        progress: how far the search or the file that is fetched is, or None.
        results: the last answer; stays while the next is searched for.
        libraries: what can be searched.
        plan: what the companion said of the last search's picture (missing media, warnings), or None.
        renders_wanted: frames the host must render for the search that runs, or None.
        preview: what plays.
        note: something to know that stopped nothing, or empty.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare a session; ``start``, or the first call that needs it, starts the companion.

        Args:
            settings: who asks, and with what.
            clock: seconds that only grow.
        """
        self.problem: Problem | None = None
        self.progress: Progress | None = None
        self.results: Results | None = None
        self.libraries: list[dict[str, Any]] = []
        self.plan: Mapping[str, Any] | None = None
        self.renders_wanted: RendersWanted | None = None
        self.note = ""
        self._connection = Connection(settings, clock)
        self._connection.on_welcome = self._welcomed
        self._connection.on_notification = self._told
        self._connection.on_lost = self._lost
        self.preview = Preview(self._connection, self._show)
        self._generation = 0
        self._search: Call | None = None
        self._question: Question | None = None
        self._renders: tuple[Mapping[str, Any], ...] = ()
        self._picture_is_known = False
        self._calls: list[Call] = []
        self._changed = False

    # The companion.

    @property
    def settings(self) -> Settings:
        """Who asks, and with what."""
        return self._connection.settings

    @property
    def state(self) -> State:
        """What the session is doing."""
        is_searching = self._connection.state is State.READY and self.is_searching
        return State.SEARCHING if is_searching else self._connection.state

    @property
    def is_searching(self) -> bool:
        """Whether a search is under way, waits for the companion, or waits for the host's frames."""
        # A call may be over before it is known here: a companion that cannot be started fails it at once.
        is_asking = self._search is not None and not self._search.is_over
        return is_asking or self.renders_wanted is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way, so that the host should tick often."""
        starting = self._connection.state is State.STARTING
        return starting or self.is_searching or self.preview.is_active or self._is_asking

    @property
    def _is_asking(self) -> bool:
        self._calls = [call for call in self._calls if not call.is_over]
        return bool(self._calls)

    @property
    def tick_s(self) -> float:
        """Seconds after which the host should call ``tick`` again."""
        return TICK_BUSY_S if self.is_busy else TICK_IDLE_S

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What this companion can do; empty before the handshake."""
        found = self._connection.welcome.get("capabilities")
        return found if isinstance(found, dict) else {}

    @property
    def companion_process_id(self) -> int | None:
        """The companion's process id, or None."""
        return self._connection.process_id

    @property
    def log(self) -> list[str]:
        """The last lines of the companion's log."""
        return self._connection.log

    def start(self) -> None:
        """Start the companion if none runs; problems end in ``problem``."""
        self._changed = True
        if self._connection.state is State.FAILED:
            self.problem = None
        self._connection.start()

    def configure(self, settings: Settings) -> None:
        """Use other settings; a companion that runs with the old ones is closed."""
        if settings != self._connection.settings:
            self.close()
            self._connection.settings = settings

    def tick(self) -> bool:
        """Take what came. Returns whether anything changed, so that the panel should be drawn again."""
        came = self._connection.tick()
        changed, self._changed = self._changed, False
        return came or changed

    def close(self) -> None:
        """End the companion and whatever runs; results stay. Takes a few seconds at most."""
        self.cancel()
        self._connection.close()
        self.preview.ended()
        self._changed = True

    # Searching.

    def search(self, question: Question) -> int:
        """Search; a search that runs is dropped. Returns the number of this search.

        With a timeline the companion is first asked which frames the host must render. If there are any and
        the host can, ``renders_wanted`` is set and the search goes on with ``give_renders``. A picture that
        equals the last one is not asked about again.

        Args:
            question: what is searched for.
        """
        last = self._question
        same_picture = self._picture_is_known and last is not None and last.picture() == question.picture()
        self.cancel()
        self._question = question
        self.problem, self.note = None, ""
        self.progress = Progress("asking", "Asking")
        if not same_picture:
            self.plan, self._renders, self._picture_is_known = None, (), False
        if question.timeline is None or same_picture:
            self._suggest(question)
        else:
            self._search = self._connection.ask(
                "plan", question.picture(), lambda plan: self._planned(question, plan), self._search_failed
            )
        return self._generation

    def give_renders(self, generation: int, renders: Sequence[Mapping[str, Any]]) -> None:
        """Go on with a search after its frames were rendered.

        Args:
            generation: that of ``renders_wanted``; what comes late for an older search is ignored.
            renders: ``{"frame": int, "path": str}`` each; fewer than asked for, or none, is fine. The files
                must stay as long as the same picture is searched for.
        """
        wanted = self.renders_wanted
        if wanted is None or wanted.generation != generation or self._question is None:
            return
        self.renders_wanted = None
        self._renders = tuple(renders)
        self._suggest(self._question)

    def rendering(self, done: int, total: int) -> None:
        """Show how far the host is with the frames it renders."""
        if self.renders_wanted is not None:
            self.progress = Progress("rendering", "Rendering frames of clips without a file", done, total)
            self._changed = True

    def cancel(self) -> None:
        """Stop searching; a reply that comes late is dropped, earlier results stay."""
        self._generation += 1
        if self._search is not None:
            self._search.drop()
        self._end_search()

    # Everything else.

    def ask(self, method: str, params: Mapping[str, Any], done: Done, failed: Failed | None = None) -> Call:
        """Call any method of the protocol as soon as the companion is ready.

        Args:
            method: name of the method.
            params: its parameters.
            done: called with the result, from ``tick``.
            failed: called with the problem; without it the problem is shown.
        """
        call = self._connection.ask(
            method,
            params,
            lambda result: self._answered(lambda: done(result)),
            lambda why: self._answered(lambda: (failed or self._show)(why)),
            self._show_progress,
        )
        self._calls.append(call)
        return call

    def refresh_libraries(self) -> None:
        """Ask again which libraries there are."""
        self.ask("libraries", {}, self._take_libraries)

    def track_file(
        self,
        library: str,
        track_id: str,
        done: Callable[[str], None],
        failed: Failed | None = None,
        *,
        keep_in: str = "",
    ) -> Call:
        """Ask for a whole track's file on this machine; a server's is laid in ``keep_in`` for good."""
        params = {"library": library, "track_id": track_id, "keep_in": keep_in}
        return self.ask("track/file", params, lambda result: done(str(result.get("path", ""))), failed)

    def cue_file(self, params: Mapping[str, Any], done: Done, failed: Failed | None = None) -> Call:
        """Ask for a cue rendered into a file; parameters and result are those of ``cue/file``."""
        return self.ask("cue/file", params, done, failed)

    def report_cue(self, report: CueReport) -> None:
        """Tell a studio's server what was done with a track; that it cannot be told is a note at most."""
        self.note = ""
        if self.settings.server.strip():
            self._connection.ask("cue/report", report.params(), self._reported, self._not_reported)

    def doctor(self, done: Callable[[list[dict[str, Any]]], None], failed: Failed | None = None) -> Call:
        """Ask for the state of every link of the chain: ``{name, state, detail, next_step}`` each."""
        return self.ask("doctor", {}, lambda result: done(list(result.get("checks", ()))), failed)

    def show(self, why: Problem) -> None:
        """Show a problem the host itself found."""
        self._show(why)

    # What the companion says.

    def _planned(self, question: Question, plan: dict[str, Any]) -> None:
        self.plan = plan
        renders = tuple(plan.get("renders", ()))
        if renders and question.can_render:
            self._search = None
            self.renders_wanted = RendersWanted(self._generation, renders)
            self.rendering(0, len(self.renders_wanted.frames))
        else:
            self._suggest(question)

    def _suggest(self, question: Question) -> None:
        self._picture_is_known = question.timeline is not None
        params = {**question.words(), **question.picture()}
        if self._renders:
            params["renders"] = [dict(render) for render in self._renders]
        self._search = self._connection.ask(
            "suggest",
            params,
            lambda answer: self._found(question, answer),
            self._search_failed,
            self._show_progress,
        )

    def _found(self, question: Question, answer: dict[str, Any]) -> None:
        self._end_search()
        self.results = Results(question, answer)

    def _search_failed(self, why: Problem) -> None:
        # A picture that could not be used is looked at afresh: what was wrong with it may be mended.
        self._picture_is_known = False
        self._end_search()
        self._show(why)

    def _end_search(self) -> None:
        self._search = None
        self.renders_wanted = None
        self.progress = None
        self._changed = True

    def _answered(self, pass_on: Callable[[], None]) -> None:
        if not self.is_searching:
            self.progress = None
        self._changed = True
        pass_on()

    def _welcomed(self) -> None:
        self._take_libraries(self._connection.welcome)
        # The handshake comes before anything is opened: it knows names at most.
        self.refresh_libraries()

    def _take_libraries(self, result: Mapping[str, Any]) -> None:
        self.libraries = list(result.get("libraries", ()))
        self._changed = True

    def _told(self, method: str, params: dict[str, Any]) -> None:
        if method == "preview/position":
            self.preview.told(params)
            self._changed = True
            if params.get("problem"):
                self._show(problem("PREVIEW_ENDED", str(params["problem"])))

    def _reported(self, answer: dict[str, Any]) -> None:
        self.note = str(answer.get("note", ""))
        self._changed = True

    def _not_reported(self, why: Problem) -> None:
        # A companion of an older version does not know how.
        if why.reason not in ("UNKNOWN_METHOD", "CANCELLED"):
            self._reported({"note": why.sentence})

    def _show_progress(self, value: dict[str, Any]) -> None:
        self.progress = Progress.of(value)
        self._changed = True

    def _lost(self, why: Problem) -> None:
        self._end_search()
        self.preview.ended()
        self._show(why)

    def _show(self, why: Problem) -> None:
        if not why.is_cancelled:
            self.problem = why
        self._changed = True
