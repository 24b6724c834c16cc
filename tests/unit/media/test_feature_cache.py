import logging
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from support.films import Shot, make_film, make_sequence, make_still, numbered
from support.segments_of import segment, sequence, span, still, whole_movie
from temptrack.media.feature_cache import FeatureCache, segment_key
from temptrack.media.types import FrameSpec, Sampling
from temptrack.timeline.segments import RecordRange, Segment

SPEC = FrameSpec(64)


def key(one: Segment) -> str:
    return segment_key(one, Sampling.STANDARD, SPEC, "encoder-1")


def test_what_is_put_comes_back(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "a" / "b", 10**6)
    values = np.arange(24, dtype=np.float32)
    assert cache.get("k") is None
    cache.put("k", values)
    cache.put("shape", values.reshape(2, 12))
    again = FeatureCache(tmp_path / "a" / "b", 10**6)
    np.testing.assert_array_equal(again.get("k"), values)
    shaped = again.get("shape")
    assert shaped is not None
    assert shaped.shape == (2, 12)
    assert shaped.dtype == np.float32


@pytest.mark.parametrize("name", ["../../escape", "/absolute", "ü" * 300, ""])
def test_keys_never_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    cache = FeatureCache(tmp_path / "cache")
    cache.put(name, np.ones(3, dtype=np.float32))
    assert cache.get(name) is not None
    assert [p.name for p in tmp_path.iterdir() if p.name != "temptrack-home"] == ["cache"]


def _entry(folder: Path) -> Path:
    (entry,) = folder.glob("??/*.feat")
    return entry


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
        lambda content: b"not a cache entry at all, but long enough to look like one" * 9,
    ],
)
def test_damaged_entry_is_a_miss_and_is_removed(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    cache = FeatureCache(tmp_path)
    cache.put("k", np.ones(100, dtype=np.float32))
    entry = _entry(tmp_path)
    entry.write_bytes(harm(entry.read_bytes()))
    assert cache.get("k") is None
    assert not entry.exists()
    cache.put("k", np.ones(100, dtype=np.float32))
    assert cache.get("k") is not None


def test_longest_unused_entries_go_first(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, limit_bytes=10_000)
    for number in range(8):
        cache.put(f"k{number}", np.full(250, number, dtype=np.float32))
        os.utime(cache._path(f"k{number}"), (1000 + number, 1000 + number))
    assert cache.get("k0") is not None  # used just now
    cache.put("new", np.zeros(250, dtype=np.float32))
    cache.put("newer", np.zeros(250, dtype=np.float32))
    kept = {name for name in [*(f"k{n}" for n in range(8)), "new", "newer"] if cache.get(name) is not None}
    assert {"k0", "newer"} <= kept
    assert "k1" not in kept
    assert sum(p.stat().st_size for p in tmp_path.rglob("*.feat")) <= 10_000


def test_entry_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, limit_bytes=100)
    cache.put("k", np.zeros(1000, dtype=np.float32))
    assert cache.get("k") is None
    assert list(tmp_path.rglob("*.feat")) == []


def test_left_over_part_of_a_killed_writer_is_swept(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    old, fresh = tmp_path / "ab" / "old.part", tmp_path / "ab" / "fresh.part"
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (1, 1))
    FeatureCache(tmp_path).put("k", np.zeros(3, dtype=np.float32))
    assert not old.exists()
    assert fresh.exists()


def test_folder_that_cannot_be_made_costs_a_warning_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = FeatureCache(tmp_path / "file" / "cache")
    with caplog.at_level(logging.WARNING):
        for name in "ab":
            cache.put(name, np.zeros(3, dtype=np.float32))
            assert cache.get(name) is None
    assert len(caplog.records) == 1
    assert "cannot be cached in" in caplog.text


def test_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    cache = FeatureCache(tmp_path)
    monkeypatch.setattr("os.replace", full)
    cache.put("k", np.zeros(3, dtype=np.float32))
    assert cache.get("k") is None
    assert [p for p in tmp_path.rglob("*") if p.is_file() and "home" not in str(p)] == []


def _hammer(folder: Path, seed: int) -> int:
    cache = FeatureCache(folder, limit_bytes=20_000)
    wrong = 0
    for step in range(150):
        number = (step * 7 + seed) % 40
        found = cache.get(f"k{number}")
        wrong += found is not None and not (found == number).all()
        cache.put(f"k{number}", np.full(200, number, dtype=np.float32))
    return wrong


def test_several_processes_share_a_folder(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        assert sum(pool.map(_hammer, [tmp_path] * 3, range(3))) == 0
    assert list(tmp_path.rglob("*.part")) == []


def test_key_follows_content_and_not_names_or_dates(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 25)])
    (one,) = whole_movie(film, 1)
    first = key(one)
    os.utime(film, (1, 1))
    assert key(one) == first
    copy = Path(shutil.copy(film, tmp_path / "renamed.mp4"))
    assert key(whole_movie(copy, 1)[0]) == first
    content = bytearray(film.read_bytes())
    content[len(content) // 2] ^= 1
    status = film.stat()
    film.write_bytes(bytes(content))
    os.utime(film, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert key(one) != first


def test_key_follows_everything_the_features_depend_on(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 75)])
    other = make_film(tmp_path / "b.mp4", [Shot(numbered(3), 75)])
    piece = span(film, record_frames=(0, 50))
    base = segment([piece], duration=50)
    keys = [
        key(base),
        segment_key(base, Sampling.PAPER, SPEC, "encoder-1"),
        segment_key(base, Sampling.STANDARD, FrameSpec(65), "encoder-1"),
        segment_key(base, Sampling.STANDARD, FrameSpec(64, "area"), "encoder-1"),
        segment_key(base, Sampling.STANDARD, SPEC, "encoder-2"),
        key(segment([span(other, record_frames=(0, 50))], duration=50)),
        key(segment([span(film, record_frames=(0, 50), source_s=(1, 2))], duration=50)),
        key(segment([span(film, record_frames=(0, 50), source_s=(0, 1))], duration=50)),
        key(segment([replace(piece, source=replace(piece.source, reversed=True))], duration=50)),
        key(segment([span(film, record_frames=(1, 50))], duration=50)),
        key(segment([piece], duration=51)),
        key(segment([], duration=50)),
        key(segment([replace(piece, media=replace(piece.media, path=tmp_path / "gone.mp4"))], duration=50)),
    ]
    assert len(set(keys)) == len(keys)


def test_key_does_not_follow_the_place_on_the_timeline(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 75)])
    base = segment([span(film, record_frames=(0, 50))], duration=50)
    piece = span(film, record_frames=(500, 50))
    moved = Segment(7, RecordRange(500, 50, Fraction(25)), (replace(piece, clip_name="renamed"),))
    assert key(moved) == key(base)


def test_key_of_stills_and_sequences(tmp_path: Path) -> None:
    image = make_still(tmp_path / "a.png")
    pattern = make_sequence(tmp_path / "seq", frames=24)
    shot = segment([span(sequence(pattern, 1001), record_frames=(0, 10), rate=24)], duration=10, rate=24)
    first = key(shot)
    assert first != key(segment([span(still(image), record_frames=(0, 10))], duration=10))
    make_still(tmp_path / "seq" / "shot.1020.png", numbered(), size=(64, 64), number=5)
    assert key(shot) == first
    make_still(tmp_path / "seq" / "shot.1003.png", numbered(), size=(64, 64), number=5)
    assert key(shot) != first
    (tmp_path / "seq" / "shot.1004.png").unlink()
    assert len({first, key(shot)}) == 2
