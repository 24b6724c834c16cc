"""What is heard in sounds whose truth is known."""

import numpy as np
import pytest

from support import tones
from support.fake_bundle import FakeBundle
from temptrack.errors import Corrupt
from temptrack.library.analysis.embedding import cut_windows, embed_sound, has_vocals
from temptrack.library.analysis.loudness import integrated_loudness_lufs, peaks
from temptrack.library.analysis.rhythm import find_rhythm
from temptrack.library.analysis.tonality import find_key
from temptrack.library.keys import TONICS
from temptrack.model.types import Matrix, MusicEmbeddings, Tag, TagGroup, Vector

RATE_HZ = 16_000
VOCABULARY = (
    Tag("vocals", TagGroup.VOCAL, 0.4),
    Tag("instrumental", TagGroup.VOCAL, 0.5),
    Tag("rock", TagGroup.GENRE, 0.5),
)


@pytest.mark.parametrize("bpm", [84.0, 100.0, 127.0])
def test_the_tempo_of_a_clear_beat_is_found(bpm: float) -> None:
    sound = tones.music(24.0, bpm=bpm, seed=3, rate_hz=RATE_HZ)
    rhythm = find_rhythm(sound.mean(axis=0), RATE_HZ)
    assert rhythm.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert set(rhythm.bars_s) <= set(rhythm.beats_s)


def test_beats_and_bars_are_where_the_thumps_are() -> None:
    bpm = 120
    sound = 0.02 * np.random.default_rng(0).standard_normal(RATE_HZ * 30).astype(np.float32)
    for beat in range(58):
        start = int((0.25 + beat * 60 / bpm) * RATE_HZ)
        moments = np.arange(RATE_HZ // 10)
        thump = np.exp(-moments / 300) * np.sin(2 * np.pi * 80 * moments / RATE_HZ)
        sound[start : start + len(thump)] += (1.0 if beat % 4 == 2 else 0.25) * thump
    rhythm = find_rhythm(sound, RATE_HZ)
    assert rhythm.tempo_bpm == pytest.approx(bpm, rel=0.01)
    beats = (np.array(rhythm.beats_s[2:-2]) - 0.25) * bpm / 60
    assert np.abs(beats - np.round(beats)).max() < 0.15
    bars = (np.array(rhythm.bars_s[1:-1]) - 0.25) * bpm / 60
    assert len(bars) > 10
    assert np.abs(bars % 4 - 2).max() < 0.15


@pytest.mark.parametrize("kind", ["noise", "drone", "silence", "short"])
def test_no_beat_is_made_up(kind: str) -> None:
    generator = np.random.default_rng(1)
    sounds = {
        "noise": 0.1 * generator.standard_normal(RATE_HZ * 20).astype(np.float32),
        "drone": tones.tone(110.0, 20.0, rate_hz=RATE_HZ)[0],
        "silence": np.zeros(RATE_HZ * 20, dtype=np.float32),
        "short": tones.music(2.0, rate_hz=RATE_HZ)[0],
    }
    rhythm = find_rhythm(sounds[kind], RATE_HZ)
    assert (rhythm.tempo_bpm, rhythm.beats_s, rhythm.bars_s) == (None, (), ())


@pytest.mark.parametrize("key", ["A major", "C major", "G minor", "C# minor", "Bb major"])
def test_the_key_of_a_cadence_is_found(key: str) -> None:
    tonic, mode = key.split()
    minor = mode == "minor"
    chords = ((0, minor), (5, minor), (7, False), (0, minor))
    sound = np.concatenate([_chord(TONICS.index(tonic) + step, is_minor) for step, is_minor in chords * 2])
    assert find_key(sound, RATE_HZ) == key


def _chord(root: int, is_minor: bool) -> Vector:
    moments = np.arange(2 * RATE_HZ) / RATE_HZ
    semitones = [root - 12, root, root + (3 if is_minor else 4), root + 7]
    pitches_hz = [261.6256 * 2 ** (semitone / 12) for semitone in semitones]
    partials = [(pitch_hz * n, 0.1 / n) for pitch_hz in pitches_hz for n in (1, 2, 3)]
    sound = np.sum([level * np.sin(2 * np.pi * hz * moments) for hz, level in partials], axis=0)
    return np.asarray(sound, dtype=np.float32)


def test_noise_and_silence_have_no_key() -> None:
    noise = np.random.default_rng(2).standard_normal(RATE_HZ * 10).astype(np.float32)
    assert find_key(noise, RATE_HZ) is None
    assert find_key(np.zeros(RATE_HZ * 10, dtype=np.float32), RATE_HZ) is None
    assert find_key(noise[:RATE_HZ], RATE_HZ) is None


def test_loudness_of_the_reference_tone() -> None:
    # BS.1770: a sine of 997 Hz at 0 dBFS in one channel reads -3.01; in both channels 0 dBFS reads 0.
    tone = tones.tone(997.0, 5.0, rate_hz=32_000, level=10 ** (-23 / 20))
    assert integrated_loudness_lufs(tone, 32_000) == pytest.approx(-23.0, abs=0.15)
    assert integrated_loudness_lufs(tone[:1], 32_000) == pytest.approx(-26.0, abs=0.15)


def test_silence_and_blinks_have_no_loudness() -> None:
    assert integrated_loudness_lufs(tones.silence(2.0, rate_hz=32_000), 32_000) is None
    assert integrated_loudness_lufs(tones.tone(duration_s=0.2, rate_hz=32_000), 32_000) is None


def test_peaks_show_where_it_is_loud() -> None:
    drawn = peaks(tones.click(1.0, 4.0))
    assert len(drawn) == 800
    assert drawn.index(max(drawn)) == 200
    assert max(drawn) == pytest.approx(0.9)
    assert len(peaks(np.ones((2, 3), dtype=np.float32))) == 3


@pytest.mark.parametrize(
    ("samples", "weights"), [(25, [1, 1, 0.5]), (24, [1, 1]), (20, [1, 1]), (3, [0.3]), (10, [1])]
)
def test_windows_lie_end_to_end(samples: int, weights: list[float]) -> None:
    windows, shares = cut_windows(np.arange(samples, dtype=np.float32), 10)
    assert shares.tolist() == weights
    assert windows.shape == (len(weights), 10)
    if samples == 25:
        assert windows[2].tolist() == [20, 21, 22, 23, 24] * 2


def test_embedding_a_track_gives_unit_vectors_and_all_posteriors() -> None:
    bundle = FakeBundle()
    sound = tones.music(35.0, rate_hz=bundle.audio_spec.rate_hz)[0]
    embedded = embed_sound(sound, bundle)
    assert embedded.windows.shape == (4, bundle.embed_dim)
    assert np.linalg.norm(embedded.embedding) == pytest.approx(1.0, abs=1e-5)
    assert [tag.name for tag in embedded.tag_scores] == [tag.name for tag in bundle.tags]
    thresholds = {tag.name: tag.threshold for tag in bundle.tags}
    above = {tag.name for tag in embedded.tag_scores if tag.score >= thresholds[tag.name]}
    assert {tag.name for tag in embedded.tags} == above
    assert [tag.score for tag in embedded.tags] == sorted((tag.score for tag in embedded.tags), reverse=True)


@pytest.mark.parametrize(
    ("vocals", "instrumental", "sung"),
    [
        (0.8, 0.1, True),
        (0.1, 0.9, False),
        (0.1, 0.1, False),
        (0.3, 0.1, None),
        (0.9, 0.6, True),
        (0.41, 0.99, False),
    ],
)
def test_vocal_tags_decide_between_sung_and_instrumental(
    vocals: float, instrumental: float, sung: bool | None
) -> None:
    assert has_vocals(VOCABULARY, (vocals, instrumental, 0.0)) is sung


def test_without_vocal_tags_nobody_knows() -> None:
    assert has_vocals(VOCABULARY[2:], (0.9,)) is None


@pytest.mark.parametrize("window", [0, 1])
def test_sound_that_the_bundle_makes_no_numbers_of_is_refused(window: int) -> None:
    class Overflowing(FakeBundle):
        def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
            heard = super().embed_music(audio_features)
            if len(audio_features) > 1:
                heard.embeddings[window, 0] = np.inf
            return heard

    bundle = Overflowing()
    sound = tones.music(24.0, bpm=100, seed=1, rate_hz=bundle.audio_spec.rate_hz).mean(axis=0)
    with pytest.raises(Corrupt, match="no finite numbers of its sound") as caught:
        embed_sound(sound, bundle)
    assert caught.value.reason == "EMBEDDING_NOT_FINITE"
    assert embed_sound(sound, FakeBundle()).windows.shape[0] == 2
