"""What gives tracks as files, and what plays: one of each a companion."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from temptrack.companion.calls import Call, Notify
from temptrack.companion.preview import Preview, PreviewPosition
from temptrack.companion.sound_messages import PlayParams, PreviewPositionParams
from temptrack.companion.track_files import LocalTrackFiles, RemoteTrackFiles, TrackFileSource
from temptrack.errors import Cancelled


class Sounds:
    """What gives files, and what plays; one of each a companion."""

    def __init__(self, server: str | None, notify: Notify, *, token: str | None = None) -> None:
        """Prepare; nothing is opened before it is asked for.

        Args:
            server: HOST:PORT of the server whose libraries are meant; None means those of this machine.
            notify: sends `preview/position`.
            token: shown to the server; None shows what `temptrack login` kept.
        """
        self._notify = notify
        self.files: TrackFileSource = _server_files(server, token) if server else LocalTrackFiles(_own_file)
        self._preview = Preview(self._tell)
        self._latest = -1
        self._lock = threading.Lock()

    def play(self, path: Path, params: PlayParams, call: Call) -> None:
        """Play a stretch of a file, unless something else was wanted while it was fetched."""
        with self._in_turn(call):
            call.stop_if_cancelled()
            self._preview.play(
                path,
                track_id=params.track_id,
                start_s=params.start_s,
                end_s=params.end_s,
                gain_db=params.gain_db,
            )

    def wish(self, call: Call) -> None:
        """Note what is wanted last, whatever happens first."""
        with self._lock:
            self._latest = max(self._latest, call.order)

    def stop(self, call: Call) -> None:
        """Fall silent, unless something is to be played since."""
        with suppress(Cancelled), self._in_turn(call):
            self._preview.stop()

    def seek(self, position_s: float) -> None:
        """Go on from another moment."""
        with self._lock:
            self._preview.seek(position_s)

    def close(self) -> None:
        """Fall silent."""
        self._preview.stop()

    @contextmanager
    def _in_turn(self, call: Call) -> Iterator[None]:
        with self._lock:
            if call.order < self._latest:
                raise Cancelled("Something else was wanted meanwhile.")
            self._latest = call.order
            yield

    def _tell(self, position: PreviewPosition) -> None:
        self._notify(
            "preview/position",
            PreviewPositionParams(
                track_id=position.track_id,
                position_s=position.position_s,
                state=position.state.value,
                problem=str(position.problem) if position.problem else None,
            ),
        )


def _own_file(library: str, track_id: str) -> Path:
    from temptrack.seat.engine import open_reader

    return open_reader(library).audio_file(track_id)


def _server_files(server: str, token: str | None) -> RemoteTrackFiles:
    from temptrack.client.connection import Connection
    from temptrack.client.credentials import credentials_for
    from temptrack.client.library_client import LibraryClient

    connection = Connection(server, credentials=credentials_for(server, token=token))
    return RemoteTrackFiles(LibraryClient(connection), server)
