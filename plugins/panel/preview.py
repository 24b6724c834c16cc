# SPDX-License-Identifier: Apache-2.0
"""What plays: one track at a time, through the companion."""

from __future__ import annotations

from typing import Any, Callable

from .connection import Connection
from .problems import Problem


class Preview:
    """Plays, stops and seeks.

    Attributes:
        state: "stopped", "starting" or "playing".
        track_id: what plays or played last.
        position_s: where it is, in seconds of the track.
    """

    def __init__(self, connection: Connection, show: Callable[[Problem], None]) -> None:
        self.state = "stopped"
        self.track_id = ""
        self.position_s = 0.0
        self._connection = connection
        self._show = show

    @property
    def is_active(self) -> bool:
        """Whether something plays or is about to."""
        return self.state != "stopped"

    def play(
        self, library: str, track_id: str, start_s: float, end_s: float | None = None, gain_db: float = 0.0
    ) -> None:
        """Play a track, or a part of it; what plays is stopped.

        Args:
            library: name of the library.
            track_id: the track.
            start_s: where to start, in seconds of the track.
            end_s: where to stop, or None for its end.
            gain_db: louder or softer.
        """
        self.state, self.track_id, self.position_s = "starting", track_id, start_s
        params = {
            "library": library,
            "track_id": track_id,
            "start_s": start_s,
            "end_s": end_s,
            "gain_db": gain_db,
        }
        self._connection.ask("preview/play", params, self._started, self._failed)

    def stop(self) -> None:
        """Stop what plays."""
        if self.is_active:
            self.state = "stopped"
            self._connection.ask("preview/stop", {}, _ignore, self._failed)

    def seek(self, position_s: float) -> None:
        """Go to a place in what plays, in seconds of the track."""
        if self.is_active:
            self.position_s = position_s
            self._connection.ask("preview/seek", {"position_s": position_s}, _ignore, self._failed)

    def told(self, params: dict[str, Any]) -> None:
        """Take a position the companion tells; what came late is ignored.

        That is one of another track, and the end of the same track before it was started again.
        """
        is_playing = params.get("state") == "playing"
        is_late = params.get("track_id") != self.track_id or (self.state == "starting" and not is_playing)
        if is_late or not self.is_active:
            return
        self.position_s = float(params.get("position_s") or 0.0)
        self.state = "playing" if is_playing else "stopped"

    def ended(self) -> None:
        """Note that nothing plays any more, because the companion ended."""
        self.state = "stopped"

    def _started(self, _result: dict[str, Any]) -> None:
        if self.state == "starting":
            self.state = "playing"

    def _failed(self, why: Problem) -> None:
        self.state = "stopped"
        self._show(why)


def _ignore(_result: dict[str, Any]) -> None:
    return
