"""MGSV-EC: short videos and the moment of a track that was put under each (Xin et al., ICCV 2025).

Its annotations are ``{train,val,test}_data.csv`` with, among others, the columns ``video_id``, ``music_id``
and ``video_start``, ``video_end``, ``music_start``, ``music_end`` in seconds. Media are handed out by the
authors on request; how those files are named was not at hand, so the two patterns are parameters. The
published features (frames each second, sound every 2.5 s, in torch files) are of other encoders and other
lengths of time than the method's: extract your own from media.

Annotations and media may be used for research only; see the licence that comes with them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from temptrack_train.datasets.pairs import Pair, keep_recordings_apart
from temptrack_train.datasets.tables import read_rows, seconds
from temptrack_train.datasets.types import SplitName

FILES: Final[Mapping[SplitName, str]] = {
    "train": "train_data.csv",
    "validation": "val_data.csv",
    "test": "test_data.csv",
}
VIDEO_PATTERN: Final = "video/{video_id}.mp4"
MUSIC_PATTERN: Final = "music/{music_id}.mp3"

_COLUMNS = ("video_id", "music_id", "video_start", "video_end", "music_start", "music_end")


def read_mgsv(
    folder: Path,
    *,
    video_pattern: str = VIDEO_PATTERN,
    music_pattern: str = MUSIC_PATTERN,
    tracks_apart: bool = True,
) -> Sequence[Pair]:
    """Read the pairs of a copy of the collection.

    Args:
        folder: with the three CSV files.
        video_pattern: where a film lies, relative to the folder.
        music_pattern: where a track lies.
        tracks_apart: leave out of training what shares a track with validation or test. The published splits
            keep videos apart, not tracks, and a track heard in training is no test of retrieval by content.

    Raises:
        NotFound: TABLE_NOT_FOUND, one of the files is not there.
        InvalidRequest: COLUMN_MISSING.
        Corrupt: TABLE_CORRUPT.
    """
    pairs = []
    for split, file in FILES.items():
        for where, row in read_rows(folder / file, needed=_COLUMNS):
            video, music = str(row["video_id"]), str(row["music_id"])
            film = folder / video_pattern.format(video_id=video)
            track = folder / music_pattern.format(music_id=music)
            starts_ends = {name: seconds(row[name], where) for name in _COLUMNS[2:]}
            pairs.append(
                Pair(
                    track_id=f"{video}/{music}",
                    video_key=video,
                    music_key=music,
                    split=split,
                    # Without the rule, every moment counts as a recording of its own.
                    recording_id=music if tracks_apart else f"{split}/{music}",
                    video_path=film if film.is_file() else None,
                    music_path=track if track.is_file() else None,
                    video_span_s=(starts_ends["video_start"], starts_ends["video_end"]),
                    music_span_s=(starts_ends["music_start"], starts_ends["music_end"]),
                )
            )
    return keep_recordings_apart(pairs)
