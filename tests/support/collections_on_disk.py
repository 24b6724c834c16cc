"""Tiny copies of published collections, laid out as they are, with invented features."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from temptrack_train.datasets.pairs import Pair
from temptrack_train.datasets.stored import MUSIC_FOLDER, VIDEO_FOLDER
from temptrack_train.datasets.types import Matrix
from temptrack_train.features.store import FeatureWriter, StoreHeader

VIDEO_DIM, MUSIC_DIM = 12, 8


class HashedTexts:
    """A text encoder without weights: a vector seeded by the text."""

    id = "hashed-texts"
    text_dim = 6

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = [_seeded(text, 1, self.text_dim)[0] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.text_dim), np.float32)


def write_features(folder: Path, pairs: Iterable[Pair], *, rows: int = 6) -> Path:
    """Write invented features for every key that pairs name."""
    pairs = list(pairs)
    for name, keys, dim in (
        (VIDEO_FOLDER, {pair.video_key for pair in pairs}, VIDEO_DIM),
        (MUSIC_FOLDER, {pair.music_key for pair in pairs}, MUSIC_DIM),
    ):
        header = StoreHeader(
            kind="video" if name == VIDEO_FOLDER else "music",
            encoder_id=f"invented-{name}",
            dim=dim,
            sampling="paper" if name == VIDEO_FOLDER else "",
        )
        with FeatureWriter(folder / name, header) as writer:
            for key in sorted(keys):
                writer.add(key, _seeded(f"{name} {key}", rows, dim))
    return folder


def make_folder(folder: Path) -> Path:
    """Ten pairs of one's own; two hold the same recording."""
    rows = [
        {
            "id": f"pair{number}",
            "video": f"films/{number}.mp4",
            "audio": f"music/{min(number, 8)}.flac",
            "text": f"description {number}" if number % 2 else "",
            "start_s": "20" if number % 2 else "",
            "end_s": "30" if number % 2 else "",
            "tags": "piano; calm" if number % 3 else "",
            "split": ("test", "validation")[number] if number < 2 else "train",
        }
        for number in range(10)
    ]
    _write_csv(folder / "manifest.csv", rows)
    return folder


def make_youtube8m(folder: Path) -> Path:
    """Four described videos for testing, two for training, six that nobody described."""
    names = iter(f"vid{number:08d}" for number in range(12))
    for split, count in (("test", 4), ("train", 2)):
        rows = [
            {"video_id": next(names), "start": "21.5", "end": "31.5", "text": f"some {split} music"}
            for _ in range(count)
        ]
        _write_csv(folder / "descriptions" / f"{split}.csv", rows)
    (folder / "media").mkdir()
    for name in names:
        (folder / "media" / f"{name}.mp4").touch()
    return folder


def make_ossl(folder: Path) -> Path:
    """Six movies of two clips each; one of them stands in both splits."""
    for split, movies in (("train", "abcde"), ("test", "ef")):
        clips = []
        for movie in movies:
            for number in range(2):
                clip = f"{movie}_{split}_{number:03d}"
                clips.append(clip)
                for kind, ending in (("video", "mp4"), ("audio", "wav")):
                    path = folder / split / kind / movie / f"{clip}.{ending}"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.touch()
        (folder / "splits").mkdir(exist_ok=True)
        (folder / "splits" / f"{split}.txt").write_text("\n".join(clips) + "\n")
    return folder


def make_mgsv(folder: Path) -> Path:
    """Eight short videos; one track stands in train and in test."""
    music = {"train": "mnop", "val": "qr", "test": "ms"}
    for number, (split, tracks) in enumerate(music.items()):
        rows = [
            {
                "video_id": f"{number}{track}",
                "music_id": f"4+{track}",
                "video_start": "0.0",
                "video_end": "25.7",
                "music_start": "23.2",
                "music_end": "48.9",
                "music_total_duration": "122.1",
            }
            for track in tracks
        ]
        _write_csv(folder / f"{split}_data.csv", rows)
    return folder


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _seeded(name: str, rows: int, dim: int) -> Matrix:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal((rows, dim), dtype=np.float32)
