"""From media files to features, with encoders that have no weights."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.films import Shot, make_film, moving, solid
from support.tones import tone, write_audio
from temptrack.errors import InvalidRequest, TemptrackError
from temptrack.home import DEFAULT_BUNDLE
from temptrack.media.audio import decode_audio
from temptrack.media.types import Sampling
from temptrack.model.bundles import load_bundle
from temptrack.model.types import AudioSpec
from temptrack_train.audio_encoders.bundled import BundledAudioEncoder
from temptrack_train.datasets.types import Matrix
from temptrack_train.features.bundled_text import BundledTextEncoder
from temptrack_train.features.encoders import audio_encoder, frame_encoder, text_encoder
from temptrack_train.features.extractors import (
    BundledFrameEncoder,
    MusicExtractor,
    VideoExtractor,
    film_segments,
)

RED, BLUE = (220, 30, 30), (40, 60, 220)


class Loudness:
    """An audio encoder whose features can be computed by hand."""

    id = "loudness-1"
    dim = 1
    audio_spec = AudioSpec(rate_hz=8000, window_samples=80_000)

    def encode(self, windows: Matrix) -> Matrix:
        loudness: Matrix = np.abs(windows).mean(axis=1, keepdims=True).astype(np.float32)
        return loudness


@pytest.mark.parametrize(
    ("length_s", "lengths_s"),
    [
        (4, [4]),
        (10, [10]),
        (14, [10]),
        (15, [10, 5]),
        (25, [10, 10, 5]),
        (26, [10, 10, 6]),
        (24, [10, 10]),
    ],
)
def test_films_are_cut_every_ten_seconds(tmp_path: Path, length_s: int, lengths_s: list[int]) -> None:
    film = make_film(tmp_path / "film.mp4", [Shot(solid(RED), length_s * 5)], rate=5, size=(32, 32))
    segments = film_segments(film)
    assert [segment.record.duration_s for segment in segments] == lengths_s
    assert [segment.record.start_s for segment in segments] == [10 * at for at in range(len(lengths_s))]


def test_odd_rates_are_cut_at_whole_frames(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    film = make_film(tmp_path / "film.mp4", [Shot(solid(RED), 480)], rate=rate, size=(32, 32))
    segments = film_segments(film)
    assert [segment.record.start_frames for segment in segments] == [0, 240]
    assert [segment.record.rate for segment in segments] == [rate, rate]


def test_a_segment_is_the_mean_over_six_frames_a_second(tmp_path: Path) -> None:
    shots = [Shot(solid(RED), 75), Shot(solid(BLUE), 25), Shot(solid(BLUE), 100)]
    film = make_film(tmp_path / "film.mp4", shots, rate=10, size=(64, 64))
    bundle = FakeBundle()
    rows = VideoExtractor(BundledFrameEncoder(bundle)).extract(film)
    assert rows.shape == (2, bundle.video_dim)
    # The second segment is all blue; in the first, red is seen three times as long as blue.
    red = (rows[0] - 0.25 * rows[1]) / 0.75
    assert float(np.linalg.norm(red)) == pytest.approx(1, abs=1e-3)
    assert float(np.linalg.norm(rows[1])) == pytest.approx(1, abs=1e-5)


def test_sampling_and_encoder_are_written_into_the_header() -> None:
    header = VideoExtractor(BundledFrameEncoder(FakeBundle()), Sampling.FAST).header
    assert (header.kind, header.encoder_id, header.sampling, header.dim) == (
        "video",
        "fake-frames-0",
        "fast",
        24,
    )


def test_music_is_cut_as_the_film_is(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", [Shot(moving(), 250)], rate=10, size=(32, 32), tone_hz=440)
    rows = MusicExtractor(Loudness()).extract(film)
    assert len(rows) == len(film_segments(film)) == 3
    samples = decode_audio(film, rate_hz=8000).samples[0]
    assert float(rows[1, 0]) == pytest.approx(float(np.abs(samples[80_000:160_000]).mean()), rel=1e-4)


def test_a_film_without_sound_has_no_music(tmp_path: Path) -> None:
    film = make_film(tmp_path / "silent.mp4", [Shot(solid(RED), 20)], rate=10, size=(32, 32))
    with pytest.raises(InvalidRequest) as caught:
        MusicExtractor(Loudness()).extract(film)
    assert caught.value.reason == "NO_SOUND"


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    sound = tmp_path / "tone.wav"
    write_audio(sound, tone(440, 2))
    with pytest.raises(InvalidRequest) as caught:
        VideoExtractor(BundledFrameEncoder(FakeBundle())).extract(sound)
    assert caught.value.reason == "NO_PICTURE"


def test_a_file_that_is_no_media_says_so(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("not a film")
    with pytest.raises(TemptrackError):
        film_segments(path)


def test_encoders_of_a_bundle_have_ids_of_their_graphs() -> None:
    bundle = load_bundle(device="cpu")
    sound, words = BundledAudioEncoder(bundle), BundledTextEncoder(bundle)
    manifest = bundle.manifest
    hashes = {entry.file: entry.sha256 for entry in manifest.files}
    assert sound.id.startswith(hashes[manifest.graphs["audio_encoder"].file][:16])
    assert words.id.startswith(hashes[manifest.graphs["text_encoder"].file][:16])
    assert sound.encode(np.zeros((1, sound.audio_spec.window_samples), np.float32)).shape == (1, sound.dim)
    assert words.encode(["calm piano"]).shape == (1, words.text_dim)


def test_encoders_are_found_by_the_name_of_a_bundle() -> None:
    assert frame_encoder(DEFAULT_BUNDLE, device="cpu").id == load_bundle(device="cpu").frame_encoder_id
    assert audio_encoder(DEFAULT_BUNDLE, device="cpu").dim == 554
    assert text_encoder(DEFAULT_BUNDLE, device="cpu").text_dim == 384


@pytest.mark.parametrize(
    ("find", "name"),
    [(frame_encoder, "deepsim:x"), (audio_encoder, "open_clip:x"), (text_encoder, "deepsim:x")],
)
def test_an_encoder_of_something_else_is_refused(find: object, name: str) -> None:
    assert callable(find)
    with pytest.raises(InvalidRequest) as caught:
        find(name)
    assert caught.value.reason == "ENCODER_NAME"
