"""One pinned version of a library in memory, searched exactly."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from temptrack.errors import InvalidRequest, NotFound, NotReady, Unavailable
from temptrack.library import schema
from temptrack.library.filters import FilterColumns, Mask
from temptrack.library.preferences import Preference, favour
from temptrack.library.ranking import Rows, Scores, exact_scores, normalised
from temptrack.library.recordings import Recordings
from temptrack.library.track_list import TrackList
from temptrack.library.types import LibraryInfo, SearchHit, Track, TrackDetail, TrackFilter
from temptrack.library.vectors import Hold, Vectors, nowhere
from temptrack.model.types import Matrix, Vector

WORDS_WEIGHT = 1.0
"""How much a track's own words count beside its sound (1) where it has words."""

_DETAILS_KEPT = 512


class LanceReader:
    """A ``LibraryReader``: one version of a library, loaded once; safe to use from many threads.

    Attributes:
        words_weight: see ``WORDS_WEIGHT``.
    """

    def __init__(
        self,
        table: Any,
        describe: Callable[[pa.Table], LibraryInfo],
        *,
        edition: str,
        words_weight: float = WORDS_WEIGHT,
        hold: Hold = nowhere,
    ) -> None:
        self.words_weight = words_weight
        self._edition = edition
        self._table = table
        wanted = dict.fromkeys((*schema.TRACK_COLUMNS, "content_digest", "words"))
        columns = [name for name in wanted if name in table.schema.names]
        everything = table.search().with_row_id(True).select(columns).limit(None).to_arrow()
        # Order of rows on disk is the order of commits; ranking must not know it.
        everything = schema.with_credits(everything.sort_by("id").combine_chunks())
        self._info = describe(everything)
        self._row_ids = everything["_rowid"].to_numpy()
        self._tracks = everything.select(list(schema.TRACK_COLUMNS))
        self._recordings = Recordings(everything["content_digest"])
        self._filters = FilterColumns(self._tracks, self._recordings)
        self._vectors = Vectors(table, self._row_ids, words_weight=words_weight, hold=hold)
        self._by_path: Rows | None = None
        self._details: OrderedDict[str, TrackDetail] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def info(self) -> LibraryInfo:
        """Name, version, digest and bundle of what is searched."""
        return self._info

    @property
    def edition(self) -> str:
        """Tells this version from all others, also of a library that had the name before."""
        return self._edition

    def count(self, where: TrackFilter) -> int:
        """Return how many tracks meet the conditions."""
        return int(self._filters.mask(where).sum())

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
        """Rank exactly: filter first, then cosine and preferences, best first, ties by track id.

        Args:
            query: [embed_dim], length 1.
            where: conditions applied before ranking.
            limit: most hits to return, at least 1.
            blind: rank by sound alone, leaving out the tracks' own words.
            distinct: give each recording once, as the best placed of the tracks that hold it.
            preferences: move tracks up or down.

        Raises:
            InvalidRequest: LIMIT, QUERY_VECTOR, or what ``FilterColumns.mask`` raises.
            NotReady: LIBRARY_EMPTY.
        """
        self._check(query, limit)
        mask = self._filters.mask(where)
        scan = self._vectors.scan(query, mask, blind=blind)
        once = distinct and self._recordings.any_shared
        liked = favour(self._filters, preferences, scan.spread()) if preferences else None
        groups = self._recordings.of_row if once else None
        rows, scores = scan.best(limit, groups=groups, favour=liked)
        audio_scores = scores if blind else _cosines(self._vectors.sound(rows), query)
        worded = self._vectors.has_words[rows]
        words_scores = iter(_cosines(self._vectors.words(rows[worded]), query))
        ids = self._tracks["id"].take(pa.array(rows, pa.int64())).to_pylist()
        return [
            SearchHit(
                track_id=track_id,
                score=_cosine(score),
                audio_score=_cosine(audio_score),
                words_score=_cosine(next(words_scores)) if has_words else None,
                favour=0.0 if liked is None else float(liked[row]),
                also_at=self._also_at(row, mask) if once else (),
            )
            for row, track_id, score, audio_score, has_words in zip(
                rows, ids, scores, audio_scores, worded, strict=True
            )
        ]

    def track(self, track_id: str) -> Track:
        """Return one track.

        Raises:
            NotFound: TRACK_NOT_FOUND.
        """
        return TrackList(self._tracks, np.array([self._row(track_id)]))[0]

    def tracks(self) -> Sequence[Track]:
        """Return all tracks in order of path."""
        with self._lock:
            if self._by_path is None:
                # Rows lie in order of id already, which settles equal paths.
                self._by_path = pc.array_sort_indices(self._tracks["path"]).to_numpy().astype(np.int64)
            return TrackList(self._tracks, self._by_path)

    def embedding(self, track_id: str) -> Vector:
        """Return the embedding of a track's sound, [embed_dim], length 1.

        Raises:
            NotFound: TRACK_NOT_FOUND.
        """
        embedding: Vector = self._vectors.sound(np.array([self._row(track_id)]))[0]
        return embedding

    def detail(self, track_id: str) -> TrackDetail:
        """Read beats, windows and peaks of one track.

        Raises:
            NotFound: TRACK_NOT_FOUND.
            Unavailable: VERSION_GONE, when this reader was kept long after the library moved on.
        """
        return self.details([track_id])[0]

    def details(self, track_ids: Sequence[str]) -> Sequence[TrackDetail]:
        """Read beats, windows and peaks of some tracks at once, in the order asked.

        Raises:
            NotFound: TRACK_NOT_FOUND.
            Unavailable: VERSION_GONE, when this reader was kept long after the library moved on.
        """
        rows = {track_id: self._row(track_id) for track_id in track_ids}
        with self._lock:
            held = {track_id: self._details[track_id] for track_id in rows if track_id in self._details}
            for track_id in held:
                self._details.move_to_end(track_id)
        missing = [track_id for track_id in rows if track_id not in held]
        if missing:
            found = self._read_details([rows[track_id] for track_id in missing])
            held |= found
            with self._lock:
                self._details |= found
                while len(self._details) > _DETAILS_KEPT:
                    self._details.popitem(last=False)
        return [held[track_id] for track_id in track_ids]

    def audio_file(self, track_id: str) -> Path:
        """Return the path of a track's file.

        Raises:
            NotFound: TRACK_NOT_FOUND, or TRACK_FILE_MISSING when the file is gone.
        """
        path = Path(self._tracks["path"][self._row(track_id)].as_py())
        if not path.is_file():
            index = f"`temptrack library index {self._info.name} FOLDER`"
            raise NotFound(
                f"The file of track {track_id}, {path}, is not there.",
                reason="TRACK_FILE_MISSING",
                hint=f"Mount its drive, or index the folder it went to: {index}.",
                metadata={"track": track_id, "path": str(path)},
            )
        return path

    def _also_at(self, row: int, mask: Mask) -> tuple[str, ...]:
        copies = self._recordings.copies(row, mask)
        return tuple(sorted(self._tracks["path"].take(pa.array(copies, pa.int64())).to_pylist()))

    def _row(self, track_id: str) -> int:
        try:
            return self._filters.rows[track_id]
        except KeyError:
            raise NotFound(
                f"Library {self._info.name!r} has no track {track_id!r}.",
                reason="TRACK_NOT_FOUND",
                hint=f"`temptrack library show {self._info.name}` lists its tracks.",
                metadata={"library": self._info.name, "track": track_id},
            ) from None

    def _check(self, query: Vector, limit: int) -> None:
        if not self._info.track_count:
            raise NotReady(
                f"Library {self._info.name!r} has no tracks yet.",
                reason="LIBRARY_EMPTY",
                hint=f"Index a folder of music: `temptrack library index {self._info.name} FOLDER`.",
                metadata={"library": self._info.name},
            )
        if limit < 1:
            raise InvalidRequest(f"The limit must be at least 1, not {limit}.", reason="LIMIT")
        expected = (self._vectors.dim,)
        if query.shape != expected or not np.isfinite(query).all():
            raise InvalidRequest(
                f"The query has shape {query.shape}; this library needs {expected} finite numbers.",
                reason="QUERY_VECTOR",
                hint=f"Query with the bundle of the library, {self._info.bundle_id}.",
                metadata={"library": self._info.name},
            )

    def _read_details(self, rows: Sequence[int]) -> dict[str, TrackDetail]:
        try:
            table = (
                self._table.take_row_ids([int(self._row_ids[row]) for row in rows])
                .select(["id", *schema.DETAIL_COLUMNS])
                .to_arrow()
            )
        except RuntimeError as error:
            raise Unavailable(
                f"Version {self._info.version} of library {self._info.name!r} is no longer on disk.",
                reason="VERSION_GONE",
                hint="Ask again: the library has a newer version.",
                metadata={"library": self._info.name},
            ) from error
        # Windows are by far the most numbers: they never become Python objects.
        windows = table["windows"].combine_chunks()
        others = table.drop_columns("windows").to_pylist()
        return {
            values["id"]: TrackDetail(
                window_s=values["window_s"],
                windows=normalised(
                    windows[place].values.to_numpy(zero_copy_only=False).reshape(-1, self._vectors.dim)
                ),
                beats_s=tuple(values["beats_s"]),
                bars_s=tuple(values["bars_s"]),
                peaks=tuple(values["peaks"]),
                words=values["words"],
                tag_scores={tag["name"]: tag["score"] for tag in values["tag_scores"]},
            )
            for place, values in enumerate(others)
        }


def _cosines(matrix: Matrix, query: Vector) -> Scores:
    return exact_scores(matrix, query, np.arange(len(matrix)))


def _cosine(score: float) -> float:
    # Rounding may carry a vector compared with itself a hair past 1.
    return min(1.0, max(-1.0, float(score)))
