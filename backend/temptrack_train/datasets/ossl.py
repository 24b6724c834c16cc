"""OSSL-v2, the Open Screen Soundtrack Library: film clips and their soundtrack (CC BY 4.0).

Layout as its card describes it: ``splits/{train,test}.txt`` list clip ids; the clip's picture and sound are
``<split>/video/<movie_id>/<clip_id>.mp4`` and ``<split>/audio/<movie_id>/<clip_id>.wav``, where the movie
id is what the clip id begins with. No copy was at hand to check this against; the two patterns are
parameters. There are no descriptions and no validation split.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from temptrack.errors import NotFound
from temptrack_train.datasets.pairs import Pair, keep_recordings_apart, with_drawn_validation
from temptrack_train.datasets.types import SplitName

VIDEO_PATTERN: Final = "{split}/video/*/{clip_id}.mp4"
AUDIO_PATTERN: Final = "{split}/audio/*/{clip_id}.wav"
_PUBLISHED: Final[tuple[SplitName, ...]] = ("train", "test")


def read_ossl(
    folder: Path,
    *,
    validation: float = 0.1,
    video_pattern: str = VIDEO_PATTERN,
    audio_pattern: str = AUDIO_PATTERN,
    movies_apart: bool = True,
) -> Sequence[Pair]:
    """Read the pairs of a copy of the collection.

    Clips of one movie count as one recording, because scores repeat their themes.

    Args:
        folder: the copy.
        validation: share of the training movies set aside for validation.
        video_pattern: where a clip's picture lies, for a glob.
        audio_pattern: where its sound lies, likewise.
        movies_apart: leave out of training what shares a movie with the test split. Without it the published
            split is taken as it is, and validation still shares no movie with training.

    Raises:
        NotFound: TABLE_NOT_FOUND, a list of a split is not there.
    """
    pairs = []
    for split in _PUBLISHED:
        videos, sounds = (_by_clip(folder, pattern, split) for pattern in (video_pattern, audio_pattern))
        for clip in _clip_ids(folder / "splits" / f"{split}.txt"):
            video, sound = videos.get(clip), sounds.get(clip)
            movie = video.parent.name if video else sound.parent.name if sound else clip
            pairs.append(
                Pair(
                    track_id=clip,
                    video_key=clip,
                    music_key=clip,
                    split=split,
                    recording_id=movie if movies_apart else f"{split}/{movie}",
                    video_path=video,
                    music_path=sound,
                )
            )
    return with_drawn_validation(keep_recordings_apart(pairs), validation)


def _by_clip(folder: Path, pattern: str, split: str) -> dict[str, Path]:
    # One walk for all clips: a glob for each would read every folder once a clip.
    return {path.stem: path for path in folder.glob(pattern.format(split=split, clip_id="*"))}


def _clip_ids(path: Path) -> Sequence[str]:
    if not path.is_file():
        raise NotFound(
            f"'{path}' is not there.", reason="TABLE_NOT_FOUND", hint="Check the path of the collection."
        )
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
