import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from support import tones
from support.films import damage, make_film, truncate
from support.tones import write_audio
from temptrack.errors import Corrupt, Forbidden, InvalidRequest, NotFound, NotSupported, TemptrackError
from temptrack.media.audio import audio_digest, decode_audio
from temptrack.media.audio_writing import encode_excerpt
from temptrack.media.probe import probe
from temptrack.media.types import Samples

FORMATS = [".wav", ".aiff", ".flac", ".mp3", ".ogg", ".opus", ".m4a"]
LOSSLESS = [".wav", ".aiff", ".flac"]


def pitch_hz(samples: Samples, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1])))
    return float(spectrum.argmax() * rate_hz / samples.shape[1])


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_decodes_to_the_wanted_rate_and_length(tmp_path: Path, suffix: str) -> None:
    path = write_audio(tmp_path / f"a{suffix}", tones.tone(440, 3))
    sound = decode_audio(path, rate_hz=16_000)
    assert sound.rate_hz == 16_000
    assert sound.samples.dtype == np.float32
    assert sound.samples.shape[0] == 1
    assert abs(sound.duration_s - 3) < 0.06
    assert abs(pitch_hz(sound.samples, 16_000) - 440) < 2
    assert abs(np.abs(sound.samples[:, 8000:40000]).max() - 0.3) < 0.03
    assert not sound.warnings


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("start_s", [0.0, 0.1, 1.0, 5.3])
def test_a_window_is_the_same_as_that_part_of_the_whole(tmp_path: Path, suffix: str, start_s: float) -> None:
    # AAC decoders paint noise at random, so no two readings of drums are alike.
    path = write_audio(tmp_path / f"a{suffix}", tones.music(8, seed=4, drums=suffix != ".m4a"))
    whole = decode_audio(path, rate_hz=16_000).samples[0]
    part = decode_audio(path, rate_hz=16_000, start_s=start_s, duration_s=2).samples[0]
    assert part.shape == (32_000,)
    wanted = whole[round(start_s * 16_000) :][:32_000]
    error = np.abs(part[200:-200] - wanted[200:-200]).max()
    assert error < (0.01 if suffix in LOSSLESS else 0.05)


@pytest.mark.parametrize("suffix", FORMATS)
def test_time_zero_is_where_the_composer_put_it(tmp_path: Path, suffix: str) -> None:
    path = write_audio(tmp_path / f"a{suffix}", tones.click(1.5, 3))
    sound = decode_audio(path, rate_hz=44_100)
    at = int(np.abs(sound.samples[0]).argmax())
    assert abs(at - round(1.5 * 44_100)) <= (1 if suffix in LOSSLESS else 30)


def test_channels_are_kept_or_mixed(tmp_path: Path) -> None:
    left = tones.tone(300, 1)
    left[1] = 0
    path = write_audio(tmp_path / "a.wav", left)
    assert decode_audio(path, rate_hz=44_100, mono=False).samples.shape[0] == 2
    mixed = decode_audio(path, rate_hz=44_100).samples
    assert abs(np.abs(mixed).max() - 0.15) < 0.01


def test_reading_past_the_end_gives_what_is_there(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", tones.tone(440, 2))
    assert abs(decode_audio(path, rate_hz=8000, start_s=1.5, duration_s=9).duration_s - 0.5) < 0.01
    assert decode_audio(path, rate_hz=8000, start_s=50, duration_s=1).samples.shape[1] == 0
    assert decode_audio(path, rate_hz=8000, duration_s=0).samples.shape[1] == 0


def test_sound_of_a_film(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", tone_hz=523)
    sound = decode_audio(film, rate_hz=16_000)
    assert abs(sound.duration_s - 2) < 0.06
    assert abs(pitch_hz(sound.samples, 16_000) - 523) < 2


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg"])
def test_truncated_music_gives_its_first_part(tmp_path: Path, suffix: str) -> None:
    path = truncate(write_audio(tmp_path / f"a{suffix}", tones.music(8)), 0.5)
    sound = decode_audio(path, rate_hz=16_000)
    assert 3 < sound.duration_s < 5


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".ogg"])
def test_damaged_music_keeps_its_time_and_says_so(tmp_path: Path, suffix: str) -> None:
    clean = write_audio(tmp_path / f"a{suffix}", tones.music(8, seed=2))
    whole = decode_audio(clean, rate_hz=16_000).samples[0]
    path = damage(Path(shutil.copy(clean, tmp_path / f"b{suffix}")), at=0.3, count=5000)
    sound = decode_audio(path, rate_hz=16_000)
    assert sound.warnings
    assert sound.warnings[0].path == path
    assert str(path) in sound.warnings[0].message
    lost = whole.shape[0] - sound.samples.shape[1]
    assert lost < (0.5 * 16_000 if suffix == ".mp3" else 0.1 * 16_000)
    if suffix != ".mp3":  # without timestamps, what follows moves up
        tail = slice(6 * 16_000, 7 * 16_000)
        assert np.corrcoef(sound.samples[0, tail], whole[tail])[0, 1] > 0.98


def test_digest_ignores_tags_and_only_tags(tmp_path: Path) -> None:
    music = tones.music(3)
    for suffix in FORMATS:
        plain = write_audio(tmp_path / f"plain{suffix}", music)
        tagged = write_audio(tmp_path / f"tagged{suffix}", music, tags={"title": "T" * 300})
        other = write_audio(tmp_path / f"other{suffix}", tones.music(3, seed=1))
        assert plain.read_bytes() != tagged.read_bytes() or suffix == ".wav"
        assert audio_digest(plain) == audio_digest(tagged), suffix
        assert audio_digest(plain) != audio_digest(other), suffix
    assert len({audio_digest(tmp_path / f"plain{suffix}") for suffix in FORMATS}) == len(FORMATS)
    assert len(audio_digest(tmp_path / "plain.mp3")) == hashlib.sha256().digest_size * 2


@pytest.mark.parametrize("codec", ["mp3", "m4a", "ogg", "wav"])
def test_excerpts_are_cut_faded_and_playable(tmp_path: Path, codec: str) -> None:
    path = write_audio(tmp_path / "a.flac", tones.tone(440, 6))
    out = encode_excerpt(path, 2, 3, 0.5, tmp_path / f"x.{codec}", codec=codec, gain_db=-6)
    sound = decode_audio(out, rate_hz=48_000, mono=False)
    assert sound.samples.shape[0] == 2
    assert abs(sound.duration_s - 3) < 0.06
    middle = np.abs(sound.samples[:, 60_000:80_000]).max()
    assert abs(middle - 0.15) < 0.02
    assert np.abs(sound.samples[:, :2000]).max() < 0.03
    assert np.abs(sound.samples[:, -2000:]).max() < 0.03
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_loud_excerpt_is_kept_below_full_scale(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", tones.tone(440, 2))
    out = encode_excerpt(path, 0, 2, 0, tmp_path / "x.wav", codec="wav", gain_db=40)
    assert 0.98 < np.abs(decode_audio(out, rate_hz=48_000).samples).max() <= 1.0


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac")
    with pytest.raises(NotFound, match="there is no folder"):
        encode_excerpt(path, 0, 1, 0, tmp_path / "gone" / "x.mp3")
    with pytest.raises(NotSupported, match="Excerpts cannot be written as 'wma'"):
        encode_excerpt(path, 0, 1, 0, tmp_path / "x.wma", codec="wma")


def test_bad_audio_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, text = tmp_path / "empty.mp3", tmp_path / "text.mp3"
    empty.touch()
    text.write_text("nothing to hear\n" * 100)
    silent_film = make_film(tmp_path / "silent.mp4")
    cases: list[tuple[Path, type[TemptrackError], str, str]] = [
        (tmp_path / "gone.mp3", NotFound, "MEDIA_NOT_FOUND", "There is no file"),
        (tmp_path / "nul\0.mp3", NotFound, "MEDIA_NOT_FOUND", "There is no file"),
        (tmp_path, InvalidRequest, "MEDIA_IS_A_FOLDER", "is a folder"),
        (empty, Corrupt, "MEDIA_EMPTY", "is empty"),
        (text, Corrupt, "NOT_MEDIA", "cannot be read as media"),
        (silent_film, InvalidRequest, "NO_SOUND", "has no sound"),
    ]
    for path, kind, reason, words in cases:
        for call in (lambda p: decode_audio(p, rate_hz=8000), audio_digest):
            with pytest.raises(kind, match=words) as caught:
                call(path)
            assert caught.value.reason == reason
            assert str(path) in caught.value.message
            assert caught.value.hint

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("av.open", refuse)
    for function in (lambda p: decode_audio(p, rate_hz=8000), audio_digest, probe):
        with pytest.raises(Forbidden, match="may not be read"):
            function(silent_film)


@pytest.mark.parametrize(("start_s", "duration_s", "rate_hz"), [(-1, 1, 8000), (0, -1, 8000), (0, 1, 0)])
def test_impossible_windows(tmp_path: Path, start_s: float, duration_s: float, rate_hz: int) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        decode_audio(tmp_path / "a.wav", rate_hz=rate_hz, start_s=start_s, duration_s=duration_s)
