"""Which file is which track.

An id is a hash of the sound's digest and a number that tells equal sounds apart: the first free one, counted
in order of path. A row keeps its id while its file stays or moves. Decisions are taken in order of path and
depend only on files before, so that a run that was killed and continued ends as one that was not.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence

from temptrack.library.records import FileState, RowState


class Identities:
    """Rows of the library as they were at the start of a run, and who claims them."""

    def __init__(
        self,
        states: Iterable[RowState],
        found: Sequence[FileState],
        before: Iterable[RowState] = (),
    ) -> None:
        """Look at the rows there are.

        Args:
            states: (id, content digest, file) of the rows of the library.
            found: the files there are.
            before: rows of a library that this one will replace; whoever has their file or sound gets their
                id.
        """
        self._found = {file.path for file in found}
        rows = {track_id: (digest, state) for track_id, digest, state in states}
        self._analysed = frozenset(rows)
        self._states = {track_id: (digest, state) for track_id, digest, state in before} | rows
        self._ids = set(self._states)
        self._claimed: set[str] = set()
        self._displaced: set[str] = set()
        self._by_path = self._owners_of_paths(found)
        self._by_digest: dict[str, list[str]] = defaultdict(list)
        for track_id, (digest, _) in sorted(
            self._states.items(), key=lambda item: (item[1][1].path, item[0])
        ):
            self._by_digest[digest].append(track_id)

    def at(self, path: str) -> tuple[str, str, FileState] | None:
        """Return (id, content digest, file) of the row whose file is at a path."""
        track_id = self._by_path.get(path)
        return None if track_id is None else (track_id, *self._states[track_id])

    def is_analysed(self, track_id: str) -> bool:
        """Tell whether a row is one of the library, rather than of one that it will replace."""
        return track_id in self._analysed

    def keep(self, track_id: str) -> None:
        """Note that a row's file is where and what it was."""
        self._claimed.add(track_id)

    def displace(self, track_id: str) -> None:
        """Note that another sound is now at the path of a row."""
        self._displaced.add(track_id)

    def with_sound(self, digest: str) -> str | None:
        """Return a row that holds the analysis of this sound."""
        return next((row for row in self._by_digest.get(digest, ()) if row in self._analysed), None)

    def claim_moved(self, digest: str) -> str | None:
        """Return the row of this sound whose file went away, first in order of path, and claim it."""
        for track_id in self._by_digest.get(digest, ()):
            if track_id not in self._claimed and (track_id in self._displaced or self._is_gone(track_id)):
                self._claimed.add(track_id)
                return track_id
        return None

    def claim_in_place(self, track_id: str) -> bool:
        """Claim the row whose path now has another sound; false if its own sound turned up elsewhere."""
        if track_id in self._claimed:
            return False
        self._claimed.add(track_id)
        return True

    def new_id(self, digest: str) -> str:
        """Return the first free id of a sound and take it."""
        number = 0
        while (track_id := track_id_of(digest, number)) in self._ids:
            number += 1
        self._ids.add(track_id)
        return track_id

    def displaced(self) -> list[str]:
        """Return rows whose path belongs to another sound and whose own was found nowhere."""
        return sorted(self._displaced - self._claimed)

    def gone(self) -> list[tuple[str, str]]:
        """Return (path, id) of rows nobody claimed whose file is not there, in order of path."""
        unclaimed = self._states.keys() - self._claimed - self._displaced
        return sorted(
            (self._states[track_id][1].path, track_id) for track_id in unclaimed if self._is_gone(track_id)
        )

    def _is_gone(self, track_id: str) -> bool:
        path = self._states[track_id][1].path
        return path not in self._found and not os.path.lexists(path)

    def _owners_of_paths(self, found: Sequence[FileState]) -> dict[str, str]:
        files = {file.path: file for file in found}
        rows: dict[str, list[str]] = defaultdict(list)
        for track_id, (_, state) in self._states.items():
            rows[state.path].append(track_id)
        owners = {}
        for path, ids in rows.items():
            # Two rows at one path are left by a run killed between two files that swapped places.
            ids.sort(key=lambda track_id: (not self._fits(track_id, files.get(path)), track_id))
            owners[path] = ids[0]
            self._displaced.update(ids[1:])
        return owners

    def _fits(self, track_id: str, file: FileState | None) -> bool:
        return file is not None and self._states[track_id][1].looks_like(file)


def track_id_of(digest: str, number: int) -> str:
    """Return the id of the number-th track of a sound, counted from 0."""
    return hashlib.sha256(f"{digest}:{number}".encode()).hexdigest()[:24]
