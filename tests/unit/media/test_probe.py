from fractions import Fraction
from pathlib import Path

import pytest

from support.films import make_film, make_still, truncate
from support.tones import tone, write_audio
from temptrack.errors import Corrupt, InvalidRequest, NotFound
from temptrack.media.probe import probe


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(25), Fraction(60_000, 1001)])
def test_a_film_with_sound(tmp_path: Path, rate: Fraction) -> None:
    info = probe(make_film(tmp_path / "a.mp4", rate=rate, tone_hz=440))
    assert info.has_picture
    assert info.has_sound
    assert info.video is not None
    assert (info.video.width_px, info.video.height_px, info.video.rate) == (160, 90, rate)
    assert (info.video.codec, info.video.rotation_degrees, info.video.interlaced) == ("h264", 0, False)
    assert info.duration_s == 2 * round(rate) / rate
    assert (info.audio[0].rate_hz, info.audio[0].channels, info.audio[0].codec) == (48_000, 2, "aac")


def test_displayed_size_after_pixels_and_rotation(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", size=(720, 576), sample_aspect=Fraction(64, 45), rotation=90)
    video = probe(path).video
    assert video is not None
    assert (video.width_px, video.height_px, video.rotation_degrees) == (576, 1024, 90)


def test_interlaced_film_says_so(tmp_path: Path) -> None:
    video = probe(make_film(tmp_path / "a.mp4", size=(160, 96), interlaced=True)).video
    assert video is not None
    assert video.interlaced


def test_music_has_no_picture(tmp_path: Path) -> None:
    info = probe(write_audio(tmp_path / "a.flac", tone(duration_s=3)))
    assert not info.has_picture
    assert info.has_sound
    assert info.duration_s == 3


def test_a_still_has_no_length_and_no_rate(tmp_path: Path) -> None:
    info = probe(make_still(tmp_path / "a.png", size=(64, 48)))
    assert info.duration_s == 0
    assert info.video is not None
    assert (info.video.width_px, info.video.height_px, info.video.rate) == (64, 48, None)


def test_files_that_cannot_be_probed(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.mov", tmp_path / "text.mov"
    empty.touch()
    text.write_text("plain words\n" * 30)
    cut = truncate(make_film(tmp_path / "cut.mp4"), 0.5)
    for path, kind, reason in [
        (tmp_path / "gone.mov", NotFound, "MEDIA_NOT_FOUND"),
        (tmp_path, InvalidRequest, "MEDIA_IS_A_FOLDER"),
        (empty, Corrupt, "MEDIA_EMPTY"),
        (text, Corrupt, "NOT_MEDIA"),
        (cut, Corrupt, "NOT_MEDIA"),
    ]:
        with pytest.raises(kind) as caught:
            probe(path)
        assert caught.value.reason == reason
        assert str(path) in caught.value.message
        assert caught.value.hint
