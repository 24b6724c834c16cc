from dataclasses import replace

import numpy as np
import pytest

from support.suggesters import make_detail
from temptrack.library.types import TrackDetail
from temptrack.model.types import Matrix
from temptrack.suggest.excerpt import choose_excerpt, whole_track
from temptrack.suggest.types import FitMethod

EAST = np.array([1.0, 0.0], dtype=np.float32)


def windows_near(*likenesses: float) -> Matrix:
    """Return one window for each cosine with EAST."""
    return np.array([[c, np.sqrt(1 - c * c)] for c in likenesses], dtype=np.float32)


def track(*likenesses: float, bpm: float | None = 120.0) -> tuple[TrackDetail, float]:
    duration_s = 10.0 * len(likenesses)
    return make_detail(windows_near(*likenesses), duration_s=duration_s, bpm=bpm), duration_s


def test_the_best_windows_win_and_the_start_is_a_bar() -> None:
    detail, duration_s = track(0.1, 0.2, 0.1, 0.9, 0.9, 0.1, 0.2)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=20.0)
    assert (chosen.excerpt.start_s, chosen.excerpt.duration_s) == (30.0, 20.0)
    assert chosen.excerpt.snapped_to == "bar"
    assert chosen.fit.method is FitMethod.TRIM
    assert chosen.fit.text == "trimmed to 0:30-0:50 of 1:10"


def test_the_start_moves_to_the_nearest_bar_and_no_further_than_half_a_bar() -> None:
    detail, duration_s = track(0.1, 0.1, 0.9, 0.1, 0.1, bpm=None)
    slow = replace(detail, beats_s=(0.3, 4.3, 8.3, 12.3, 16.3, 20.3, 24.3), bars_s=(0.3, 8.3, 16.3, 24.3))
    chosen = choose_excerpt(slow, EAST, duration_s=duration_s, scope_s=10.0)
    assert (chosen.excerpt.start_s, chosen.excerpt.snapped_to) == (16.3, "bar")
    sparse = replace(slow, bars_s=(0.3, 2.3, 4.3))
    chosen = choose_excerpt(sparse, EAST, duration_s=duration_s, scope_s=10.0)
    assert (chosen.excerpt.start_s, chosen.excerpt.snapped_to) == (20.3, "beat")


def test_without_beats_the_start_stays_where_the_music_fits() -> None:
    detail, duration_s = track(0.1, 0.1, 0.9, 0.1, bpm=None)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=10.0)
    assert (chosen.excerpt.start_s, chosen.excerpt.snapped_to) == (20.0, "none")


def test_the_earliest_of_equal_spans_wins() -> None:
    detail, duration_s = track(0.3, 0.3, 0.3, 0.3)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=15.0)
    assert (chosen.excerpt.start_s, chosen.excerpt.snapped_to) == (0.0, "start")


def test_a_span_at_the_very_end_stays_inside_the_track() -> None:
    detail, _ = track(0.1, 0.1, 0.1, 0.9)
    duration_s = 37.3459
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=12.3)
    assert chosen.excerpt.start_s + 12.3 <= duration_s
    assert chosen.excerpt.start_s > 20


def test_a_track_of_exactly_the_scope_is_used_whole() -> None:
    detail, duration_s = track(0.5, 0.5)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=20.0)
    assert chosen.fit.method is FitMethod.WHOLE
    assert chosen.fit.scope_s == 20.0


def test_without_a_scope_the_whole_track_is_used() -> None:
    chosen = whole_track(125.0)
    assert (chosen.excerpt.duration_s, chosen.fit.scope_s) == (125.0, None)
    assert chosen.fit.text == "the whole track, 2:05"


def test_a_track_without_beats_is_shorter_by_so_much() -> None:
    detail, duration_s = track(0.5, 0.5, 0.5, bpm=None)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=42.0)
    assert chosen.fit.method is FitMethod.SHORT
    assert (chosen.fit.shortfall_s, chosen.fit.text) == (12.0, "shorter by 12 s")
    assert chosen.excerpt.duration_s == 30.0


def test_a_gap_below_a_second_is_not_called_zero() -> None:
    detail, duration_s = track(0.5, 0.5, bpm=None)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=20.25)
    assert chosen.fit.text == "shorter by 0.25 s"


def test_an_even_track_loops_from_bar_to_bar_in_whole_phrases() -> None:
    detail, duration_s = track(0.5, 0.5, 0.5, 0.5)
    chosen = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=90.0)
    fit = chosen.fit
    assert fit.method is FitMethod.LOOP
    assert fit.shortfall_s == 0
    assert fit.loop_start_s in detail.bars_s
    assert fit.loop_end_s in detail.bars_s
    assert fit.loop_start_s is not None
    assert fit.loop_end_s is not None
    assert (fit.loop_end_s - fit.loop_start_s) % 8.0 == 0
    assert chosen.excerpt.duration_s == fit.loop_end_s
    assert "repeats" in fit.text


def test_the_seam_joins_music_that_resembles_itself() -> None:
    # Two halves of a kind each: jumping from the second back into the first would jolt.
    detail, duration_s = track(1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    fit = choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=100.0).fit
    assert fit.method is FitMethod.LOOP
    assert fit.loop_start_s is not None
    assert fit.loop_end_s is not None
    assert (fit.loop_start_s < 30.0) == (fit.loop_end_s < 30.0)


def test_a_track_that_never_returns_is_not_looped() -> None:
    angles = np.linspace(0, np.pi, 6)
    windows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    detail = make_detail(windows, duration_s=60.0)
    assert choose_excerpt(detail, EAST, duration_s=60.0, scope_s=90.0).fit.method is FitMethod.SHORT


def test_a_jingle_is_not_repeated_over_an_hour() -> None:
    detail, duration_s = track(0.5, 0.5, 0.5)
    assert choose_excerpt(detail, EAST, duration_s=duration_s, scope_s=3600.0).fit.method is FitMethod.SHORT


@pytest.mark.parametrize("count", [0, 1])
def test_a_track_with_hardly_any_windows_is_still_placed(count: int) -> None:
    detail = make_detail(windows_near(*[0.5] * count), duration_s=8.0)
    assert choose_excerpt(detail, EAST, duration_s=8.0, scope_s=5.0).excerpt.start_s == 0.0
    assert choose_excerpt(detail, EAST, duration_s=8.0, scope_s=50.0).fit.method is FitMethod.SHORT
