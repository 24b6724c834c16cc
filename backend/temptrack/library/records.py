"""One row of a library: where the file is, what it says of itself, and what was heard in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from temptrack.library.types import TrackTag
from temptrack.model.types import Matrix, Vector


@dataclass(frozen=True, slots=True)
class FileState:
    """Where a file is and what it looked like when it was read.

    Attributes:
        path: absolute path.
        root: the indexed folder it was found under; names of folders below it count as words.
        size_bytes: length of the file.
        mtime_ns: time of last change, nanoseconds since 1970.
    """

    path: str
    root: str
    size_bytes: int
    mtime_ns: int

    def looks_like(self, other: "FileState") -> bool:
        """Tell whether a stat alone says that nothing changed."""
        return (self.path, self.size_bytes, self.mtime_ns) == (other.path, other.size_bytes, other.mtime_ns)


RowState = tuple[str, str, FileState]
"""Id, content digest and file of a row: what tells whether anything changed."""


@dataclass(frozen=True, slots=True)
class FileWords:
    """What a file says of itself.

    Attributes:
        title: from its tags, else its name.
        artist: from its tags.
        album: from its tags.
        genre: from its tags.
        comment: from its tags.
        licence: from its tags, else "unknown".
        text: the words that are embedded; may be empty.
        embedding: [embed_dim], length 1, or None where there are no words.
        composer: from its tags; not one of the words.
        publisher: from its tags; not one of the words.
    """

    title: str
    artist: str
    album: str
    genre: str
    comment: str
    licence: str
    text: str
    embedding: Vector | None
    composer: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """Who wrote and who publishes the music of a row.

    Attributes:
        track_id: which row.
        composer: from the tags of its file.
        publisher: from the tags of its file.
    """

    track_id: str
    composer: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard in a track; equal sound gives equal analysis, whatever the file is called.

    Attributes:
        duration_s: length in seconds.
        loudness_lufs: integrated loudness (ITU-R BS.1770), or None where silent or under 0.4 s.
        tempo_bpm: beats a minute, or None where there is no clear beat.
        key: such as "A minor", or None where unsure.
        vocals: true sung, false instrumental, None unsure.
        tags: tags at or above their threshold, strongest first.
        tag_scores: all tags of the bundle, in its order.
        embedding: [embed_dim], length 1, of the whole track.
        windows: [count, embed_dim], each of length 1, end to end from the start.
        window_s: length of a window in seconds.
        beats_s: rising times of beats.
        bars_s: the beats that begin a bar.
        peaks: highest absolute sample per slice, 0 to 1.
    """

    duration_s: float
    loudness_lufs: float | None
    tempo_bpm: float | None
    key: str | None
    vocals: bool | None
    tags: Sequence[TrackTag]
    tag_scores: Sequence[TrackTag]
    embedding: Vector
    windows: Matrix
    window_s: float
    beats_s: Sequence[float]
    bars_s: Sequence[float]
    peaks: Sequence[float]


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A row of the library.

    Attributes:
        id: opaque; see ``identity``.
        content_digest: hex SHA-256 of the sound as stored in the file, without its tags.
        file: where it is.
        words: what it says of itself.
        analysis: what was heard in it.
    """

    id: str
    content_digest: str
    file: FileState
    words: FileWords
    analysis: Analysis
