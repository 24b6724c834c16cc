"""Real footage and pictures, where they are at hand."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from support.reference import reference_data
from support.segments_of import segment, span, still, whole_movie
from temptrack.media.audio import decode_audio
from temptrack.media.frames import sample_frames
from temptrack.media.probe import probe
from temptrack.media.types import FrameSpec, Sampling

pytestmark = pytest.mark.reference
SPEC = FrameSpec(64)


def films() -> list[Path]:
    return sorted(p for p in (reference_data() / "video").iterdir() if p.suffix != ".md")


@pytest.mark.parametrize("sampling", Sampling)
def test_every_film_is_sampled_completely(sampling: Sampling) -> None:
    for path in films():
        info = probe(path)
        assert info.video is not None, path
        assert info.video.rate is not None, path
        assert info.duration_s, path
        rate = info.video.rate
        duration_s = min(info.duration_s, Fraction(25))
        segments = whole_movie(path, duration_s - 1 / rate, rate=rate)
        for sampled in sample_frames(segments, sampling=sampling, spec=SPEC):
            wanted = 10 if sampling is not Sampling.PAPER else round(sampled.segment.record.duration_s * 6)
            assert sum(sampled.repeats) == wanted, (path, sampled.warnings)
            assert not sampled.warnings, path
            assert sampled.frames.shape[1:] == (64, 64, 3)


def test_samplings_of_an_edited_film_look_alike() -> None:
    path = reference_data() / "video" / "edited_trailer_160x90.mp4"
    segments = whole_movie(path, 60)
    means = {
        sampling: np.stack(
            [
                np.average(s.frames.mean(axis=(1, 2)), axis=0, weights=s.repeats)
                for s in sample_frames(segments, sampling=sampling, spec=SPEC)
            ]
        )
        for sampling in Sampling
    }
    exact = means[Sampling.PAPER]
    assert np.abs(means[Sampling.STANDARD] - exact).mean() < 8
    assert np.abs(means[Sampling.FAST] - exact).mean() < 20


def test_pictures_of_imagenet() -> None:
    paths = sorted((reference_data() / "images" / "imagenet_samples").rglob("*.[jJ][pP]*[gG]"))[:60]
    assert paths
    pieces = [span(still(p), record_frames=(25 * n, 25)) for n, p in enumerate(paths)]
    whole = segment(pieces, duration=25 * len(paths))
    (sampled,) = sample_frames([whole], sampling=Sampling.PAPER, spec=SPEC)
    assert not sampled.warnings
    assert sum(sampled.repeats) == 6 * len(paths)
    assert len(sampled.frames) == len(paths)


def test_sound_of_films() -> None:
    for path in films():
        info = probe(path)
        if info.has_sound:
            sound = decode_audio(path, rate_hz=16_000, start_s=1, duration_s=1)
            assert sound.samples.shape == (1, 16_000), path
