import threading
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.suggesters import make_engine
from temptrack.errors import Cancelled, NotReady
from temptrack.media.feature_cache import FeatureCache
from temptrack.media.types import Frames, FrameSpec, MediaWarning, Sampling, SegmentFrames
from temptrack.model.types import SegmentFeatures
from temptrack.suggest import picture
from temptrack.suggest.picture import PictureAnalysis, analyse_scope
from temptrack.timeline.segments import MediaSource, MediaSpan, RecordRange, Scope, Segment, SourceRange

RATE = Fraction(25)
BUNDLE = FakeBundle()


class Desk:
    """A desk with one film, whose decoder paints each segment in a colour of its own."""

    def __init__(self, folder: Path) -> None:
        self.film = folder / "film.mp4"
        self.film.write_bytes(b"film")
        self.cache = FeatureCache(folder / "cache", limit_bytes=10_000_000)
        self.decoded: list[int] = []
        self.decoded_in: set[int] = set()
        self.encoded: list[int] = []
        self.broken: set[int] = set()
        self.dark: set[int] = set()
        self.engine = make_engine(BUNDLE)
        self.info = self.engine.info
        self.suggest = self.engine.suggest
        self.libraries = self.engine.libraries
        self.close = self.engine.close

    def scope(self, starts_s: Sequence[int | None]) -> Scope:
        """Return a scope of ten-second segments of the film, each from a moment of it; None is black."""
        segments = []
        for index, start_s in enumerate(starts_s):
            record = RecordRange(250 * index, 250, RATE)
            source = SourceRange(Fraction(start_s or 0), Fraction(10))
            span = MediaSpan("film", MediaSource(self.film), source, record)
            segments.append(Segment(index, record, () if start_s is None else (span,)))
        return Scope("whole timeline", RecordRange(0, 250 * len(segments), RATE), tuple(segments))

    def sample_frames(
        self, segments: Sequence[Segment], *, sampling: Sampling, spec: FrameSpec
    ) -> Iterator[SegmentFrames]:
        for segment in segments:
            self.decoded.append(segment.index)
            self.decoded_in.add(threading.get_ident())
            colour = int(segment.spans[0].source.start_s) % 256
            count = 0 if segment.index in self.dark else 1
            frames = np.full((count, spec.size_px, spec.size_px, 3), colour, dtype=np.uint8)
            damaged = segment.index in self.broken | self.dark
            warnings = (MediaWarning(self.film, Fraction(3), "damaged"),) if damaged else ()
            yield SegmentFrames(segment, frames, (10,) * count, (segment.record.start_s,) * count, warnings)

    def encode_segment(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        self.encoded.append(int(frames[0, 0, 0, 0]))
        return self.engine.encode_segment(frames, repeats)

    def analyse(
        self,
        starts_s: Sequence[int | None],
        *,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> PictureAnalysis:
        return analyse_scope(
            self.scope(starts_s), self, cache=self.cache, progress=progress, cancelled=cancelled
        )


@pytest.fixture(name="desk")
def make_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.setattr(picture, "sample_frames", desk.sample_frames)
    return desk


def test_every_segment_with_picture_is_encoded_in_order(desk: Desk) -> None:
    analysis = desk.analyse([10, None, 30])
    assert [segment.start_s for segment in analysis.segments] == [0, 20]
    assert [segment.duration_s for segment in analysis.segments] == [10, 10]
    assert (analysis.encoded, analysis.cached) == (2, 0)
    spec = BUNDLE.frame_spec
    thirty = BUNDLE.encode_frames(np.full((1, spec.size_px, spec.size_px, 3), 30, np.uint8), [10])
    np.testing.assert_array_equal(analysis.segments[1].features.values, thirty.values)
    assert analysis.segments[1].features.encoder_id == BUNDLE.frame_encoder_id


def test_an_edit_costs_only_the_segments_it_touched(desk: Desk) -> None:
    first = desk.analyse([10, 20, 30])
    desk.encoded.clear()
    again = desk.analyse([10, 20, 30])
    assert desk.encoded == []
    assert (again.encoded, again.cached) == (0, 3)
    for one, other in zip(first.segments, again.segments, strict=True):
        np.testing.assert_array_equal(one.features.values, other.features.values)
    edited = desk.analyse([10, 77, 30])
    assert desk.encoded == [77]
    assert (edited.encoded, edited.cached) == (1, 2)


def test_a_segment_that_moved_is_not_encoded_again(desk: Desk) -> None:
    desk.analyse([10, 20, 30])
    desk.encoded.clear()
    moved = desk.analyse([30, 10])
    assert desk.encoded == []
    assert moved.cached == 2


def test_progress_counts_cached_and_encoded_segments_to_the_total(desk: Desk) -> None:
    desk.analyse([10])
    seen: list[tuple[int, int]] = []
    desk.analyse([10, None, 20, 30], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_decoding_runs_beside_encoding_and_at_most_one_segment_ahead(desk: Desk) -> None:
    ahead: list[int] = []
    desk.analyse(list(range(0, 60, 10)), progress=lambda done, _total: ahead.append(len(desk.decoded) - done))
    assert desk.decoded_in.isdisjoint({threading.get_ident()})
    assert len(desk.decoded_in) == 1
    assert max(ahead) <= 1


def test_damaged_media_are_used_as_far_as_they_go_and_looked_at_again(desk: Desk) -> None:
    desk.broken = {1}
    analysis = desk.analyse([10, 20])
    assert len(analysis.segments) == 2
    assert [warning.message for warning in analysis.warnings] == ["damaged"]
    desk.broken = set()
    desk.encoded.clear()
    assert desk.analyse([10, 20]).warnings == ()
    assert desk.encoded == [20]


def test_a_segment_nothing_could_be_decoded_of_is_left_out(desk: Desk) -> None:
    desk.dark = {0}
    seen: list[int] = []
    analysis = desk.analyse([10, 20], progress=lambda done, _total: seen.append(done))
    assert [segment.start_s for segment in analysis.segments] == [10]
    assert len(analysis.warnings) == 1
    assert seen == [1, 2]


@pytest.mark.parametrize("starts_s", [[], [None, None]])
def test_no_picture_at_all_is_not_ready(desk: Desk, starts_s: list[int | None]) -> None:
    with pytest.raises(NotReady, match="whole timeline") as caught:
        desk.analyse(starts_s)
    assert caught.value.reason == "NO_PICTURE"


def test_only_undecodable_picture_is_not_ready_either(desk: Desk) -> None:
    desk.dark = {0}
    with pytest.raises(NotReady) as caught:
        desk.analyse([10])
    assert caught.value.metadata == {"problems": "1"}


def test_picture_that_is_not_required_may_be_missing(desk: Desk) -> None:
    desk.dark = {0}
    analysis = analyse_scope(desk.scope([10, None]), desk, cache=desk.cache, require_picture=False)
    assert analysis.segments == ()
    assert [warning.message for warning in analysis.warnings] == ["damaged"]


def test_cancelling_keeps_what_was_finished_and_leaves_no_thread(desk: Desk) -> None:
    before = threading.active_count()
    with pytest.raises(Cancelled, match="after 2 of 4 segments"):
        desk.analyse([10, 20, 30, 40], cancelled=lambda: len(desk.encoded) >= 2)
    assert threading.active_count() == before
    desk.encoded.clear()
    assert desk.analyse([10, 20, 30, 40]).cached == 2
    assert desk.encoded == [30, 40]


def test_what_the_decoder_raises_reaches_the_caller(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> Iterator[SegmentFrames]:
        yield from ()
        raise NotReady("The decoder is not installed.")

    monkeypatch.setattr(picture, "sample_frames", broken)
    with pytest.raises(NotReady, match="not installed"):
        desk.analyse([10])
