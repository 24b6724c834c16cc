import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from support.collections_on_disk import (
    HashedTexts,
    make_folder,
    make_mgsv,
    make_ossl,
    make_youtube8m,
    write_features,
)
from temptrack.errors import Corrupt, InvalidRequest, NotFound, NotReady, TemptrackError
from temptrack_train.datasets.clips import ClipLevel
from temptrack_train.datasets.opening import open_stored, read_pairs
from temptrack_train.datasets.pairs import drawn_split, rows_of
from temptrack_train.datasets.stored import StoredDataset


def test_a_film_without_audio_of_its_own_brings_its_own_sound(tmp_path: Path) -> None:
    (tmp_path / "manifest.jsonl").write_text('{"id": "a", "video": "a.mp4", "text": ["one", "two"]}\n')
    (pair,) = read_pairs("folder", tmp_path)
    assert pair.video_path == pair.music_path == tmp_path / "a.mp4"
    assert pair.texts == ("one", "two")


def test_pairs_with_one_recording_stay_in_one_split_though_the_manifest_says_otherwise(
    tmp_path: Path,
) -> None:
    rows = [("a", "x.wav", "train"), ("b", "x.wav", "test"), ("c", "y.wav", "train")]
    lines = [f"{name},{name}.mp4,{audio},{split}" for name, audio, split in rows]
    (tmp_path / "manifest.csv").write_text("\n".join(["id,video,audio,split", *lines]))
    assert [pair.track_id for pair in read_pairs("folder", tmp_path)] == ["b", "c"]


def test_drawn_splits_have_about_the_shares_asked_for() -> None:
    drawn = [drawn_split(str(number), validation=0.1, test=0.2) for number in range(4000)]
    assert drawn.count("test") == pytest.approx(800, abs=100)
    assert drawn.count("validation") == pytest.approx(400, abs=80)


@pytest.mark.parametrize(
    ("span_s", "count", "rows"),
    [
        (None, 6, (0, 6)),
        ((20.0, 30.0), 6, (2, 3)),
        ((21.5, 31.5), 6, (2, 3)),
        ((26.0, 36.0), 6, (3, 4)),
        ((0.0, 3.0), 6, (0, 1)),
        ((55.0, 90.0), 6, (5, 6)),
        ((200.0, 210.0), 6, (5, 6)),
    ],
)
def test_a_span_stands_for_the_rows_it_covers_most_of(
    span_s: tuple[float, float] | None, count: int, rows: tuple[int, int]
) -> None:
    assert rows_of(span_s, count) == rows


def test_descriptions_of_youtube_clips_narrow_film_and_music(tmp_path: Path) -> None:
    collection = make_youtube8m(tmp_path / "yt")
    features = write_features(tmp_path / "features", read_pairs("youtube8m", collection))
    whole = open_stored("youtube8m", collection, features, HashedTexts())
    clips = ClipLevel(whole)
    assert len(clips) == 6
    assert len(clips.split("test")) == 4
    clip = clips.item(0)
    original = whole.item(int(clips.origin[0]))
    assert clip.music.tolist() == original.music[2:3].tolist()
    assert clip.video.tolist() == original.video[1:4].tolist()


def test_published_splits_of_videos_override_the_file_they_are_described_in(tmp_path: Path) -> None:
    collection = make_youtube8m(tmp_path / "yt")
    (collection / "splits.csv").write_text("video_id,split\nvid00000000,validation\n")
    splits = {pair.track_id: pair.split for pair in read_pairs("youtube8m", collection)}
    assert splits["vid00000000"] == "validation"
    assert splits["vid00000001"] == "test"


def test_a_movie_of_the_test_split_is_not_trained_on(tmp_path: Path) -> None:
    collection = make_ossl(tmp_path / "ossl")
    apart = read_pairs("ossl", collection)
    assert not any(pair.track_id.startswith("e_train") for pair in apart)
    as_published = read_pairs("ossl", collection, movies_apart=False)
    assert any(pair.track_id.startswith("e_train") for pair in as_published)
    paths = [path for pair in apart for path in (pair.video_path, pair.music_path)]
    assert all(path is not None and path.is_file() for path in paths)


def test_the_moment_of_a_track_is_what_counts(tmp_path: Path) -> None:
    collection = make_mgsv(tmp_path / "mgsv")
    pairs = read_pairs("mgsv", collection)
    features = write_features(tmp_path / "features", pairs)
    dataset = open_stored("mgsv", collection, features, HashedTexts())
    assert [len(dataset.item(index).music) for index in range(len(dataset))] == [3] * len(dataset)
    assert "0m/4+m" not in dataset.track_ids
    assert "0m/4+m" in [p.track_id for p in read_pairs("mgsv", collection, tracks_apart=False)]


def test_pairs_without_features_are_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collection = make_folder(tmp_path / "own")
    pairs = read_pairs("folder", collection)
    features = write_features(tmp_path / "features", pairs[:4])
    dataset = open_stored("folder", collection, features, HashedTexts())
    assert len(dataset) == 4
    assert dataset.left_out["pair5"] == "no video features of 'films/5.mp4'"
    assert "6 of 10 pairs" in caplog.text


def test_a_collection_without_any_features_is_not_ready(tmp_path: Path) -> None:
    collection = make_folder(tmp_path / "own")
    features = write_features(tmp_path / "features", read_pairs("mgsv", make_mgsv(tmp_path / "mgsv")))
    with pytest.raises(NotReady) as caught:
        open_stored("folder", collection, features, HashedTexts())
    assert caught.value.reason == "NO_FEATURES"


def test_stores_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    pairs = read_pairs("folder", make_folder(tmp_path / "own"))
    features = write_features(tmp_path / "features", pairs)
    (features / "video").rename(features / "other")
    (features / "music").rename(features / "video")
    (features / "other").rename(features / "music")
    with pytest.raises(InvalidRequest) as caught:
        StoredDataset("own", pairs, features, HashedTexts())
    assert caught.value.reason == "STORE_KIND"


def _manifest(text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        folder.mkdir()
        (folder / "manifest.csv").write_text(text)
        return folder

    return write


def _damaged_mgsv(folder: Path) -> Path:
    make_mgsv(folder)
    path = folder / "val_data.csv"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    rows[2][rows[0].index("music_end")] = "late"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


@pytest.mark.parametrize(
    ("layout", "make", "error", "said"),
    [
        ("folder", _manifest("id,video\na,\n"), (InvalidRequest, "COLUMN_MISSING"), "line 2 has no video"),
        ("folder", _manifest("id,video\na,a.mp4\na,b.mp4\n"), (InvalidRequest, "ID_TWICE"), "line 3"),
        ("folder", _manifest("id,video\na,../a.mp4\n"), (InvalidRequest, "PATH_OUTSIDE"), "'../a.mp4'"),
        ("folder", _manifest("id,video,split\na,a.mp4,dev\n"), (InvalidRequest, "SPLIT_NAME"), "'dev'"),
        ("folder", lambda folder: folder, (NotFound, "TABLE_NOT_FOUND"), "no manifest"),
        ("ossl", lambda folder: folder, (NotFound, "TABLE_NOT_FOUND"), "train.txt"),
        ("mgsv", _damaged_mgsv, (Corrupt, "TABLE_CORRUPT"), "line 3 cannot be read: 'late'"),
        ("tiktok", lambda folder: folder, (InvalidRequest, "LAYOUT"), "'tiktok'"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    tmp_path: Path,
    layout: str,
    make: Callable[[Path], Path],
    error: tuple[type[TemptrackError], str],
    said: str,
) -> None:
    kind, reason = error
    with pytest.raises(kind) as caught:
        read_pairs(layout, make(tmp_path / "collection"))
    assert caught.value.reason == reason
    assert said in caught.value.message


def test_an_option_that_a_layout_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_pairs("folder", make_folder(tmp_path / "own"), tracks_apart=True)
    assert caught.value.reason == "DATA_OPTIONS"
