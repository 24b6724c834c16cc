"""Your own pairs: a folder with media and a manifest.

``manifest.csv`` or ``manifest.jsonl`` has a row for each pair:

- ``id`` (needed): unique name of the pair.
- ``video`` (needed): the film, relative to the folder.
- ``audio``: the music; the film's own sound where absent.
- ``text``: a description; in JSON lines a string or a list of them.
- ``start_s``, ``end_s``: what the description speaks about; the whole where absent.
- ``tags``: separated by ";", or a list.
- ``recording``: name shared by pairs with nearly the same recording; the audio file's name where absent.
- ``split``: train, validation or test; where absent, a tenth of the recordings goes to each of the last two.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.datasets.pairs import Pair, Span, drawn_split, keep_recordings_apart
from temptrack_train.datasets.tables import Row, read_rows, seconds
from temptrack_train.datasets.types import SPLITS, SplitName

MANIFESTS: Final = ("manifest.csv", "manifest.jsonl")


def read_folder(folder: Path, *, validation: float = 0.1, test: float = 0.1) -> Sequence[Pair]:
    """Read the pairs of a folder.

    Args:
        folder: with ``manifest.csv`` or ``manifest.jsonl``.
        validation: share of recordings drawn for validation where rows name no split.
        test: the same for the test split.

    Raises:
        NotFound: TABLE_NOT_FOUND, there is no manifest.
        InvalidRequest: COLUMN_MISSING, ID_TWICE, SPLIT_NAME, PATH_OUTSIDE.
        Corrupt: TABLE_CORRUPT.
    """
    manifest = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if manifest is None:
        raise NotFound(
            f"There is no manifest in '{folder}'.",
            reason="TABLE_NOT_FOUND",
            hint=f"Write {' or '.join(MANIFESTS)} with the columns id, video, audio, text.",
        )
    pairs: dict[str, Pair] = {}
    for where, row in read_rows(manifest, needed=("id", "video")):
        pair = _pair(folder, where, row, validation, test)
        if pair.track_id in pairs:
            raise InvalidRequest(
                f"{where}: the id '{pair.track_id}' is there twice.", reason="ID_TWICE", hint="Rename one."
            )
        pairs[pair.track_id] = pair
    return keep_recordings_apart(pairs.values())


def _pair(folder: Path, where: str, row: Row, validation: float, test: float) -> Pair:
    video = _inside(folder, str(row["video"]), where)
    audio = _inside(folder, str(row["audio"]), where) if row.get("audio") else video
    recording = str(row.get("recording") or audio.relative_to(folder).as_posix())
    split = _split(row, where) or drawn_split(recording, validation=validation, test=test)
    return Pair(
        track_id=str(row["id"]),
        video_key=video.relative_to(folder).as_posix(),
        music_key=audio.relative_to(folder).as_posix(),
        split=split,
        recording_id=recording,
        video_path=video,
        music_path=audio,
        texts=_words(row.get("text")),
        tags=frozenset(_listed(row.get("tags"))),
        described_s=_span(row, where),
    )


def _inside(folder: Path, name: str, where: str) -> Path:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise InvalidRequest(
            f"{where}: '{name}' leads out of the folder.",
            reason="PATH_OUTSIDE",
            hint="Write paths relative to the folder of the manifest.",
        )
    return path


def _split(row: Row, where: str) -> SplitName | None:
    name = row.get("split") or None
    if name is None or name in SPLITS:
        return name
    raise InvalidRequest(
        f"{where}: there is no split '{name}'.", reason="SPLIT_NAME", hint=f"Use {', '.join(SPLITS)}."
    )


def _span(row: Row, where: str) -> Span | None:
    start, end = row.get("start_s"), row.get("end_s")
    if start in (None, "") or end in (None, ""):
        return None
    return seconds(start, where), seconds(end, where)


def _words(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    return tuple(str(text) for text in texts if text)


def _listed(value: object) -> Sequence[str]:
    parts = value if isinstance(value, list) else str(value or "").split(";")
    return [str(part).strip() for part in parts if str(part).strip()]
