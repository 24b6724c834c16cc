"""YT8M-MusicVideo with the descriptions of YouTube8M-MusicTextClips (ViML).

What is known: the descriptions are CSV files with the columns ``video_id,start,end,text``, one for the test
and one for the train split; ten seconds from the middle of each video, described by people who heard the
sound only. Which videos make up YT8M-MusicVideo, and its track-level split, are not published with them. So
the list of videos is whatever media or features you have, the split of described videos follows the file
they stand in, and all others are trained on; ``splits.csv`` (``video_id,split``) overrides that.

    descriptions/train.csv  descriptions/test.csv  [splits.csv]  media/<video_id>.<any ending>
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack_train.datasets.pairs import Pair, Span, with_drawn_validation
from temptrack_train.datasets.tables import read_rows, seconds
from temptrack_train.datasets.types import SPLITS, SplitName

DESCRIPTIONS: Final[Mapping[SplitName, str]] = {
    "train": "descriptions/train.csv",
    "test": "descriptions/test.csv",
}


def read_youtube8m(
    folder: Path,
    *,
    descriptions: Mapping[SplitName, str] = DESCRIPTIONS,
    video_ids: Sequence[str] = (),
    validation: float = 0.05,
) -> Sequence[Pair]:
    """Read the pairs of a copy of the collection.

    Args:
        folder: laid out as the module says.
        descriptions: CSV file by split, relative to the folder.
        video_ids: further videos whose features are at hand though their media are not.
        validation: share of the training videos that is set aside for validation.

    Raises:
        NotFound: TABLE_NOT_FOUND, a file of descriptions is not there.
        InvalidRequest: COLUMN_MISSING, SPLIT_NAME.
        Corrupt: TABLE_CORRUPT.
    """
    media = {path.stem: path for path in sorted((folder / "media").glob("*")) if path.is_file()}
    texts: dict[str, list[str]] = {}
    spans: dict[str, Span] = {}
    splits: dict[str, SplitName] = {}
    for split, file in descriptions.items():
        for where, row in read_rows(folder / file, needed=("video_id", "start", "end", "text")):
            video = str(row["video_id"])
            texts.setdefault(video, []).append(str(row["text"]))
            spans[video] = (seconds(row["start"], where), seconds(row["end"], where))
            splits[video] = split
    splits |= _published_splits(folder)
    pairs = [
        Pair(
            track_id=video,
            video_key=video,
            music_key=video,
            split=splits.get(video, "train"),
            recording_id=video,
            video_path=media.get(video),
            music_path=media.get(video),
            texts=tuple(texts.get(video, ())),
            described_s=spans.get(video),
        )
        for video in sorted({*media, *video_ids, *texts})
    ]
    if any(pair.split == "validation" for pair in pairs):
        return pairs
    return with_drawn_validation(pairs, validation)


def _published_splits(folder: Path) -> Mapping[str, SplitName]:
    path = folder / "splits.csv"
    if not path.is_file():
        return {}
    found: dict[str, SplitName] = {}
    for where, row in read_rows(path, needed=("video_id", "split")):
        if row["split"] not in SPLITS:
            raise InvalidRequest(
                f"{where}: there is no split '{row['split']}'.",
                reason="SPLIT_NAME",
                hint=f"Use {', '.join(SPLITS)}.",
            )
        found[str(row["video_id"])] = row["split"]
    return found
