from fractions import Fraction
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from temptrack.media.moments import sampled_moments, source_time
from temptrack.media.types import Sampling
from temptrack.timeline.segments import MediaSource, MediaSpan, RecordRange, Segment, SourceRange

RATES = st.sampled_from([Fraction(24), Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001)])
SECONDS = st.fractions(min_value=0, max_value=5000, max_denominator=100_000)


@st.composite
def spans(draw: st.DrawFn) -> MediaSpan:
    return MediaSpan(
        "clip",
        MediaSource(Path("/a.mov")),
        SourceRange(draw(SECONDS), draw(SECONDS), draw(st.booleans())),
        RecordRange(draw(st.integers(0, 10**6)), draw(st.integers(1, 2000)), draw(RATES)),
    )


@given(spans(), st.data())
def test_source_times_stay_in_range_and_turn_round(span: MediaSpan, data: st.DataObject) -> None:
    frames = span.record.duration_frames
    frame = data.draw(st.integers(0, frames - 1))
    at_s = source_time(span, (span.record.start_frames + frame) / span.record.rate)
    end_s = span.source.start_s + span.source.duration_s
    assert span.source.start_s <= at_s < end_s or (span.source.duration_s == 0 and at_s == end_s)
    mirrored = MediaSpan(
        span.clip_name,
        span.media,
        SourceRange(span.source.start_s, span.source.duration_s, not span.source.reversed),
        span.record,
    )
    opposite = (span.record.start_frames + frames - 1 - frame) / span.record.rate
    assert source_time(mirrored, opposite) == at_s


@given(spans(), st.sampled_from(Sampling))
def test_moments_are_stratified_and_start_timeline_frames(span: MediaSpan, sampling: Sampling) -> None:
    segment = Segment(0, span.record, (span,))
    moments = sampled_moments(segment, sampling)
    count = max(1, round(span.record.duration_s * 6)) if sampling is Sampling.PAPER else 10
    assert len(moments) == count
    for number, moment in enumerate(moments):
        middle_s = span.record.start_s + (number + Fraction(1, 2)) * span.record.duration_s / count
        assert 0 <= middle_s - moment.record_s < 1 / span.record.rate
        assert (moment.record_s * span.record.rate).denominator == 1
        assert moment.tolerance_s >= 0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), RATES, st.sampled_from(Sampling))
def test_moments_in_holes_are_left_out(lengths: list[int], rate: Fraction, sampling: Sampling) -> None:
    start, pieces = 0, []
    for number, length in enumerate(lengths):
        if number % 2 == 0 and length:
            source = SourceRange(Fraction(0), length / rate)
            pieces.append(MediaSpan("c", MediaSource(Path("/a")), source, RecordRange(start, length, rate)))
        start += length
    segment = Segment(0, RecordRange(0, start, rate), tuple(pieces))
    for moment in sampled_moments(segment, sampling):
        record = moment.span.record
        assert record.start_frames <= moment.record_s * rate < record.end_frames
