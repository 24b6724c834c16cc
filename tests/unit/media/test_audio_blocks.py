from pathlib import Path

import av
import numpy as np
import pytest

from support import tones
from support.disks import files_up_to
from support.tones import write_audio
from temptrack.errors import NotFound, NotReady
from temptrack.media.audio import decode_audio
from temptrack.media.audio_blocks import stereo_blocks
from temptrack.media.audio_writing import wav24_writer
from temptrack.media.types import Samples


def joined(path: Path, **window: float) -> Samples:
    blocks = [block.samples for block in stereo_blocks(path, **window)]  # type: ignore[arg-type]
    return np.concatenate(blocks, axis=1)


@pytest.mark.parametrize(("suffix", "source_hz"), [(".wav", 48_000), (".flac", 44_100), (".wav", 32_000)])
def test_blocks_join_to_the_whole(tmp_path: Path, suffix: str, source_hz: int) -> None:
    path = write_audio(tmp_path / f"a{suffix}", tones.music(5, rate_hz=source_hz, seed=3), rate_hz=source_hz)
    whole = joined(path, rate_hz=48_000, block_s=60)
    assert whole.shape == (2, 240_000)
    assert np.abs(joined(path, rate_hz=48_000, block_s=0.7) - whole).max() < 1e-6
    part = joined(path, rate_hz=48_000, start=100_001, end=150_000, block_s=0.31)
    assert np.abs(part - whole[:, 100_001:150_000]).max() < 1e-6


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus", ".m4a"])
def test_blocks_of_lossy_files_join_to_the_whole(tmp_path: Path, suffix: str) -> None:
    # AAC decoders paint noise at random, so no two readings of drums are alike.
    path = write_audio(tmp_path / f"a{suffix}", tones.music(6, seed=4, drums=suffix != ".m4a"))
    whole = joined(path, rate_hz=48_000, block_s=60)
    blocks = joined(path, rate_hz=48_000, block_s=1.3)
    length = min(whole.shape[1], blocks.shape[1])
    assert abs(whole.shape[1] - blocks.shape[1]) < 2000
    assert np.abs(blocks[:, :length] - whole[:, :length]).max() < 0.05


def test_a_tone_keeps_its_pitch_level_and_phase(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", tones.tone(1000, 2))
    sound = joined(path, rate_hz=48_000)
    wanted = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(96_000) / 48_000)
    assert np.abs(sound[0] - wanted)[500:-500].max() < 1e-3


def test_mono_is_doubled_and_surround_is_mixed(tmp_path: Path) -> None:
    mono = write_audio(tmp_path / "m.wav", tones.tone(440, 1)[:1])
    left, right = joined(mono, rate_hz=44_100)
    assert np.array_equal(left, right)
    assert abs(float(np.abs(left).max()) - 0.3) < 0.001
    path = tmp_path / "s.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "5.1"
        centre = np.zeros((1, 6 * 48_000), dtype=np.int16)
        centre[0, 2::6] = tones.tone(440, 1, rate_hz=48_000)[0] * 32_767
        frame = av.AudioFrame.from_ndarray(centre, format="s16", layout="5.1")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    left, right = joined(path, rate_hz=48_000)
    assert np.array_equal(left, right)
    assert 0.05 < np.abs(left).max() <= 0.3


def test_past_the_end_there_is_nothing(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", tones.tone(440, 1))
    assert list(stereo_blocks(path, rate_hz=48_000, start=100_000)) == []


def test_24_bit_sound_comes_back_to_the_step(tmp_path: Path) -> None:
    sound = tones.music(1, rate_hz=48_000)
    with wav24_writer(tmp_path / "a.wav", 48_000) as append:
        append(sound[:, :20_000])
        append(sound[:, 20_000:])
    back = decode_audio(tmp_path / "a.wav", rate_hz=48_000, mono=False).samples
    assert back.shape == sound.shape
    assert np.abs(back - sound).max() <= 2**-23
    with av.open(str(tmp_path / "a.wav")) as container:
        assert container.streams.audio[0].codec_context.name == "pcm_s24le"


def test_a_writer_that_is_left_by_an_exception_leaves_nothing(tmp_path: Path) -> None:
    writer = wav24_writer(tmp_path / "a.wav", 48_000)
    writer.__enter__()(tones.tone(440, 1))
    assert len(list(tmp_path.iterdir())) == 1
    failure = ZeroDivisionError()
    assert not writer.__exit__(ZeroDivisionError, failure, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [50_000, 287_000, 288_040])
def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path, room: int) -> None:
    with (
        files_up_to(room),
        pytest.raises(NotReady) as caught,
        wav24_writer(tmp_path / "a.wav", 48_000) as append,
    ):
        append(tones.tone(440, 1, rate_hz=48_000))
    assert caught.value.reason == "DISK_FULL"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(NotFound, match="no folder"),
        wav24_writer(tmp_path / "no" / "a.wav", 48_000) as append,
    ):
        append(tones.tone(440, 1))
