"""A library in memory, searched by brute force: the plainest possible ``LibraryReader``."""

import hashlib
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np

from temptrack.errors import NotFound
from temptrack.library.preferences import Degrees, Preference
from temptrack.library.types import LibraryInfo, SearchHit, Track, TrackDetail, TrackFilter
from temptrack.model.types import Bundle, Vector

WORDS_SHARE = 1.0


@dataclass(frozen=True)
class Row:
    """A track and all that is kept about it; rows of equal ``recording`` are one, "" is like no other."""

    track: Track
    sound: Vector
    words: Vector | None
    detail: TrackDetail
    recording: str = ""


class MemoryLibrary:
    """A ``LibraryReader`` over rows in a list, in whatever order they come."""

    def __init__(self, name: str, rows: Sequence[Row], bundle: Bundle, *, version: int = 1) -> None:
        self._rows = {row.track.id: row for row in rows}
        ids = sorted(self._rows)
        self.info = LibraryInfo(
            name=name,
            uri=f"memory://{name}",
            version=version,
            digest=hashlib.sha256("\n".join(ids).encode()).hexdigest(),
            bundle_id=bundle.id,
            bundle_digest=bundle.digest,
            track_count=len(rows),
            duration_s=sum(row.track.duration_s for row in rows),
        )
        self.edition = str(version)

    def search(
        self,
        query: Vector,
        *,
        where: TrackFilter,
        limit: int,
        blind: bool = False,
        distinct: bool = False,
        preferences: Sequence[Preference] = (),
    ) -> Sequence[SearchHit]:
        hits = [_hit(row, query, blind=blind) for row in self._passing(where)]
        spread = round(statistics.pstdev(hit.score for hit in hits), 4) if hits else 0.0
        hits = [replace(hit, favour=spread * self._liking(hit.track_id, preferences)) for hit in hits]
        hits.sort(key=lambda hit: (-(hit.score + hit.favour), hit.track_id))
        if not distinct:
            return hits[:limit]
        chosen: dict[str, SearchHit] = {}
        for hit in hits:
            chosen.setdefault(self._recording(hit.track_id), hit)
        return [self._with_places(hit, where) for hit in list(chosen.values())[:limit]]

    def count(self, where: TrackFilter) -> int:
        return len(self._passing(where))

    def track(self, track_id: str) -> Track:
        return self._row(track_id).track

    def tracks(self) -> Sequence[Track]:
        return sorted((row.track for row in self._rows.values()), key=lambda track: track.path)

    def embedding(self, track_id: str) -> Vector:
        return self._row(track_id).sound

    def detail(self, track_id: str) -> TrackDetail:
        return self._row(track_id).detail

    def details(self, track_ids: Sequence[str]) -> Sequence[TrackDetail]:
        return [self.detail(track_id) for track_id in track_ids]

    def audio_file(self, track_id: str) -> Path:
        return Path(self._row(track_id).track.path)

    def _passing(self, where: TrackFilter) -> list[Row]:
        used = {self._recording(track_id) for track_id in where.exclude_ids if track_id in self._rows}
        return [
            row
            for row in self._rows.values()
            if passes(row.track, where) and self._recording(row.track.id) not in used
        ]

    def _liking(self, track_id: str, preferences: Sequence[Preference]) -> float:
        values = OneTrack(self._rows[track_id].track)
        return sum(float(one.weight * one.degrees(values)[0]) for one in preferences)

    def _recording(self, track_id: str) -> str:
        return self._rows[track_id].recording or track_id

    def _with_places(self, hit: SearchHit, where: TrackFilter) -> SearchHit:
        recording = self._recording(hit.track_id)
        others = [row.track for row in self._passing(where) if self._recording(row.track.id) == recording]
        return replace(hit, also_at=tuple(sorted(track.path for track in others if track.id != hit.track_id)))

    def _row(self, track_id: str) -> Row:
        if track_id not in self._rows:
            raise NotFound(f"There is no track {track_id!r}.", reason="TRACK_NOT_FOUND")
        return self._rows[track_id]


class OneTrack:
    """The values of one track, as preferences look at them."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self.tempo_bpm = np.array([math.nan if track.tempo_bpm is None else track.tempo_bpm])
        self.duration_s = np.array([track.duration_s])
        self.vocals = np.array([-1 if track.vocals is None else int(track.vocals)], dtype=np.int8)

    def in_keys(self, keys: frozenset[str]) -> Degrees:
        key = self._track.key
        return np.array([math.nan if key is None else float(key.casefold() in keys)])

    def tag_scores(self, tag: str) -> Degrees:
        return np.array([next((one.score for one in self._track.tags if one.name == tag), 0.0)])


def passes(track: Track, where: TrackFilter) -> bool:
    """Whether a track meets every condition, written out as plainly as can be."""
    tags = {tag.name for tag in track.tags}
    tempo = track.tempo_bpm
    return all(
        (
            where.tempo_min_bpm is None or (tempo is not None and tempo >= where.tempo_min_bpm),
            where.tempo_max_bpm is None or (tempo is not None and tempo <= where.tempo_max_bpm),
            where.duration_min_s is None or track.duration_s >= where.duration_min_s,
            where.duration_max_s is None or track.duration_s <= where.duration_max_s,
            where.key is None or (track.key or "").casefold() == where.key.casefold(),
            where.vocals is None or track.vocals == where.vocals,
            tags.issuperset(where.tags_all),
            tags.isdisjoint(where.tags_none),
            not where.licences or track.licence.casefold() in {one.casefold() for one in where.licences},
            track.licence.casefold() not in {one.casefold() for one in where.licences_not},
            where.folder is None or PurePath(track.path).is_relative_to(where.folder),
            track.id not in where.exclude_ids,
        )
    )


def _hit(row: Row, query: Vector, *, blind: bool) -> SearchHit:
    sound = float(row.sound @ query)
    words = None if row.words is None else float(row.words @ query)
    if blind or row.words is None:
        return SearchHit(row.track.id, sound, sound, None if blind else words)
    both = row.sound + np.float32(WORDS_SHARE) * row.words
    return SearchHit(row.track.id, float(both @ query / np.linalg.norm(both)), sound, words)
