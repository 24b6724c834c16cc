from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mutagen
import numpy as np
import pytest
from PIL import Image

from support.tones import write_audio
from temptrack.demo import catalogue
from temptrack.demo import footage as footage_module
from temptrack.demo import music as music_module
from temptrack.demo.catalogue import MusicSource
from temptrack.demo.composed import PIECES, RATE_HZ, Piece, compose
from temptrack.demo.film import write_film
from temptrack.demo.footage import Shot, prepare_footage
from temptrack.demo.music import prepare_music
from temptrack.demo.packages import PackageShelf
from temptrack.demo.painted import PAINTED_SCENES, PaintedScene
from temptrack.errors import Unavailable
from temptrack.media.probe import probe
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import ScopeRequest, select_scope

SOURCE = MusicSource("toy-music", "music", "*.ogg", "Toys", "Ada", "waltz", "CC0-1.0")


class Shelf(PackageShelf):
    """A shelf on which one toy package lies."""

    def debian(self, package: str) -> Path:
        if package != SOURCE.package:
            raise Unavailable(f"There is no '{package}'.")
        return self.folder / package


def toy_shelf(folder: Path, *, count: int) -> Shelf:
    for number in range(count):
        write_audio(folder / SOURCE.package / "music" / f"toy_{number}.ogg", tags={"artist": "Bob"})
    return Shelf(folder)


def test_music_is_copied_with_the_words_that_are_known_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(music_module, "MUSIC", (SOURCE,))
    monkeypatch.setattr(music_module, "_SMALLEST_BYTES", 1)
    found = prepare_music(tmp_path / "music", toy_shelf(tmp_path / "shelf", count=8), lambda: None)
    assert not found.generated
    files = sorted(found.folder.rglob("*.ogg"))
    assert [file.name for file in files] == [f"Toy {number}.ogg" for number in range(8)]
    tags = mutagen.File(files[3], easy=True)
    assert {key: tags[key] for key in ("title", "artist", "album", "genre", "license")} == {
        "title": ["Toy 3"],
        "artist": ["Bob"],
        "album": ["Toys"],
        "genre": ["waltz"],
        "license": ["CC0-1.0"],
    }


def test_jingles_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music_module, "MUSIC", (SOURCE,))
    monkeypatch.setattr(music_module, "PIECES", PIECES[:1])
    found = prepare_music(tmp_path / "music", toy_shelf(tmp_path / "shelf", count=9), lambda: None)
    assert found.generated
    assert not list((tmp_path / "music").rglob("*.ogg"))


def test_without_packages_music_is_composed_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(music_module, "PIECES", PIECES[:2])
    steps: list[None] = []
    found = prepare_music(
        tmp_path / "music", PackageShelf(tmp_path, offline=True), lambda: steps.append(None)
    )
    assert found.generated
    assert "composed by code" in found.notes[0]
    files = sorted(found.folder.glob("*.flac"))
    assert [file.stem for file in files] == sorted(piece.title for piece in PIECES[:2])
    assert mutagen.File(files[0])["license"] == ["CC0-1.0"]
    before = [file.stat().st_mtime_ns for file in files]
    prepare_music(tmp_path / "music", PackageShelf(tmp_path, offline=True), lambda: None)
    assert [file.stat().st_mtime_ns for file in files] == before


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_pieces_are_whole_and_never_clip(piece: Piece) -> None:
    sound = compose(piece)
    assert 25 < sound.size / RATE_HZ < 80
    assert 0.7 < np.abs(sound.astype(np.int32)).max() / 32767 <= 0.81


def test_a_piece_is_always_the_same_and_no_two_are() -> None:
    first, second = PIECES[6], PIECES[7]
    assert np.array_equal(compose(first), compose(first))
    assert compose(first).tobytes() != compose(second).tobytes()


@pytest.mark.parametrize("scene", PAINTED_SCENES, ids=lambda scene: scene.name)
def test_painted_scenes_move(scene: PaintedScene) -> None:
    first = np.asarray(scene.paint(0.0, (64, 36)), dtype=np.int16)
    later = np.asarray(scene.paint(2.0, (64, 36)), dtype=np.int16)
    assert first.shape == (36, 64, 3)
    assert np.abs(first - later).mean() > 0.5
    assert first.std() > 10


def test_photographs_become_a_film_of_mixed_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos" / catalogue.PHOTO_FOLDER
    photos.mkdir(parents=True)
    planned = [
        replace(shot, seconds=1, size_px=(160, 90)) for shot in catalogue.SHOTS if not isinstance(shot, str)
    ][:3]
    generator = np.random.default_rng(1)
    for shot in planned:
        noise = generator.integers(0, 255, (90, 160, 3), dtype=np.uint8)
        Image.fromarray(noise).save(photos / shot.photo)
    monkeypatch.setattr(footage_module, "SHOTS", (*planned, catalogue.MOVIE_SHOT))

    class PhotoShelf(PackageShelf):
        def debian(self, package: str) -> Path:
            return self.folder / "photos"

    made = prepare_footage(tmp_path / "footage", PhotoShelf(tmp_path, offline=True), lambda: None)
    assert not made.generated
    assert [shot.name for shot in made.shots] == [shot.name for shot in planned]
    assert "one shot less" in made.notes[0]
    movies = [shot for shot in made.shots if shot.rate is not None]
    for movie in movies:
        info = probe(movie.path)
        assert info.duration_s is not None
        assert abs(info.duration_s - (movie.seconds + 1)) < Fraction(1, 10)


def test_the_film_reads_back_shot_by_shot(tmp_path: Path) -> None:
    Image.new("RGB", (64, 36)).save(tmp_path / "a.png")
    (tmp_path / "b.mp4").touch()
    shots = [
        Shot("still", tmp_path / "a.png", None, 4, "x"),
        Shot("movie", tmp_path / "b.mp4", Fraction(30000, 1001), 6, "x", Fraction(1, 2)),
        Shot("more", tmp_path / "b.mp4", Fraction(25), 5, "x"),
    ]
    write_film(shots, tmp_path / "film.otio")
    file = read_timeline(tmp_path / "film.otio")
    scope = select_scope(file, ScopeRequest.whole(), exists=lambda _path: True)
    assert (file.rate, file.start_frames) == (Fraction(24), 24 * 3600)
    assert scope.record.duration_s == 15
    assert [span.clip_name for span in scope.segments[0].spans] == ["still", "movie"]
    opening = select_scope(file, ScopeRequest.at_marker("opening"), exists=lambda _path: True)
    assert opening.record.duration_s == 10
