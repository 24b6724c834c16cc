# SPDX-License-Identifier: Apache-2.0
"""The panel's window, made with the window system that Resolve Studio lends to scripts."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from typing import Any, Callable

from .actions import Actions
from .entries import VOCALS, filters_of, row_of, why_of
from .layout import COLUMNS, LINES, rows
from .panel.problems import PanelError
from .panel.reading import reading_of, warning_of
from .remedies import resolve_problem

WINDOW_ID = "org.temptrack.suggest-music"
_TICK_MS = 50


class MusicWindow:
    """Shows the state of the actions and passes on what the user does."""

    def __init__(self, ui: Any, dispatcher: Any, actions: Actions, save: Callable[[Any], None]) -> None:
        """Build the window.

        Args:
            ui: Resolve's UIManager.
            dispatcher: Resolve's UIDispatcher for it.
            actions: what the buttons do.
            save: called with changed settings.
        """
        self._actions, self._save, self._dispatcher, self._ui = actions, save, dispatcher, ui
        self._window = dispatcher.AddWindow(
            {"ID": WINDOW_ID, "WindowTitle": "Suggest Music", "Geometry": [200, 200, 860, 620]},
            [ui.VGroup({"Spacing": 6}, rows(ui))],
        )
        self._shown_results: object = None
        self._shown_menus: dict[str, list[str]] = {}
        self._timer = ui.Timer({"ID": "Tick", "Interval": _TICK_MS})
        self._connect()

    def run(self) -> None:
        """Show the window until the user closes it. Resolve stays usable meanwhile."""
        self._actions.session.start()
        self._actions.look()
        self._fill("Vocals", list(VOCALS))
        self._fill("Part", self._actions.parts())
        self._draw()
        self._window.Show()
        self._timer.Start()
        try:
            self._dispatcher.RunLoop()
        finally:
            self._timer.Stop()
            self._window.Hide()
            self._actions.close()

    def _connect(self) -> None:
        for name in LINES:
            self._on(name, "ReturnPressed", self._search)
        self._on("Search", "Clicked", self._search)
        self._on("Cancel", "Clicked", self._actions.cancel)
        self._on("Found", "ItemClicked", self._show_why)
        self._on("Found", "ItemDoubleClicked", lambda: self._actions.play(self._rank()))
        self._on("Play", "Clicked", lambda: self._actions.play(self._rank()))
        self._on("Insert", "Clicked", lambda: self._actions.insert(self._rank()))
        self._on("Replace", "Clicked", lambda: self._actions.insert(self._rank(), self._cue_id()))
        self._on("Remove", "Clicked", lambda: self._actions.remove(self._cue_id()))
        self._on("Refresh", "Clicked", self._refresh)
        self._on("Doctor", "Clicked", self._doctor)
        self._window.On[WINDOW_ID].Close = lambda _event: self._dispatcher.ExitLoop()
        self._dispatcher.On.Timeout = lambda _event: self._do(self._actions.tick)

    def _on(self, name: str, event: str, action: Callable[[], object]) -> None:
        setattr(self._window.On[name], event, lambda _event: self._do(action))

    def _do(self, action: Callable[[], object]) -> None:
        """Act and draw, unless the action says False: nothing has changed.

        Whatever goes wrong is said in the window, where somebody looks.
        """
        try:
            if action() is False:
                return
        except PanelError as error:
            self._actions.session.show(error.problem)
        except Exception:
            sys.stderr.write(traceback.format_exc())
            # What was half done must not fail again with every tick.
            self._actions.cancel()
            self._actions.session.show(resolve_problem("INTERNAL"))
        self._draw()

    def _search(self) -> None:
        read = {name: str(self._find(name).Text) for name in LINES}
        filters = filters_of(
            tempo=read["Tempo"],
            length=read["Length"],
            key=read["Key"],
            tags=read["Tags"],
            vocals=str(self._find("Vocals").CurrentText),
            licensed_only=bool(self._find("Licensed").Checked),
        )
        library = str(self._find("Library").CurrentText)
        words = {
            "library": library,
            "prompt": read["Prompt"],
            "exclude": read["Exclude"],
            "text_weight": int(self._find("Weight").Value) / 100,
            "filters": filters,
        }
        self._actions.search(words, str(self._find("Part").CurrentText))
        if library != self._actions.settings.library:
            self._actions.settings = replace(self._actions.settings, library=library)
            self._save(self._actions.settings)

    def _refresh(self) -> None:
        """Look at the timeline and the libraries again: the editor may have changed either."""
        self._actions.look()
        self._actions.session.refresh_libraries()
        self._fill("Part", self._actions.parts())

    def _doctor(self) -> None:
        self._actions.session.doctor(self._show_checks)

    def _show_checks(self, checks: list[dict[str, Any]]) -> None:
        lines = [
            " ".join(str(check.get(key, "")) for key in ("state", "name", "detail", "next_step")).strip()
            for check in checks
        ]
        self._find("Why").Text = "\n".join(lines)

    def _rank(self) -> int:
        row = self._find("Found").CurrentItem()
        return int(row.Text[0]) if row is not None else 1

    def _cue_id(self) -> str:
        index, cues = int(self._find("Cues").CurrentIndex), self._actions.cues
        return cues[index].id if 0 <= index < len(cues) else ""

    # Drawing

    def _draw(self) -> None:
        actions, session = self._actions, self._actions.session
        self._fill("Library", [str(each["name"]) for each in session.libraries], actions.settings.library)
        self._fill("Cues", [f"{number}. {cue.title}" for number, cue in enumerate(actions.cues, 1)])
        if session.results is not self._shown_results:
            self._shown_results = session.results
            self._show_results()
        found = bool(session.results and session.results.suggestions)
        ready = found and not actions.is_busy
        self._find("Search").Enabled = bool(session.libraries)
        self._find("Cancel").Enabled = actions.is_busy
        self._find("Play").Enabled = found
        self._find("Insert").Enabled = ready
        self._find("Replace").Enabled = ready and bool(actions.cues)
        self._find("Remove").Enabled = bool(actions.cues) and not actions.is_busy
        self._find("Play").Text = "Stop" if session.preview.is_active else "Play"
        self._find("Said").Text = self._said()

    def _said(self) -> str:
        session = self._actions.session
        if session.problem is not None:
            return f"{session.problem.sentence}\n{session.problem.next_step}"
        if session.progress is not None:
            share = f" {session.progress.share:.0%}" if session.progress.total else ""
            return f"{session.progress.text}{share}"
        missing = list((session.plan or {}).get("missing", ()))
        if missing:
            names = ", ".join(str(each["name"]) for each in missing[:3])
            return f"{len(missing)} clips could not be looked at: {names}. Relink them, or search as it is."
        said = self._actions.said or str(session.state.value).capitalize()
        return f"{said}\n{session.note}" if session.note else said

    def _show_results(self) -> None:
        tree = self._find("Found")
        tree.Clear()
        header = tree.NewItem()
        tree.ColumnCount = len(COLUMNS)
        for column, (title, width) in enumerate(COLUMNS):
            header.Text[column] = title
            tree.ColumnWidth[column] = width
        tree.SetHeaderItem(header)
        results = self._actions.session.results
        reading = reading_of(results.answer) if results else ""
        warning = warning_of(results.answer) if results else ""
        read = f"Read as: {reading}" if reading else ""
        self._find("Read").Text = "\n".join(line for line in (read, warning) if line)
        for suggestion in results.suggestions if results else ():
            row = tree.NewItem()
            for column, text in enumerate(row_of(suggestion)):
                row.Text[column] = text
            tree.AddTopLevelItem(row)
        self._show_why()

    def _show_why(self) -> None:
        results, rank = self._actions.session.results, self._rank()
        chosen = [each for each in (results.suggestions if results else ()) if each["rank"] == rank]
        self._find("Why").Text = why_of(chosen[0]) if chosen else ""

    def _fill(self, name: str, entries: list[str], chosen: str = "") -> None:
        """Fill a menu when its entries have changed; what was chosen stays chosen."""
        if self._shown_menus.get(name) == entries:
            return
        menu = self._find(name)
        chosen = chosen or str(menu.CurrentText)
        menu.Clear()
        menu.AddItems(entries)
        if chosen in entries:
            menu.CurrentIndex = entries.index(chosen)
        self._shown_menus[name] = list(entries)

    def _find(self, name: str) -> Any:
        return self._window.Find(name)
